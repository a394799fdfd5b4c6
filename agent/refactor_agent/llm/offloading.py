"""How one change set hands blocking work to the boundary's bounded limiter, if it may."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath

from refactor_agent.boundary import BOUNDARY_MODULE, boundary_file
from refactor_agent.domain.plan import ChangeSet, Refusal
from refactor_agent.llm.request import Offload
from refactor_agent.tree import Tree

__all__ = ["offload_for"]


def offload_for(change_set: ChangeSet, modules: Mapping[str, str], tree: Tree) -> Offload | None:
    """Give the boundary that the change set's functions may use.

    ``None`` where the planner refused to offload: then a thread is a danger that no model may
    talk itself out of. Also where the place of the module can't be told, or is taken.
    """
    if any(refusal.strategy == "offload" for refusal in change_set.refusals):
        return None
    file = change_set.functions[0].file
    module = next((name for name, place in modules.items() if place == file), None)
    if module is None:
        return None
    place, name = _place(PurePosixPath(file), module)
    made = boundary_file(tree, place)
    if isinstance(made, Refusal):
        return None
    return Offload(module=name, new_file=made)


def _place(file: PurePosixPath, module: str) -> tuple[str, str]:
    """Give the boundary's file and module: in the top-level package, else beside the module."""
    package, dot, _ = module.partition(".")
    is_package = file.name == "__init__.py"
    if not dot and not is_package:
        return f"{file.parent / BOUNDARY_MODULE}.py", BOUNDARY_MODULE
    directory = file.parents[module.count(".") - (not is_package)]
    return f"{directory / BOUNDARY_MODULE}.py", f"{package}.{BOUNDARY_MODULE}"
