"""Exception handlers around calls that change library."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

import libcst as cst

from refactor_agent.convert.job import FileWork, Job
from refactor_agent.convert.refused import refuse
from refactor_agent.convert.variables import variable

__all__ = ["caught_by", "handlers_around", "map_handlers"]

_BASES_OF_LIBRARIES = {"builtins.OSError", "builtins.IOError", "builtins.EnvironmentError"}
"""What exceptions of old libraries derive from, and those of new ones may not (H-G5)."""


def map_handlers(job: Job) -> None:
    """Let every handler around a converted call catch what the new library raises."""
    _check_leaks(job)
    packages = _left_behind(job)
    if not packages:
        return
    done: set[cst.CSTNode] = set()
    for work in job.files.values():
        changed = (call for call, edit in work.edits.items() if edit.action != "offload")
        for call in (*changed, *work.unwaited):
            for handler, guarded in handlers_around(work, call):
                if handler.type is not None and handler not in done:
                    done.add(handler)
                    _map(job, work, handler, guarded, packages)


def _check_leaks(job: Job) -> None:
    """Refuse where a handler catches what comes through one side of a library only."""
    for work in job.files.values():
        for call, edit in work.edits.items():
            leaks = job.rulebook.leaks(edit.callee) if edit.action == "native" else ()
            for handler, _ in handlers_around(work, call) if leaks else ():
                for kind in caught_by(handler.type) if handler.type is not None else ():
                    name = work.names.qualified(kind) or ""
                    if name.partition(".")[0] in leaks:
                        message = f"the async side does not let {name} through"
                        refuse("unmapped-exception", message, work.source.site(kind))


def _left_behind(job: Job) -> frozenset[str]:
    """Name the packages whose calls go to another package."""
    found = set()
    for edit in job.attempt.calls:
        native = job.rulebook.native(edit.callee) if edit.action == "native" else None
        rule = job.rulebook.rule(native.rule).native if native is not None else None
        if native is not None and (native.distribution is not None or (rule and rule.exceptions)):
            old = native.callee.partition(".")[0]
            if native.target.partition(".")[0] != old:
                found.add(old)
    return frozenset(found)


def handlers_around(
    work: FileWork, call: cst.Call
) -> Iterator[tuple[cst.ExceptHandler | cst.ExceptStarHandler, cst.BaseSuite]]:
    """Give the handlers that guard ``call`` within its function, innermost first."""
    below: cst.CSTNode = call
    for outer in work.source.ancestors(call):
        if isinstance(outer, cst.FunctionDef | cst.Lambda):
            return
        if isinstance(outer, cst.Try | cst.TryStar) and below is outer.body:
            for handler in outer.handlers:
                yield handler, outer.body
        below = outer


def _map(
    job: Job,
    work: FileWork,
    handler: cst.ExceptHandler | cst.ExceptStarHandler,
    guarded: cst.BaseSuite,
    packages: frozenset[str],
) -> None:
    assert handler.type is not None  # noqa: S101 - the caller looked
    kinds = caught_by(handler.type)
    names = [work.names.qualified(kind) or "" for kind in kinds]
    old = [name.partition(".")[0] in packages for name in names]
    site = work.source.site(handler.type)
    if _BASES_OF_LIBRARIES.intersection(names):
        refuse("unmapped-exception", "the new library's errors are no OSError", site)
    if not any(old):
        return
    _check_error_use(work, handler)
    caught: list[cst.BaseExpression] = []
    expiring = work.expiring.items()
    for kind, name, is_old in zip(kinds, names, old, strict=True):
        others = job.rulebook.exception(name) if is_old else (name,)
        if others is None:
            refuse("unmapped-exception", f"no rule knows what stands for {name}", site)
        if not is_old or _may_raise_old(work, guarded, packages):
            caught.append(kind)
        limited = [c for c, one in expiring if one == name and guarded in work.source.ancestors(c)]
        if limited:
            caught.append(work.names.spell("asyncio", "TimeoutError", handler))
            work.names.drop(kind)
        if is_old and not (limited and _calls_nothing_but(guarded, limited)):
            caught += [work.names.replace(kind, other) for other in others]
    work.rewrites.change(handler.type, lambda _: _as_type(_distinct(caught)))


def caught_by(node: cst.BaseExpression) -> Sequence[cst.BaseExpression]:
    """Give the classes that a handler's ``node`` names."""
    return [element.value for element in node.elements] if isinstance(node, cst.Tuple) else [node]


def _check_error_use(work: FileWork, handler: cst.ExceptHandler | cst.ExceptStarHandler) -> None:
    """Refuse where attributes of the old exception are read: the new one has others."""
    function = work.source.function_around(handler)
    if handler.name is None or function is None:
        return
    name = cst.ensure_type(handler.name.name, cst.Name).value
    for use in variable(work.source, function, name).uses:
        parent = work.source.parents[use]
        if isinstance(parent, cst.Attribute) and parent.value is use:
            refuse(
                "unmapped-exception",
                f"{name}.{parent.attr.value} may be another thing there",
                work.source.site(use),
            )


def _may_raise_old(work: FileWork, guarded: cst.BaseSuite, packages: frozenset[str]) -> bool:
    """Say whether the guarded code still calls something that may raise the old exceptions."""
    finder = _Calls()
    guarded.visit(finder)
    for call in finder.found:
        if call in work.edits:
            continue
        name = work.names.qualified(call.func)
        if name is not None and name.partition(".")[0] in packages:
            return True
        if name is None and _is_project_call(call):
            return True
    return False


def _calls_nothing_but(guarded: cst.BaseSuite, calls: Collection[cst.Call]) -> bool:
    finder = _Calls()
    guarded.visit(finder)
    return all(any(call is one for one in calls) for call in finder.found)


def _is_project_call(call: cst.Call) -> bool:
    function = call.func
    on_self = (
        isinstance(function, cst.Attribute)
        and isinstance(function.value, cst.Name)
        and function.value.value in {"self", "cls"}
    )
    return isinstance(function, cst.Name) or on_self


class _Calls(cst.CSTVisitor):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[cst.Call] = []

    def visit_Call(self, node: cst.Call) -> None:  # noqa: N802
        self.found.append(node)


def _distinct(kinds: Sequence[cst.BaseExpression]) -> list[cst.BaseExpression]:
    found: list[cst.BaseExpression] = []
    for kind in kinds:
        if not any(kind.deep_equals(other) for other in found):
            found.append(kind)
    return found


def _as_type(kinds: Sequence[cst.BaseExpression]) -> cst.BaseExpression:
    if len(kinds) == 1:
        return kinds[0]
    return cst.Tuple(
        [cst.Element(kind) for kind in kinds], lpar=[cst.LeftParen()], rpar=[cst.RightParen()]
    )
