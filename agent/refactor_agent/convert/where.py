"""Where an `await` may stand: what the syntax around a call allows."""

from __future__ import annotations

import re

import libcst as cst

from refactor_agent.convert.job import FileWork
from refactor_agent.convert.names import dotted
from refactor_agent.convert.refused import refuse
from refactor_agent.domain.place import Site

__all__ = ["check_awaitable", "inner_generator"]

_LOCK = re.compile(r"(^|_)(lock|rlock|mutex|semaphore|sem|condition|cond)s?$", re.IGNORECASE)
_LOCK_TYPES = {"Lock", "RLock", "Semaphore", "BoundedSemaphore", "Condition"}
_PROCESS_WIDE = {
    "catch_warnings", "chdir", "localcontext", "patch", "redirect_stderr", "redirect_stdin",
    "redirect_stdout", "setlocale", "simplefilter",
}  # fmt: skip
"""Context managers that change something the whole process sees (H-E7)."""
_SIGNATURE = ("decorators", "params", "returns", "type_parameters")
Loose = cst.FunctionDef | cst.Lambda | cst.ClassDef


def check_awaitable(work: FileWork, node: cst.CSTNode) -> cst.FunctionDef:
    """Give the async function in which ``node`` may be awaited; raises `Refused` where none is."""
    site = work.source.site(node)
    function, below = work.source.function_around(node), node
    _check_use(work.source.parents[node], node, site)
    if function is None:
        refuse("module-level", "the call runs when the module is imported", site)
    for outer in work.source.ancestors(node):
        if outer is function:
            break
        _check_frame(work, outer, below, site)
        below = outer
    if below is not function.body:
        refuse("signature", "the call runs when the function is defined", site)
    if not work.becomes_async(function):
        refuse("sync-function", f"{function.name.value} stays sync, so it can't await", site)
    return function


def _check_use(parent: cst.CSTNode, node: cst.CSTNode, site: Site) -> None:
    """Refuse where the syntax shows that the call gives something asynchronous already."""
    read = isinstance(parent, cst.For | cst.CompFor) and parent.iter is node
    if read and getattr(parent, "asynchronous", None) is not None:
        refuse("async-iterable", "`async for` reads what the call gives", site)
    if isinstance(parent, cst.Await):
        refuse("awaited", "the call is awaited already", site)


def _check_frame(work: FileWork, outer: cst.CSTNode, below: cst.CSTNode, site: Site) -> None:
    if isinstance(outer, cst.Lambda):
        refuse("lambda", "a lambda can't await", site)
    if isinstance(outer, cst.ClassDef):
        refuse("class-body", "the call runs when the class is made", site)
    if isinstance(outer, cst.With) and below is outer.body and outer.asynchronous is None:
        for item in outer.items:
            _check_manager(item.item, site)
    if isinstance(outer, cst.AugAssign) and not isinstance(outer.target, cst.Name):
        if not _may_add_after(work, outer, below):
            message = "an update between its read and write could be lost"
            refuse("augmented-assignment", message, site)
        work.added.add(outer)
    if isinstance(outer, cst.Assign) and _reads_its_target(outer):
        refuse("augmented-assignment", "an update between its read and write could be lost", site)


def _may_add_after(work: FileWork, outer: cst.AugAssign, value: cst.CSTNode) -> bool:
    """Say whether ``value`` may be worked out before ``self.total += value`` reads its target.

    The attribute of a name is there to be read before and after; an item may not be.
    """
    line, target = work.source.parents[outer], outer.target
    alone = isinstance(line, cst.SimpleStatementLine) and len(line.body) == 1
    of_name = isinstance(target, cst.Attribute) and isinstance(target.value, cst.Name)
    return alone and of_name and outer.value is value


def _check_manager(manager: cst.BaseExpression, site: Site) -> None:
    called = manager.func if isinstance(manager, cst.Call) else manager
    words = (dotted(called) or "").split(".")
    if _LOCK.search(words[-1]) or words[-1] in _LOCK_TYPES:
        refuse("lock-held", "the lock would be held while other tasks run", site)
    if _PROCESS_WIDE.intersection(words):
        refuse("process-wide", f"other tasks would run under {'.'.join(words)}", site)


def _reads_its_target(node: cst.Assign) -> bool:
    """Find ``self.total = self.total + …``: what others add meanwhile is overwritten (H-E5)."""
    targets = [
        t.target for t in node.targets if isinstance(t.target, cst.Attribute | cst.Subscript)
    ]
    return any(target.deep_equals(part) for target in targets for part in _parts(node.value))


def _parts(node: cst.CSTNode) -> list[cst.CSTNode]:
    return [node, *(part for child in node.children for part in _parts(child))]


def inner_generator(work: FileWork, node: cst.CSTNode) -> cst.GeneratorExp | None:
    """Give the generator expression that an `await` of ``node`` would make asynchronous."""
    below = node
    for outer in work.source.ancestors(node):
        if isinstance(outer, Loose):
            return None
        if isinstance(outer, cst.GeneratorExp) and not _runs_outside(work, outer, below, node):
            return outer
        below = outer
    return None


def _runs_outside(
    work: FileWork, generator: cst.GeneratorExp, below: cst.CSTNode, node: cst.CSTNode
) -> bool:
    """Say whether ``node`` is in the first iterable, which the enclosing function evaluates."""
    if below is not generator.for_in:
        return False
    first = generator.for_in.iter
    return node is first or any(outer is first for outer in work.source.ancestors(node))
