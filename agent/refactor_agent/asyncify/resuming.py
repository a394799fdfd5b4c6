"""``yield from`` in full, where what it delegates to may be sent values, or errors.

An async generator has no ``yield from``. A loop that yields says the same as long as nobody but
the reader's next step drives the generator: what is sent to it, or thrown into it, would end at the
loop and never reach what it delegates to.

Source: PEP 380 (what ``yield from`` stands for) and PEP 525 (what async generators have instead).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import libcst as cst

from refactor_agent.asyncify.edit import Edit
from refactor_agent.asyncify.site import Unit

__all__ = ["resuming"]


class _Manner(NamedTuple):
    """How one kind of iterator is driven."""

    helper: str
    iterate: str
    wait: str
    end: str
    code: str


_ASYNC = _Manner(
    "_resumed",
    "aiter",
    "await ",
    "StopAsyncIteration",
    '''\
async def _resumed(items, sent, error):
    """Give the next of ``items``, with what its reader was sent or met."""
    if isinstance(error, GeneratorExit) and hasattr(items, "aclose"):
        await items.aclose()
    elif error is not None and hasattr(items, "athrow"):
        return await items.athrow(error)
    if error is not None:
        raise error
    return await (anext(items) if sent is None else items.asend(sent))
''',
)
_PLAIN = _Manner(
    "_resumed_plainly",
    "iter",
    "",
    "StopIteration",
    '''\
def _resumed_plainly(items, sent, error):
    """Give the next of ``items``, with what its reader was sent or met."""
    if isinstance(error, GeneratorExit) and hasattr(items, "close"):
        items.close()
    elif error is not None and hasattr(items, "throw"):
        return items.throw(error)
    if error is not None:
        raise error
    return next(items) if sent is None else items.send(sent)
''',
)

_LOOP = """\
{items}, {sent}, {error} = {iterate}(DELEGATED), None, None
while True:
    try:
        {item} = {wait}{helper}({items}, {sent}, {error})
    except {end}:
        {leave}
    try:
        {sent}, {error} = (yield {item}), None
    except BaseException as {raised}:
        {sent}, {error} = None, {raised}
"""


def resuming(
    edit: Edit, unit: Unit, *, is_async: bool, returns: bool
) -> Callable[[cst.BaseExpression], list[cst.BaseStatement]]:
    """Give what writes ``yield from x`` in ``unit``, or ``return (yield from x)``, given ``x``."""
    manner = _ASYNC if is_async else _PLAIN
    edit.helpers[manner.helper] = manner.code
    names = {
        name: edit.spelling.names.fresh(name, unit.node)
        for name in ("items", "sent", "error", "item", "raised")
    }
    code = _LOOP.format(
        **names,
        iterate=manner.iterate,
        wait=manner.wait,
        helper=manner.helper,
        end=manner.end,
        leave="return" if returns else "break",
    )
    first, loop = cst.parse_module(code).body

    def write(delegated: cst.BaseExpression) -> list[cst.BaseStatement]:
        placed = first.visit(_Placed(delegated))
        assert isinstance(placed, cst.SimpleStatementLine)  # noqa: S101 - a line stays one
        assert isinstance(loop, cst.While)  # noqa: S101 - see `_LOOP`
        return [placed, loop]

    return write


class _Placed(cst.CSTTransformer):
    def __init__(self, delegated: cst.BaseExpression) -> None:
        super().__init__()
        self._delegated = delegated

    def leave_Name(  # noqa: N802 - libcst's name
        self, original_node: cst.Name, updated_node: cst.Name
    ) -> cst.BaseExpression:
        del updated_node
        return self._delegated if original_node.value == "DELEGATED" else original_node
