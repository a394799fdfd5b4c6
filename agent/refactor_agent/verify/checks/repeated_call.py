"""What was called once is not called twice."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Iterator

from refactor_agent.verify.checks._check import Check, Example, Objection
from refactor_agent.verify.checks._hops import made
from refactor_agent.verify.checks._twins import with_originals
from refactor_agent.verify.context import Context
from refactor_agent.verify.syntax import FunctionNode

__all__ = ["CHECK"]


def _find(context: Context) -> Iterator[Objection]:
    for change, original in with_originals(context):
        before = _most(original.body) + Counter(_new_helpers(original, change.after))
        after = _most(change.after.body)
        told: set[str] = set()
        for name, key, call in _waited_for(change.after):
            if name not in told and after[key] > before[key] >= 1:
                told.add(name)
                yield Objection(
                    f"{change.name}: {name} was called {_times(before[key])} in one pass, and "
                    f"is called {_times(after[key])} now: what it does is done again",
                    change.site(call),
                )


def _new_helpers(before: FunctionNode, after: FunctionNode) -> Iterator[str]:
    """Give the functions inside of it that the change makes, each of what was done once."""
    known = _functions_in(before)
    return (name for name in _functions_in(after) if name not in known)


def _functions_in(function: FunctionNode) -> list[str]:
    inner = (node for line in function.body for node in ast.walk(line))
    return [node.name for node in inner if isinstance(node, FunctionNode)]


def _waited_for(function: FunctionNode) -> Iterator[tuple[str, str, ast.Call]]:
    """Give the awaited calls by name, and again with their arguments."""
    for node in ast.walk(function):
        if isinstance(node, ast.Await) and isinstance(node.value, ast.Call):
            called = made(node.value)
            for key in (called.name, called.text) if called.name else ():
                yield called.name, key, node.value


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


def _most(nodes: Iterable[ast.AST]) -> Counter[str]:
    """Count the calls on the path that makes the most of them, by name and with arguments."""
    total: Counter[str] = Counter()
    for node in nodes:
        total += _under(node)
    return total


def _under(node: ast.AST) -> Counter[str]:
    match node:
        case ast.If(test=test, body=body, orelse=orelse):
            return _under(test) + (_most(body) | _most(orelse))
        case ast.IfExp(test=test, body=body, orelse=orelse):
            return _under(test) + (_under(body) | _under(orelse))
        case ast.Match(subject=subject, cases=cases):
            ways: Counter[str] = Counter()
            for case in cases:
                ways |= _most([case.guard] if case.guard else []) + _most(case.body)
            return _under(subject) + ways
        case ast.Try() | ast.TryStar():
            handled: Counter[str] = Counter()
            for handler in node.handlers:
                handled |= _most(handler.body)
            return _most([*node.body, *node.orelse, *node.finalbody]) + handled
    own: Counter[str] = Counter()
    if isinstance(node, ast.Call):
        called = made(node)
        own.update((called.name, called.text))
    return own + _most(ast.iter_child_nodes(node))


def _function(*lines: str, colour: str = "async ") -> str:
    return f"{colour}def post(event):\n" + "".join(f"    {line}\n" for line in lines)


_BEFORE = _function("send(event)", "return mark(event)")
_SAYS = "send was called once in one pass, and is called twice now"

CHECK = Check(
    name="repeated-call",
    hazards=("H-F4",),
    reason="What is sent twice arrives twice: orders, payments, messages.",
    level="doubtful",
    find=_find,
    examples=(
        Example(
            "sent again",
            _BEFORE,
            _function(
                "await offload(send, event)", "await offload(send, event)", "return mark(event)"
            ),
            _SAYS,
        ),
        Example(
            "sent again when it failed",
            _BEFORE,
            _function(
                "try:",
                "    await send(event)",
                "except OSError:",
                "    await send(event)",
                "return mark(event)",
            ),
            _SAYS,
        ),
        Example(
            "sent where it was only looked at",
            _function("if ready(event):", "    send(event)"),
            _function("if ready(event):", "    await send(event)", "await send(event)"),
            _SAYS,
        ),
        Example(
            "the block on a thread, twice",
            _BEFORE,
            _function(
                "def work():",
                "    send(event)",
                "await offload(work)",
                "await offload(work)",
                "return mark(event)",
            ),
            "work was called once in one pass, and is called twice now",
        ),
        Example(
            "by an async side, again",
            _function("send(event)", colour=""),
            _function("send(event)", colour="")
            + "\n\nasync def post_async(event):\n    await send(event)\n    await send(event)\n",
            _SAYS,
        ),
        Example(
            "once, on a thread",
            _BEFORE,
            _function("await offload(send, event)", "return mark(event)"),
        ),
        Example(
            "once in each of two branches",
            _BEFORE,
            _function(
                "if enabled('post', 10):",
                "    await offload(send, event)",
                "else:",
                "    send(event)",
                "return mark(event)",
            ),
        ),
        Example(
            "tried again, as before",
            _function("try:", "    send(event)", "except OSError:", "    send(event)"),
            _function("try:", "    await send(event)", "except OSError:", "    await send(event)"),
        ),
        Example(
            "more of what does not wait",
            _BEFORE,
            _function("await offload(send, str(event))", "return mark(str(event))"),
        ),
    ),
)
