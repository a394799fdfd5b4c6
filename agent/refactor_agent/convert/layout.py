"""Break lines that a conversion made too long, as formatters do."""

from __future__ import annotations

import re
from functools import cached_property

import libcst as cst

from refactor_agent.convert.breaking import STEP, Bracketed, Room
from refactor_agent.convert.source import Source

__all__ = ["Layout"]

_WIDTHS = (88, 100, 120)
"""Line lengths that projects agree on: Black's, a common wider one, and the widest."""
_END = re.compile(r"[ \t):\]}]*( as \w+:)?")
_STATEMENT = cst.SimpleStatementLine | cst.BaseCompoundStatement


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
        """Give what should be broken between its brackets when the line of ``call`` grows."""
        found = call
        for outer in self._source.ancestors(call):
            if isinstance(outer, cst.BaseStatement | cst.Lambda | cst.BaseString):
                break
            if isinstance(outer, Bracketed) and self._ends_line(outer):
                found = outer
        return found

    def fitted(
        self, original: cst.BaseExpression, changed: cst.BaseExpression, lead: int
    ) -> cst.BaseExpression:
        """Give ``changed`` with what it holds on lines of its own, if its line is too long.

        ``lead`` is how many characters come to stand between the place of ``original`` and it.
        """
        place = self._source.positions[original]
        if self.width is None or not self._ends_line(original):
            return changed
        code = self._source.module.code_for_node(changed)
        if "\n" in code or place.start.column + lead + len(code) <= self.width:
            return changed
        return self.broken(original, changed)

    def broken(
        self, original: cst.BaseExpression, changed: cst.BaseExpression
    ) -> cst.BaseExpression:
        """Give ``changed`` with what it holds on one line of its own, or on a line each."""
        block, line = self._indents(original)
        return Room(self.width, block, 1 + (line - block) // STEP).broken(changed)

    def _indents(self, node: cst.CSTNode) -> tuple[int, int]:
        """Give how far in the statement around ``node`` stands, and the line of ``node``."""
        outer = (node, *self._source.ancestors(node))
        around = next(each for each in outer if isinstance(each, _STATEMENT))
        nodes = (around, node)
        lines = (self._source.lines[self._source.positions[n].start.line - 1] for n in nodes)
        block, own = (len(line) - len(line.lstrip()) for line in lines)
        return block, max(own, block)

    def _ends_line(self, call: cst.BaseExpression) -> bool:
        """Say whether ``call`` is on one line, but for brackets, a name and a colon."""
        place = self._source.positions[call]
        rest = self._source.lines[place.end.line - 1][place.end.column :]
        return place.start.line == place.end.line and _END.fullmatch(rest) is not None
