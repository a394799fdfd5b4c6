"""Await what an executor works out, without a thread that waits for its thread.

``asyncio.wrap_future`` gives what ``future.result()`` gives, but cancels the work with its caller,
which no wait of a thread does: so it stands behind a shield. Where the work itself is cancelled,
the exception is another one; so the function must have the future for itself.
Source: https://docs.python.org/3/library/asyncio-future.html#asyncio.wrap_future
"""

from __future__ import annotations

import libcst as cst
import libcst.matchers as m

from refactor_agent.convert.handlers import caught_by, handlers_around
from refactor_agent.convert.job import FileWork
from refactor_agent.convert.rewrite import Change
from refactor_agent.convert.variables import variable

__all__ = ["pool_future"]

_WAIT = "concurrent.futures.Future.result"
_LOOKS = {"add_done_callback", "done", "exception", "result", "running"}
"""What leaves a future as it is: ``cancel`` does not."""
_SUBMITTED = m.Call(func=m.Attribute(attr=m.Name("submit")))
_STOPS = m.Call(args=[m.Arg(m.Name("next") | m.Attribute(attr=m.Name("__next__"))), m.ZeroOrMore()])
"""Work that may raise ``StopIteration``, which no awaited future can before Python 3.12."""


def pool_future(work: FileWork, function: cst.FunctionDef, call: cst.Call) -> Change | None:
    """Give the change that awaits the future of ``call``; `None` where a thread must wait."""
    if work.edits[call].callee != _WAIT or call.args or not isinstance(call.func, cst.Attribute):
        return None
    if not _Own(work, function).has(call.func.value) or _is_handled(work, call):
        return None
    if b"cancel_futures" in work.source.module.bytes:
        return None
    shield = work.names.spell("asyncio", "shield", call)
    wrap = work.names.spell("asyncio", "wrap_future", call)

    def change(node: cst.CSTNode) -> cst.CSTNode:
        future = cst.ensure_type(cst.ensure_type(node, cst.Call).func, cst.Attribute).value
        return cst.Call(shield, [cst.Arg(cst.Call(wrap, [cst.Arg(future)]))])

    return change


class _Own:
    """Whether futures are made by a function, which lets nothing else get at them."""

    def __init__(self, work: FileWork, function: cst.FunctionDef) -> None:
        self._work = work
        self._function = function

    def has(self, node: cst.BaseExpression) -> bool:
        """Say whether ``node`` is a future of the function's own."""
        if isinstance(node, cst.Name):
            found = variable(self._work.source, self._function, node.value)
            kept = all(self._is_look(use) for use in found.uses)
            return kept and bool(found.bindings) and all(map(self._makes_one, found.bindings))
        return m.matches(node, _SUBMITTED) and not m.matches(node, _STOPS)

    def _makes_one(self, binding: cst.CSTNode) -> bool:
        if isinstance(binding, cst.Assign):
            return len(binding.targets) == 1 and self._is_submitted(binding.value)
        return isinstance(binding, cst.For | cst.CompFor) and self._has_all(binding.iter)

    def _has_all(self, node: cst.BaseExpression) -> bool:
        """Say whether ``node`` is a list of such futures that is only read through."""
        if isinstance(node, cst.ListComp):
            return self._is_submitted(node.elt)
        if not isinstance(node, cst.Name):
            return False
        found = variable(self._work.source, self._function, node.value)
        return (
            len(found.bindings) == 1
            and isinstance(made := found.bindings[0], cst.Assign)
            and len(made.targets) == 1
            and isinstance(made.value, cst.ListComp)
            and self._is_submitted(made.value.elt)
            and all(self._is_read_through(use) for use in found.uses)
        )

    def _is_submitted(self, node: cst.BaseExpression) -> bool:
        return isinstance(node, cst.Call) and self.has(node)

    def _is_look(self, use: cst.Name) -> bool:
        parent = self._work.source.parents[use]
        return isinstance(parent, cst.Attribute) and parent.attr.value in _LOOKS

    def _is_read_through(self, use: cst.Name) -> bool:
        parent = self._work.source.parents[use]
        return isinstance(parent, cst.For | cst.CompFor) and parent.iter is use


def _is_handled(work: FileWork, call: cst.Call) -> bool:
    """Say whether a handler around the call names what only a thread's wait raises."""
    return any(
        (work.names.qualified(kind) or "").startswith("concurrent.futures")
        for handler, _ in handlers_around(work, call)
        if handler.type is not None
        for kind in caught_by(handler.type)
    )
