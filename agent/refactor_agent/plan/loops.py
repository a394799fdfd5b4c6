"""Which event loop a module runs on."""

from __future__ import annotations

from refactor_agent.plan.facts import Facts

__all__ = ["runs_on_another_loop", "uses_anyio_only"]

_OTHERS = frozenset({"trio", "curio"})
_ASYNCIO = frozenset({"asyncio", "anyio"})


def runs_on_another_loop(facts: Facts, function: str) -> bool:
    """Say whether the function's module imports trio or curio, and neither asyncio nor anyio."""
    imports = _imports(facts, function)
    return bool(imports & _OTHERS) and not imports & _ASYNCIO


def uses_anyio_only(facts: Facts, function: str) -> bool:
    """Say whether the function's module imports anyio but not asyncio."""
    imports = _imports(facts, function)
    return "anyio" in imports and "asyncio" not in imports


def _imports(facts: Facts, function: str) -> frozenset[str]:
    return facts.graph.imports.get(facts.graph.functions[function].file, frozenset())
