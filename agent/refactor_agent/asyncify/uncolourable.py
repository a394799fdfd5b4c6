"""Functions that can't become async, and what to do instead."""

from __future__ import annotations

import libcst as cst

from refactor_agent.asyncify.listening import ends_with_a_value
from refactor_agent.asyncify.site import Site, Unit
from refactor_agent.asyncify.special import ASYNC_NAMES
from refactor_agent.locate.resolve.attributes import is_property
from refactor_agent.locate.resolve.index import ProjectFunction

__all__ = ["why_no_property", "why_not"]


def why_not(unit: Unit, *, properties: bool) -> tuple[str, str] | None:  # noqa: PLR0911 - one for each reason
    """Give a reason and a sentence a person can act on; `None` when the function may be async.

    ``properties`` says whether they may wait.
    """
    function = unit.function
    name, bare = function.name, function.facts.bare
    if function.facts.is_async:
        return None
    if bare in {"__init__", "__new__", "__post_init__"}:
        return "constructor", f"{name} can't wait; move it to an async method or factory"
    if bare == "__del__":
        return "finaliser", f"{name} can't wait; offer an async close and call it"
    if _is_special(bare) and bare not in ASYNC_NAMES and bare != "__call__":
        return "dunder", f"Python calls {name} and would not await it; make it a method"
    why = _why_no_attribute(function, properties=properties)
    if why:
        return "property", f"{name} {why}; make it a method"
    if function.facts.is_generator and (_needs_its_result(unit.node) or ends_with_a_value(unit)):
        return "generator-result", f"{name} returns a value, which an async generator can't"
    if function.has_decorator("cache", "lru_cache"):
        return "cached", f"{name} caches its result, and a coroutine can be awaited only once"
    return None


def _why_no_attribute(function: ProjectFunction, *, properties: bool) -> str:
    """Say why what a property runs can't wait; empty where it can, or where it is a method."""
    if function.has_decorator("setter", "deleter") and function.owner is not None:
        return "is run by an assignment, which can't wait"
    if not is_property(function) or function.facts.is_generator:
        return ""
    if not properties:
        return "is a property, which can't wait"
    return "" if _is_plain(function) else "keeps what it gives, or is set as well"


def why_no_property(unit: Unit, site: Site) -> tuple[str, str] | None:
    """Say why a property can't wait at ``site``: nobody awaits what he reads for a lock alone."""
    if not isinstance(site.node, cst.With) or not is_property(unit.function):
        return None
    name = unit.function.name
    return "property", f"{name} is a property that enters what waits; make it a method"


def _is_plain(function: ProjectFunction) -> bool:
    """Say whether a property only gives something: it is read with ``await`` then."""
    owner = function.owner
    same = owner.methods(function.facts.bare) if owner is not None else ()
    return function.has_decorator("property") and len(same) == 1


def _is_special(name: str) -> bool:
    return name.startswith("__") and name.endswith("__")


def _needs_its_result(function: cst.FunctionDef) -> bool:
    """Say whether a generator returns a value, or uses what it delegates to returns."""
    waiting: list[cst.CSTNode] = [function.body]
    while waiting:
        node = waiting.pop()
        if isinstance(node, cst.FunctionDef | cst.ClassDef | cst.Lambda):
            continue
        if isinstance(node, cst.Expr | cst.Return) and isinstance(node.value, cst.Yield):
            waiting.extend(node.value.children)
            continue
        is_value = isinstance(node, cst.Return) and node.value is not None
        if is_value or (isinstance(node, cst.Yield) and isinstance(node.value, cst.From)):
            return True
        waiting.extend(node.children)
    return False
