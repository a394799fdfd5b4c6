"""Break lines that a conversion made too long, as formatters do."""

from __future__ import annotations

import re
from functools import cached_property

import libcst as cst
import libcst.matchers as m

from refactor_agent.convert.source import Source

__all__ = ["Layout"]

_WIDTHS = (88, 100, 120)
"""Line lengths that projects agree on: Black's, a common wider one, and the widest."""
_STEP = 4
_END = re.compile(r"[ \t):\]}]*( as \w+:)?")


class Layout:
    """The line length of one file, and how to keep to it."""

    def __init__(self, source: Source, configured: int | None = None) -> None:
        """Take a file, and the line length that the project's formatter is told, if any."""
        self._source = source
        self._configured = configured

    @cached_property
    def width(self) -> int | None:
        """What the project says, or the least usual width that the file's lines keep to.

        `None` where none is kept.
        """
        if self._configured is not None:
            return self._configured
        longest = max(len(line) for line in self._source.lines)
        return next((width for width in _WIDTHS if longest <= width), None)

    def outermost(self, call: cst.BaseExpression) -> cst.BaseExpression:
        """Give the call whose arguments should be broken when the line of ``call`` grows."""
        found = call
        for outer in self._source.ancestors(call):
            if isinstance(outer, cst.BaseStatement | cst.Lambda | cst.BaseString):
                break
            if isinstance(outer, cst.Call) and self._ends_line(outer):
                found = outer
        return found

    def fitted(self, original: cst.BaseExpression, changed: cst.Call, lead: int) -> cst.Call:
        """Give ``changed`` with its arguments on lines of their own, if its line is too long.

        ``lead`` is how many characters come to stand between the place of ``original`` and it.
        """
        place = self._source.positions[original]
        if self.width is None or not changed.args or not self._ends_line(original):
            return changed
        code = self._source.module.code_for_node(changed)
        if "\n" in code or place.start.column + lead + len(code) <= self.width:
            return changed
        return self.broken(original, changed)

    def broken(self, original: cst.BaseExpression, changed: cst.Call) -> cst.Call:
        """Give ``changed`` with its arguments on one line of their own, or on a line each."""
        if _has_comments(changed):
            return changed
        line = self._source.lines[self._source.positions[original].start.line - 1]
        indent = len(line) - len(line.lstrip()) + _STEP
        length = indent + len(_arguments(self._source, changed))
        return _broken(changed, each=length > (self.width or length))

    def _ends_line(self, call: cst.BaseExpression) -> bool:
        """Say whether ``call`` is on one line, but for brackets, a name and a colon."""
        place = self._source.positions[call]
        rest = self._source.lines[place.end.line - 1][place.end.column :]
        return place.start.line == place.end.line and _END.fullmatch(rest) is not None


def _arguments(source: Source, call: cst.Call) -> str:
    return ", ".join(
        source.module.code_for_node(arg.with_changes(comma=cst.MaybeSentinel.DEFAULT))
        for arg in call.args
    )


def _has_comments(call: cst.Call) -> bool:
    return any(m.findall(node, m.Comment()) for node in (call.whitespace_before_args, *call.args))


def _broken(call: cst.Call, *, each: bool) -> cst.Call:
    """Put the arguments on one line of their own, or on a line ``each``."""
    inside, outside, none = _line_break(" " * _STEP), _line_break(""), cst.SimpleWhitespace("")
    between = cst.Comma(whitespace_after=inside if each else cst.SimpleWhitespace(" "))
    args = [arg.with_changes(comma=between, whitespace_after_arg=none) for arg in call.args]
    if each:
        args[-1] = args[-1].with_changes(comma=cst.Comma(whitespace_after=outside))
    else:
        args[-1] = args[-1].with_changes(
            comma=cst.MaybeSentinel.DEFAULT, whitespace_after_arg=outside
        )
    return call.with_changes(args=args, whitespace_before_args=inside)


def _line_break(indent: str) -> cst.ParenthesizedWhitespace:
    return cst.ParenthesizedWhitespace(indent=True, last_line=cst.SimpleWhitespace(indent))
