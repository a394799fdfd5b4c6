"""How a thread is made and started, read from the code: what of it a task takes over.

A task starts when it is made. So a thread becomes one only where it is started right after it was
made: ``Thread(target=f).start()``; or made, kept and started in one block, with nothing between
that could wait; or made in a list whose threads are started together.

Source: the references of `threading.Thread` and `asyncio.create_task`, as of Python 3.11.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import libcst as cst
import libcst.matchers as m

from refactor_agent.convert.source import Source

__all__ = ["Thread", "read_thread"]

_PARAMETERS = ("group", "target", "name", "args", "kwargs", "daemon")
_SUITES = (cst.IndentedBlock, cst.Module)


class Thread(NamedTuple):
    """One call of ``Thread``."""

    given: dict[str, int]
    """Parameter to the position of its argument in the call."""
    gone: tuple[cst.BaseStatement, ...] = ()
    """Statements that a task has no use for: ``thread.start()``, ``thread.daemon = True``."""
    chained: cst.Call | None = None
    """``Thread(...).start()``, where nothing keeps the thread."""


def read_thread(source: Source, node: cst.Call) -> Thread | None:
    """Read how a thread is made and started; ``None`` where no task could do the same."""
    given = _given(node)
    if given is None or not _is_callable(node.args[given["target"]].value):
        return None
    parent = source.parents[node]
    if isinstance(parent, cst.Attribute):
        call = source.parents[parent]
        is_start = m.matches(call, m.Call(func=m.Attribute(attr=m.Name("start")), args=[]))
        if is_start and isinstance(call, cst.Call) and isinstance(source.parents[call], cst.Expr):
            return Thread(given, chained=call)
        return None
    if isinstance(parent, cst.Assign) and len(parent.targets) == 1:
        gone = _started(source, parent, parent.targets[0].target)
    else:
        gone = _started_together(source, node)
    return Thread(given, gone) if gone else None


def _given(node: cst.Call) -> dict[str, int] | None:
    found: dict[str, int] = {}
    for at, arg in enumerate(node.args):
        name = arg.keyword.value if arg.keyword else _PARAMETERS[at] if at < 5 else ""
        if arg.star or name not in _PARAMETERS:
            return None
        found[name] = at
    return found if "target" in found else None


def _is_callable(node: cst.BaseExpression) -> bool:
    return isinstance(node, cst.Name | cst.Attribute | cst.Call)


def _started(
    source: Source, made: cst.CSTNode, target: cst.BaseExpression
) -> tuple[cst.BaseStatement, ...]:
    """Give the statements that set a thread up and start it, after the statement that made it."""
    written = source.code(target)
    gone: list[cst.BaseStatement] = []
    for line in _following(source, made):
        small = line.body[0] if isinstance(line, cst.SimpleStatementLine) else None
        code = source.code(small) if small is not None else ""
        if code == f"{written}.start()":
            return (*gone, line)
        if code.startswith((f"{written}.daemon =", f"{written}.setDaemon(")):
            gone.append(line)
        elif small is None or not _is_at_once(small):
            break
    return ()


def _started_together(source: Source, node: cst.Call) -> tuple[cst.BaseStatement, ...]:
    """Give the loop that starts all threads of the list which ``node`` is made for."""
    parent = source.parents[node]
    if isinstance(parent, cst.ListComp):
        made = source.parents[parent]
        if isinstance(made, cst.Assign) and len(made.targets) == 1:
            return _start_loop(source, made, source.code(made.targets[0].target))
    call = source.parents[parent] if isinstance(parent, cst.Arg) else None
    if m.matches(call or node, m.Call(func=m.Attribute(attr=m.Name("append")), args=[m.Arg()])):
        assert isinstance(call, cst.Call)  # noqa: S101 - just matched
        listed = source.code(cst.ensure_type(call.func, cst.Attribute).value)
        for outer in source.ancestors(call):
            if isinstance(outer, cst.For):
                return _start_loop(source, outer, listed)
            if isinstance(outer, cst.FunctionDef):
                break
    return ()


def _start_loop(source: Source, made: cst.CSTNode, listed: str) -> tuple[cst.BaseStatement, ...]:
    for line in _following(source, made):
        if isinstance(line, cst.For) and source.code(line.iter) == listed:
            item = source.code(line.target)
            body = line.body.body
            small = body[0].body[0] if isinstance(body[0], cst.SimpleStatementLine) else body[0]
            if len(body) == 1 and source.code(small) == f"{item}.start()":
                return (line,)
        if not isinstance(line, cst.SimpleStatementLine) or not all(map(_is_at_once, line.body)):
            break
    return ()


def _following(source: Source, made: cst.CSTNode) -> Iterator[cst.BaseStatement]:
    """Give the statements after the one that ``made`` is or stands in, of the same block."""
    line = made if isinstance(made, cst.BaseStatement) else source.parents[made]
    around = source.parents[line]
    body: Sequence[cst.BaseStatement | cst.BaseSmallStatement] = (
        around.body if isinstance(around, _SUITES) else ()
    )
    after = False
    for item in body:
        if after and isinstance(item, cst.BaseStatement):
            yield item
        after = after or item is line


def _is_at_once(node: cst.BaseSmallStatement) -> bool:
    """Say whether a statement surely waits for nothing: it calls nothing but ``append``."""
    calls = m.findall(node, m.Call())
    kept = m.Call(func=m.Attribute(attr=m.Name("append") | m.Name("add")))
    leaves = m.findall(node, m.Yield() | m.Await() | m.Return() | m.Raise())
    return not leaves and all(m.matches(call, kept) for call in calls)
