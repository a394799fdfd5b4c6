"""What gave its items as they came does not collect them first."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refactor_agent.verify.checks._check import Check, Example, Objection
from refactor_agent.verify.checks._functions import FunctionChange, changed_functions, own_nodes
from refactor_agent.verify.context import Context
from refactor_agent.verify.syntax import FunctionNode

__all__ = ["CHECK"]

_Loop = ast.For | ast.AsyncFor


def _find(context: Context) -> Iterator[Objection]:
    for change in changed_functions(context):
        if change.before is not None and _gives_as_it_goes(change.before):
            yield from _collected(change)


def _gives_as_it_goes(function: FunctionNode) -> bool:
    """Whether it gives items from within a loop that does not run over what was gathered."""
    loops = _giving_loops(function)
    return bool(loops) and not any(_is_gathered(function, loop) for loop in loops)


def _collected(change: FunctionChange) -> Iterator[Objection]:
    loops = _giving_loops(change.after)
    for loop in loops:
        if _is_gathered(change.after, loop):
            message = (
                f"{change.name} gave items as they came, and collects all of them now before the "
                "first is given: it waits for the last, and holds them all"
            )
            yield Objection(message, change.site(loop))
    if not loops and change.after.name == (change.before or change.after).name:
        message = f"{change.name} gave items as they came, and gives none within a loop now"
        yield Objection(message, change.site(change.after))


def _giving_loops(function: FunctionNode) -> list[_Loop | ast.While]:
    """The loops that a `yield` stands in, `yield from` being one of its own."""
    return [
        node
        for node in own_nodes(function)
        if isinstance(node, _Loop | ast.While)
        and any(isinstance(part, ast.Yield) for line in node.body for part in own_nodes(line))
    ]


def _is_gathered(function: FunctionNode, loop: _Loop | ast.While) -> bool:
    """Whether the loop runs over what an await gave whole, in place or by a name."""
    if not isinstance(loop, ast.For):
        return False
    if any(isinstance(node, ast.Await) for node in (loop.iter, *own_nodes(loop.iter))):
        return True
    names = {node.id for node in (loop.iter, *own_nodes(loop.iter)) if isinstance(node, ast.Name)}
    return any(_fills(node, names) for node in own_nodes(function))


def _fills(node: ast.AST, names: set[str]) -> bool:
    """Whether a statement puts awaited items into one of ``names``."""
    if isinstance(node, ast.Assign) and _awaits(node.value):
        return any(isinstance(target, ast.Name) and target.id in names for target in node.targets)
    if isinstance(node, ast.For | ast.AsyncFor) and (
        isinstance(node, ast.AsyncFor) or _awaits(node.iter) or any(map(_awaits, node.body))
    ):
        return any(_appends(part, names) for line in node.body for part in (line, *own_nodes(line)))
    return False


def _awaits(node: ast.AST) -> bool:
    return any(
        isinstance(part, ast.Await) or (isinstance(part, ast.comprehension) and part.is_async)
        for part in (node, *own_nodes(node))
    )


def _appends(node: ast.AST, names: set[str]) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"append", "extend", "add"}
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id in names
    )


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
