"""The walls and limits around the target's tests, as its settings ask for them."""

from __future__ import annotations

from refactor_agent.errors import UsageError
from refactor_agent.project import Config, Interpreter
from refactor_agent.verify import Isolation, Limits, ProcessSandbox, default_limits, find_isolation

__all__ = ["isolation_for", "sandbox_for"]

_MEGABYTE = 1024 * 1024


def sandbox_for(config: Config, interpreter: Interpreter, *, jobs: int) -> ProcessSandbox:
    """Give a sandbox of which ``jobs`` share the machine; raises as `isolation_for` does."""
    return ProcessSandbox(isolation_for(config, interpreter), _limits(config, jobs))


def isolation_for(config: Config, interpreter: Interpreter) -> Isolation:
    """Find the walls around tests; raises `UsageError` when the project asks for more."""
    services = config.local_services
    found = find_isolation(interpreter.path, config.isolation, local_services=services)
    if found.warning and config.isolation == "required":
        raise UsageError(f"isolation is required, but {found.warning}")
    return found


def _limits(config: Config, jobs: int) -> Limits:
    asked = {"memory": config.test_memory, "disk": config.test_disk}
    set_by_hand = {name: size * _MEGABYTE for name, size in asked.items() if size is not None}
    return default_limits(jobs).model_copy(update=set_by_hand)
