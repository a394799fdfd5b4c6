"""Files that travel with the package: rules and prompts."""

from __future__ import annotations

from pathlib import Path

from refactor_agent.errors import RefactorAgentError

__all__ = ["data_dir"]

_PACKAGE = Path(__file__).resolve().parent


def data_dir(name: str) -> Path:
    """Give the directory of packaged data called ``name``, such as ``rules`` or ``prompts``.

    A wheel carries a copy inside the package; an editable install reads the checkout's own.
    """
    packaged, checkout = _PACKAGE / "_data" / name, _PACKAGE.parents[1] / name
    for candidate in (packaged, checkout):
        if candidate.is_dir():
            return candidate
    raise RefactorAgentError(
        f"the installation is incomplete: {packaged} is missing; reinstall refactor-agent"
    )
