"""Updates whose new part is awaited: it is worked out first, so that no other update is lost."""

from __future__ import annotations

import libcst as cst
import libcst.matchers as m

from refactor_agent.convert.job import FileWork
from refactor_agent.convert.rewrite import Change

__all__ = ["finish_adding"]

_WAITS = m.Await() | m.CompFor(asynchronous=m.Asynchronous())


def finish_adding(work: FileWork) -> None:
    """Write ``more = await f()`` before ``self.total += more`` where an await came into it.

    Read and written in one go, the attribute keeps what other tasks add meanwhile (H-E5).
    """
    names: dict[cst.CSTNode, str] = {}
    for update in sorted(work.added, key=work.source.span):
        function = work.source.function_around(update) or update
        if function not in names:
            names[function] = work.names.fresh("added", function)
        line = work.source.parents[update]
        work.rewrites.change(line, _parted(cst.Name(names[function])))


def _parted(name: cst.Name) -> Change:
    def change(node: cst.CSTNode) -> cst.CSTNode | cst.FlattenSentinel[cst.CSTNode]:
        line = cst.ensure_type(node, cst.SimpleStatementLine)
        update = cst.ensure_type(line.body[0], cst.AugAssign)
        if not m.findall(update.value, _WAITS):
            return line
        first = cst.SimpleStatementLine(
            [cst.Assign([cst.AssignTarget(name)], update.value)], leading_lines=line.leading_lines
        )
        added = line.with_changes(body=[update.with_changes(value=name)], leading_lines=())
        return cst.FlattenSentinel([first, added])

    return change
