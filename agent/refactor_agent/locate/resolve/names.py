"""Names of modules: definitions, imports, re-exports and star imports."""

from __future__ import annotations

import builtins
from functools import partial
from typing import TYPE_CHECKING

from refactor_agent.locate.resolve.index import ProjectModule
from refactor_agent.locate.resolve.lazy import lazy_name
from refactor_agent.locate.resolve.values import External, ModuleValue, Values, join

if TYPE_CHECKING:
    from refactor_agent.locate.resolve.evaluate import Evaluator

__all__ = ["absolute", "imported_module", "imported_name", "module_name", "own_name"]

_BUILTINS = frozenset(dir(builtins))


def imported_module(evaluator: Evaluator, name: str) -> Values:
    """Give a module by its full name."""
    if name in evaluator.index.packages:
        return (ModuleValue(name),)
    return (External(name),)


def imported_name(evaluator: Evaluator, module: str, name: str) -> Values:
    """Give what ``from module import name`` binds."""
    known = evaluator.index.modules.get(module)
    submodule = f"{module}.{name}"
    if known is not None:
        found = module_name(evaluator, known, name)
        # A package that imports its own submodule from itself says no more than that there is one.
        if found or (found is not None and submodule not in evaluator.index.packages):
            return found
    if submodule in evaluator.index.packages:
        return (ModuleValue(submodule),)
    return () if module in evaluator.index.packages else (External(submodule),)


def module_name(evaluator: Evaluator, module: ProjectModule, name: str) -> Values | None:
    """Give a name that ``module`` binds; ``None`` when it does not."""
    terms = module.binding(name)
    if terms is None:
        found = _starred(evaluator, module, name)
        return lazy_name(evaluator, module, name) if found is None else found
    home = module.functions[0]
    return evaluator.guarded(
        ("name", module.name, name), lambda: join(evaluator.term(home, term) for term in terms)
    )


def absolute(name: str, package: str) -> str:
    """Give the full name of a module from a relative one: ``.client``, seen from ``package``."""
    bare = name.lstrip(".")
    parts = package.split(".")
    base = ".".join(parts[: len(parts) - (len(name) - len(bare)) + 1])
    return f"{base}.{bare}" if bare else base


def _starred(evaluator: Evaluator, module: ProjectModule, name: str) -> Values | None:
    for source in module.stars:
        key = ("star", module.name, source, name)
        found = evaluator.guarded(key, partial(_exported, evaluator, source, name))
        if found:
            return found
    return None


def _exported(evaluator: Evaluator, source: str, name: str) -> Values:
    known = evaluator.index.modules.get(source)
    if known is None:
        return ()
    exports = known.exports
    if name not in exports if exports is not None else name.startswith("_"):
        return ()
    return module_name(evaluator, known, name) or ()


def own_name(evaluator: Evaluator, module: ProjectModule, name: str) -> Values:
    """Give what a bare name means in ``module``: its own, or a builtin."""
    found = module_name(evaluator, module, name)
    if found is not None:
        return found
    if name in _BUILTINS:
        return (External(f"builtins.{name}"),)
    external = [star for star in module.stars if star not in evaluator.index.packages]
    found = tuple(External(f"{star}.{name}") for star in external)
    if len(found) > 1:
        return tuple(value for value in found if evaluator.libraries.knows(value.name))
    return found
