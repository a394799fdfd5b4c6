"""Put what stands in brackets on lines of its own, as formatters do: outermost brackets first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import libcst as cst
import libcst.matchers as m

__all__ = ["STEP", "Bracketed", "Room"]

STEP = 4
"""Characters that each level of indentation takes."""
_SPACE = cst.SimpleWhitespace(" ")

Bracketed = cst.Call | cst.List | cst.Set | cst.Dict | cst.ListComp | cst.SetComp | cst.DictComp
"""What has brackets of its own, between which lines may break."""
_Item = cst.Arg | cst.BaseElement | cst.BaseDictElement


@dataclass(frozen=True)
class Room:
    """Where lines may end: a width in characters, and how far in the line at hand begins."""

    width: int | None
    indent: int
    """Of the line that the brackets are opened on."""
    depth: int = 1
    """How many brackets are open around what is inside."""

    def broken(self, node: cst.BaseExpression) -> cst.BaseExpression:
        """Give ``node`` with what its brackets hold on one line, or on a line each.

        What has comments inside stays as it is.
        """
        if m.findall(node, m.Comment()):
            return node
        if isinstance(node, cst.Call):
            return self._call(node)
        if isinstance(node, cst.List | cst.Set | cst.Dict):
            return self._display(node)
        if isinstance(node, cst.ListComp | cst.SetComp | cst.DictComp):
            return self._comprehension(node)
        return node

    def _fits(self, code: str) -> bool:
        start = self.indent + self.depth * STEP
        return self.width is None or start + len(code) <= self.width

    def _deeper(self) -> Room:
        return Room(self.width, self.indent, self.depth + 1)

    def _inner(self, node: cst.BaseExpression, around: int) -> cst.BaseExpression:
        """Break what stands on a line of its own, where it is too long with what is ``around``."""
        if self._fits(" " * around + _code(node)):
            return node
        if isinstance(node, cst.Await):
            return node.with_changes(expression=self._inner(node.expression, around + 6))
        return self._deeper().broken(node)

    def _call(self, node: cst.Call) -> cst.Call:
        if not node.args:
            return node
        return node.with_changes(args=self._items(node.args), whitespace_before_args=self._within())

    def _display(self, node: cst.List | cst.Set | cst.Dict) -> cst.BaseExpression:
        if not node.elements:
            return node
        items = self._items(node.elements)
        left = "lbrace" if isinstance(node, cst.Set | cst.Dict) else "lbracket"
        right = left.replace("l", "r", 1)
        opened = getattr(node, left).with_changes(whitespace_after=self._within())
        closed = getattr(node, right)
        if not isinstance(items[-1].comma, cst.Comma):
            closed = closed.with_changes(whitespace_before=self._after())
        return node.with_changes(elements=items, **{left: opened, right: closed})

    def _items(self, items: Sequence[_Item]) -> list[_Item]:
        bare = [_bare(item) for item in items]
        each = not self._fits(", ".join(_code(item) for item in bare))
        only = getattr(items[0], "value", None) if len(items) == 1 else None
        if isinstance(only, cst.GeneratorExp):  # a comma behind it would be an error
            read = only if only.lpar or not each else self._loops(only)
            return [self._last(bare[0].with_changes(value=read))]
        if each:
            bare = [self._alone(item) for item in bare]
        between = cst.Comma(whitespace_after=self._within() if each else _SPACE)
        placed = [item.with_changes(comma=between) for item in bare]
        last = cst.Comma(whitespace_after=self._after())
        ends = each and len(items) > 1
        placed[-1] = bare[-1].with_changes(comma=last) if ends else self._last(bare[-1])
        return placed

    def _last(self, item: _Item) -> _Item:
        if isinstance(item, cst.Arg):
            return item.with_changes(whitespace_after_arg=self._after())
        return item

    def _alone(self, item: _Item) -> _Item:
        value = getattr(item, "value", None)
        if not isinstance(value, cst.BaseExpression):
            return item
        around = len(_code(item)) - len(_code(value)) + 1
        return item.with_changes(value=self._inner(value, around))

    def _comprehension(self, node: cst.ListComp | cst.SetComp | cst.DictComp) -> cst.BaseExpression:
        left = "lbracket" if isinstance(node, cst.ListComp) else "lbrace"
        right = left.replace("l", "r", 1)
        opened = getattr(node, left).with_changes(whitespace_after=self._within())
        closed = getattr(node, right).with_changes(whitespace_before=self._after())
        spread = node if self._fits(_code(node)[1:-1].strip()) else self._loops(node)
        return spread.with_changes(**{left: opened, right: closed})

    def _loops(self, node: cst.BaseComp) -> cst.BaseComp:
        return node.with_changes(for_in=self._loop(cst.ensure_type(node.for_in, cst.CompFor)))

    def _loop(self, loop: cst.CompFor) -> cst.CompFor:
        """Put each ``for`` and ``if`` of a comprehension on a line of its own."""
        head = len(_code(loop.target)) + len("for  in ") + 6 * (loop.asynchronous is not None)
        inner = loop.inner_for_in
        return loop.with_changes(
            whitespace_before=self._within(),
            iter=self._inner(loop.iter, head),
            ifs=[each.with_changes(whitespace_before=self._within()) for each in loop.ifs],
            inner_for_in=self._loop(inner) if inner is not None else None,
        )

    def _within(self) -> cst.ParenthesizedWhitespace:
        return _line_break(self.depth)

    def _after(self) -> cst.ParenthesizedWhitespace:
        return _line_break(self.depth - 1)


def _bare(item: _Item) -> _Item:
    alone = item.with_changes(comma=cst.MaybeSentinel.DEFAULT)
    if isinstance(alone, cst.Arg):
        return alone.with_changes(whitespace_after_arg=cst.SimpleWhitespace(""))
    return alone


def _code(node: cst.CSTNode) -> str:
    return cst.Module([]).code_for_node(node).strip()


def _line_break(depth: int) -> cst.ParenthesizedWhitespace:
    indent = cst.SimpleWhitespace(" " * STEP * depth)
    return cst.ParenthesizedWhitespace(indent=True, last_line=indent)
