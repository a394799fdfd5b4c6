"""What was done within a `try`, a `with` or a loop is done within it still."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from refactor_agent.verify.checks._check import Check, Example, Objection
from refactor_agent.verify.checks._functions import nodes_within
from refactor_agent.verify.checks._hops import made
from refactor_agent.verify.checks._twins import with_originals
from refactor_agent.verify.context import Context
from refactor_agent.verify.syntax import FunctionNode

__all__ = ["CHECK"]

_HANDLED = "`try`, whose handlers take what it raises"
_ENDED = "`try`, whose `finally` runs after it"
_TURN = "a loop, in each turn"


class _Done(NamedTuple):
    """A call, by the last part of its name, and the blocks in which it is made."""

    name: str
    whole: str
    """With its arguments."""
    node: ast.Call
    blocks: frozenset[str]


def _find(context: Context) -> Iterator[Objection]:
    for change, original in with_originals(context):
        before, after = list(_calls(original)), list(_calls(change.after))
        kept = _blocks_in(change.after) | {_HANDLED, _ENDED, _TURN}
        for block in sorted(frozenset().union(*(done.blocks for done in before)) & kept):
            for done in _moved_out(block, before, after):
                message = (
                    f"{change.name}: {done.name} was called within {block}, and is called "
                    "outside of it now"
                )
                yield Objection(message, change.site(done.node))


def _moved_out(block: str, before: Sequence[_Done], after: Sequence[_Done]) -> Iterator[_Done]:
    """Give the calls of which there are more outside than there were, and fewer within."""
    within, outside = _counts(block, before)
    still_within, now_outside = _counts(block, after)
    gone = {key for key in within if still_within[key] < within[key]}
    told: set[str] = set()
    for done in after:
        new = [key for key in (done.name, done.whole) if now_outside[key] > outside[key]]
        if block not in done.blocks and done.name not in told and gone.intersection(new):
            told.add(done.name)
            yield done


def _counts(block: str, calls: Sequence[_Done]) -> tuple[Counter[str], Counter[str]]:
    within: Counter[str] = Counter()
    outside: Counter[str] = Counter()
    for done in calls:
        (within if block in done.blocks else outside).update((done.name, done.whole))
    return within, outside


def _calls(function: FunctionNode) -> Iterator[_Done]:
    for node, blocks in nodes_within(function.body, _entered):
        if isinstance(node, ast.Call) and (called := made(node)).name:
            yield _Done(called.name, called.text, node, blocks)


def _entered(node: ast.AST, child: ast.AST) -> frozenset[str]:
    """Give the blocks of ``node`` in which its ``child`` runs."""
    if isinstance(node, ast.With | ast.AsyncWith) and child in node.body:
        return frozenset(_contexts(node))
    if _is_turn(node, child):
        return frozenset({_TURN})
    if not isinstance(node, ast.Try | ast.TryStar) or child in node.finalbody:
        return frozenset()
    ended = {_ENDED} if node.finalbody else set()
    return frozenset(ended | ({_HANDLED} if node.handlers and child in node.body else set()))


def _is_turn(node: ast.AST, child: ast.AST) -> bool:
    """Say whether ``child`` runs in each turn of ``node``, where that is a loop."""
    match node:
        case ast.For(body=body) | ast.AsyncFor(body=body):
            return child in body
        case ast.While(body=body, test=test):
            return child is test or child in body
        case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
            return child is not node.generators[0]
        case ast.comprehension(ifs=ifs):
            return child in ifs
    return False


def _contexts(node: ast.With | ast.AsyncWith) -> Iterator[str]:
    for item in node.items:
        entered = item.context_expr
        made = entered.func if isinstance(entered, ast.Call) else entered
        yield f"`with {ast.unparse(made)}`"


def _blocks_in(function: FunctionNode) -> frozenset[str]:
    withs = (node for node in ast.walk(function) if isinstance(node, ast.With | ast.AsyncWith))
    return frozenset(text for node in withs for text in _contexts(node))


def _function(*lines: str, colour: str = "async ") -> str:
    body = "".join(f"    {line}\n" for line in lines)
    return f"{colour}def post(event):\n{body}"


_BEFORE = _function(
    "try:", "    send(event)", "    mark(event)", "except OSError:", "    return False"
)
_AFTER = _BEFORE.replace("send(", "await offload(send, ")
_SPAN = _function("with span('post'):", "    send(event)", "    mark(event)")
_LEFT = _function("try:", "    send(event)", "finally:", "    close(event)")
_SAYS = "send was called within {}"

CHECK = Check(
    name="left-block",
    hazards=("H-G1",),
    reason="What was caught, timed, closed or done again around a call is not any more.",
    level="doubtful",
    find=_find,
    examples=(
        Example(
            "before the try",
            _BEFORE,
            _function(
                "await offload(send, event)",
                "try:",
                "    mark(event)",
                "except OSError:",
                "    return False",
            ),
            _SAYS.format("`try`, whose handlers"),
        ),
        Example(
            "in the else",
            _BEFORE,
            _function(
                "try:",
                "    mark(event)",
                "except OSError:",
                "    return False",
                "else:",
                "    await offload(send, event)",
            ),
            _SAYS.format("`try`, whose handlers"),
        ),
        Example(
            "without what came after it",
            _LEFT,
            _function("await offload(send, event)", "close(event)"),
            _SAYS.format("`try`, whose `finally`"),
        ),
        Example(
            "before the span",
            _SPAN,
            _function("await offload(send, event)", "with span('post'):", "    mark(event)"),
            _SAYS.format("`with span`"),
        ),
        Example(
            "one of two alike",
            _function("try:", "    wait(1)", "finally:", "    wait(2)"),
            _function(
                "await wait(1)",
                "try:",
                "    pass",
                "finally:",
                "    try:",
                "        await wait(2)",
                "    finally:",
                "        pass",
            ),
            "wait was called within",
        ),
        Example(
            "before the loop",
            _function("for one in event:", "    check(key)", "    send(one)"),
            _function("await check(key)", "for one in event:", "    await send(one)"),
            "check was called within a loop, in each turn, and is called outside",
        ),
        Example(
            "a loop turned into a comprehension",
            _function("for one in event:", "    send(one)"),
            _function("return [await send(one) for one in event]"),
        ),
        Example("within it", _BEFORE, _AFTER),
        Example(
            "within one of the other library",
            _BEFORE,
            _AFTER.replace("OSError", "httpx.TransportError"),
        ),
        Example(
            "all of it on a thread",
            _BEFORE,
            _function(
                "def work():",
                *("    " + line[4:] for line in _BEFORE.splitlines()[1:]),
                "return await offload(work)",
            ),
        ),
        Example(
            "what was opened is read whole",
            _function("with open(event) as file:", "    text = read(file)", "send(text)"),
            _function("text = await offload(read, event)", "await offload(send, text)"),
        ),
        Example(
            "called outside as well, as before",
            _BEFORE + "    send(event)\n",
            _AFTER + "    await offload(send, event)\n",
        ),
    ),
)
