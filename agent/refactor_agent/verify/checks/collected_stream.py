"""What gave its items as they came does not collect them first."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refactor_agent.verify.checks._check import Check, Example, Objection
from refactor_agent.verify.checks._functions import FunctionChange, changed_functions, own_nodes
from refactor_agent.verify.checks._gathered import is_gathered
from refactor_agent.verify.context import Context
from refactor_agent.verify.syntax import FunctionNode

__all__ = ["CHECK"]

_Loop = ast.For | ast.AsyncFor
_TO_THE_END = frozenset({"aread", "read", "readlines", "fetchall"})


def _find(context: Context) -> Iterator[Objection]:
    for change in changed_functions(context):
        if change.before is not None and _gives_as_it_goes(change.before):
            yield from _collected(change)


def _gives_as_it_goes(function: FunctionNode) -> bool:
    """Whether it gives items from within a loop that does not run over what was gathered."""
    loops = _giving_loops(function)
    return bool(loops) and not any(is_gathered(function, loop) for loop in loops)


def _collected(change: FunctionChange) -> Iterator[Objection]:
    loops = _giving_loops(change.after)
    for loop in loops:
        if is_gathered(change.after, loop):
            message = (
                f"{change.name} gave items as they came, and collects all of them now before the "
                "first is given: it waits for the last, and holds them all"
            )
            yield Objection(message, change.site(loop))
    for node in _reads_all(change) if loops else ():
        message = (
            f"{change.name} gave items as they came, and `{ast.unparse(node)}` waits for the last"
        )
        yield Objection(message, change.site(node))
    if not loops and change.after.name == (change.before or change.after).name:
        message = f"{change.name} gave items as they came, and gives none within a loop now"
        yield Objection(message, change.site(change.after))


def _reads_all(change: FunctionChange) -> Iterator[ast.Call]:
    """Calls that were not made and read to the end, outside of what stands in a loop."""
    made = {_method(node) for node in ast.walk(change.before or change.after)}
    looped = {
        id(part)
        for node in own_nodes(change.after)
        if isinstance(node, _Loop | ast.While)
        for part in own_nodes(node)
    }
    for node in own_nodes(change.after):
        method = _method(node)
        fresh = method in _TO_THE_END and not {method, method[1:]} & made
        if isinstance(node, ast.Call) and fresh and id(node) not in looped:
            yield node


def _method(node: ast.AST) -> str:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return node.func.attr
    return ""


def _giving_loops(function: FunctionNode) -> list[_Loop | ast.While]:
    """The loops that a `yield` stands in, `yield from` being one of its own."""
    return [
        node
        for node in own_nodes(function)
        if isinstance(node, _Loop | ast.While)
        and any(isinstance(part, ast.Yield) for line in node.body for part in own_nodes(line))
    ]


def _body(*lines: str, colour: str = "async ") -> str:
    return f"{colour}def f(k):\n" + "".join(f"    {line}\n" for line in lines)


_BEFORE = _body("for word in read(k):", "    yield word")
_SAYS = "before the first is given"

CHECK = Check(
    name="collected-stream",
    hazards=("H-H1",),
    reason="Who reads a stream waits for its end, and memory holds all of it.",
    level="doubtful",
    find=_find,
    examples=(
        Example("in place", _BEFORE,
                _body("for word in await offload(list, read(k)):", "    yield word"), _SAYS),
        Example("by a name", _BEFORE,
                _body("words = await whole(k)", "for word in words:", "    yield word"), _SAYS),
        Example("appended", _BEFORE,
                _body("words = []", "async for word in read(k):", "    words.append(word)",
                      "for word in words:", "    yield word"), _SAYS),
        Example("read to its end before it is cut",
                _body("with get(k) as r:", "    for word in r.lines():", "        yield word"),
                _body("async with get(k) as r:", "    await r.aread()",
                      "    for word in r.lines():", "        yield word"),
                "waits for the last"),
        Example("piece by piece", _body("with open(k) as f:", "    for word in f:",
                                        "        yield word"),
                _body("async with opened(k) as f:", "    while piece := await f.read(9):",
                      "        yield piece")),
        Example("one after the other", _BEFORE,
                _body("async for word in read(k):", "    yield word")),
        Example("asked for on a thread", _BEFORE,
                _body("words = read(k)", "while (word := await offload(next, words, None)):",
                      "    yield word")),
        Example("it collected before",
                _body("words = await whole(k)", "for word in words:", "    yield use(word)"),
                _body("words = await whole(k)", "for word in words:", "    yield await use(word)")),
        Example("each item is waited for", _BEFORE,
                _body("for word in k:", "    yield await offload(look, word)")),
    ),
)  # fmt: skip
