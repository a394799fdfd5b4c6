"""Whether the iterations of a loop may run at once, with what was looked at, or why not.

Asked of the source and the call graph alone. Everything that is not shown counts against it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from refactor_agent.domain.callgraph import Call, CallGraph

__all__ = ["PROOF", "Dependence", "Loop", "dependences", "find_loop", "find_while", "turn_by_turn"]

PROOF = (
    "no variable passes from one iteration to the next, or out of the last one",
    "the body writes to nothing but its own variables, and appends to one list",
    "no break, continue, return or yield: every item is processed",
    "what is called writes no shared state, takes no lock and does not wait for time to pass",
    "what is called in libraries only reads, so that its order has no effect",
)
"""What `dependences` has checked when it gives nothing."""

_FUNCTION = ast.FunctionDef | ast.AsyncFunctionDef
_PURE = frozenset(
    {"abs", "bool", "bytes", "dict", "enumerate", "float", "frozenset", "int", "isinstance", "len",
     "list", "max", "min", "range", "repr", "round", "set", "sorted", "str", "sum", "tuple", "zip"}
)  # fmt: skip
_READS = frozenset(
    {"decode", "encode", "exists", "format", "get", "head", "is_dir", "is_file", "items", "join",
     "json", "keys", "loads", "lower", "lstat", "open_file", "raise_for_status", "read",
     "read_bytes", "read_text", "resolve", "split", "stat", "strip", "upper", "values"}
)  # fmt: skip
"""Methods and functions of libraries by which nothing changes."""


_STARTED = frozenset({"Popen", "Process", "Thread", "Timer"})
"""Classes whose objects do something by being there."""


class Loop(NamedTuple):
    """A loop that gathers one result an item: a list comprehension, or one that appends."""

    node: ast.For | ast.ListComp
    target: ast.expr
    iterable: ast.expr
    body: tuple[ast.stmt, ...]
    """The statements before the result is appended."""
    result: ast.expr | None
    """What is appended; ``None`` where the loop is of another kind."""
    results: str = ""
    """The list it is appended to, of a statement."""


@dataclass(frozen=True)
class Dependence:
    """One thing that speaks against running iterations at once."""

    reason: str
    """Machine-readable, kebab-case."""
    message: str


def find_loop(function: ast.AST, line: int) -> Loop | None:
    """Give the loop that begins on ``line``, statements before comprehensions."""
    for node in ast.walk(function):
        if isinstance(node, ast.For) and node.lineno == line:
            return _statement(node)
    for node in ast.walk(function):
        if isinstance(node, ast.ListComp) and node.lineno == line:
            first = node.generators[0]
            simple = len(node.generators) == 1 and not first.ifs and not first.is_async
            return Loop(node, first.target, first.iter, (), node.elt if simple else None)
    return None


def find_while(function: ast.AST, line: int) -> ast.While | None:
    """Give the ``while`` that begins on ``line``."""
    nodes = (node for node in ast.walk(function) if isinstance(node, ast.While))
    return next((node for node in nodes if node.lineno == line), None)


def turn_by_turn(loop: ast.While) -> Iterator[Dependence]:
    """Give why the turns of a ``while`` stay one after the other; there is always a reason."""
    for name in _handed_on(loop):
        message = f"{name} comes from the turn before, as the next page's place does"
        yield Dependence("carried-variable", message)
    for node in ast.walk(loop):
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == "sleep":
            message = f"{ast.unparse(node.func)} waits for time to pass, perhaps on purpose"
            yield Dependence("rate-limit", message)
    yield Dependence("unknown-end", "how many turns there are is known once they have run")


def _handed_on(loop: ast.While) -> list[str]:
    """Name what a turn sets, and the next one reads before it sets it anew."""
    names = [node for node in ast.walk(loop) if isinstance(node, ast.Name)]
    bound = {node.id for node in names if isinstance(node.ctx, ast.Store)}
    found = {node.id for node in ast.walk(loop.test) if isinstance(node, ast.Name)} & bound
    known: set[str] = set()
    for statement in loop.body:
        used = [node for node in ast.walk(statement) if isinstance(node, ast.Name)]
        found |= {node.id for node in used if isinstance(node.ctx, ast.Load)} & bound - known
        known |= {node.id for node in used if isinstance(node.ctx, ast.Store)}
    return sorted(found)


def _statement(node: ast.For) -> Loop:
    *body, last = node.body
    loop = Loop(node, node.target, node.iter, tuple(node.body), None)
    match last:
        case ast.Expr(
            value=ast.Call(
                func=ast.Attribute(value=ast.Name(id=results), attr="append"),
                args=[result],
                keywords=[],
            )
        ):
            return loop._replace(body=tuple(body), result=result, results=results)
    return loop


def dependences(
    loop: Loop, function: _FUNCTION, name: str, file: str, graph: CallGraph
) -> Iterator[Dependence]:
    """Give what speaks against running the iterations of ``loop`` at once; nothing: see `PROOF`.

    ``name`` is the qualified name of ``function``, which stands in ``file``.
    """
    yield from _shape(loop)
    nodes = [node for root in _parts(loop) for node in ast.walk(root)]
    yield from _ways_out(nodes)
    yield from _carried(loop, function, nodes)
    yield from _writes(loop, nodes)
    effects = _Effects(graph, file)
    for node in nodes:
        if isinstance(node, ast.Call):
            yield from effects.of_node(node, name)


def _parts(loop: Loop) -> tuple[ast.AST, ...]:
    return (*loop.body, *([loop.result] if loop.result is not None else ()))


def _shape(loop: Loop) -> Iterator[Dependence]:
    if loop.result is None:
        yield Dependence("no-result-list", "it does not gather one result an item in one list")
    if not isinstance(loop.target, ast.Name):
        yield Dependence("unpacked-item", "its item is taken apart; give it one name")
    if isinstance(loop.node, ast.For) and loop.node.orelse:
        yield Dependence("loop-else", "it has an else, which asks how the loop ended")
    if not any(isinstance(node, ast.Await) for root in _parts(loop) for node in ast.walk(root)):
        yield Dependence("awaits-nothing", "it awaits nothing that could run beside the rest")


def _ways_out(nodes: list[ast.AST]) -> Iterator[Dependence]:
    for node in nodes:
        match node:
            case ast.Break() | ast.Continue() | ast.Return():
                yield Dependence("leaves-early", "one item decides about the rest of the loop")
            case ast.Yield() | ast.YieldFrom():
                yield Dependence("yields", "it hands items out one by one")
            case ast.Global() | ast.Nonlocal():
                yield Dependence("shared-write", "it rebinds a variable of an outer scope")
            case ast.With(items=items) | ast.AsyncWith(items=items):
                if any(not isinstance(item.context_expr, ast.Call) for item in items):
                    yield Dependence("lock-held", "it enters an object that iterations share")


def _carried(loop: Loop, function: _FUNCTION, nodes: list[ast.AST]) -> Iterator[Dependence]:
    inside = {id(node) for node in ast.walk(loop.node)}
    outside = {
        node.id
        for node in ast.walk(function)
        if isinstance(node, ast.Name) and id(node) not in inside
    } | {node.arg for node in ast.walk(function.args) if isinstance(node, ast.arg)}
    names = [node for node in nodes if isinstance(node, ast.Name)]
    bound = {node.id for node in names if isinstance(node.ctx, ast.Store | ast.Del)}
    bound |= {node.id for node in ast.walk(loop.target) if isinstance(node, ast.Name)}
    if isinstance(loop.node, ast.ListComp):
        bound = {node.id for node in names if isinstance(node.ctx, ast.Store)}
    for name in sorted(bound & outside):
        yield Dependence("carried-variable", f"{name} lives on outside the iteration")
    known = {node.id for node in ast.walk(loop.target) if isinstance(node, ast.Name)}
    for statement in loop.body:
        used = [node for node in ast.walk(statement) if isinstance(node, ast.Name)]
        for node in used:
            if isinstance(node.ctx, ast.Load) and node.id in bound - known:
                yield Dependence("carried-variable", f"{node.id} is read before it is set")
        known |= {node.id for node in used if isinstance(node.ctx, ast.Store)}


def _writes(loop: Loop, nodes: list[ast.AST]) -> Iterator[Dependence]:
    for node in nodes:
        if isinstance(node, ast.AugAssign):
            yield Dependence("shared-write", f"{ast.unparse(node.target)} is added to")
        elif isinstance(node, ast.Attribute | ast.Subscript) and not isinstance(node.ctx, ast.Load):
            yield Dependence("shared-write", f"{ast.unparse(node)} is written")
        elif isinstance(node, ast.Name) and loop.results and node.id == loop.results:
            yield Dependence("shared-write", f"{node.id} is used inside, besides the append")


class _Effects:
    """What calls do besides giving a result, as far down as the project goes."""

    def __init__(self, graph: CallGraph, file: str) -> None:
        self._graph = graph
        self._file = file
        self._seen: set[str] = set()

    def of_node(self, node: ast.Call, caller: str) -> Iterator[Dependence]:
        start = (node.lineno, node.col_offset)
        end = (node.end_lineno, node.end_col_offset)
        for call in self._graph.calls_in(caller):
            span = call.site.span
            if call.site.file == self._file and (span[:2], span[2:]) == (start, end):
                yield from self._of_call(call, ast.unparse(node.func))
                return
        yield from _by_name(ast.unparse(node.func))

    def _of_call(self, call: Call, text: str) -> Iterator[Dependence]:
        if "lock" in call.frames:
            yield Dependence("lock-held", f"{text} is called under a lock")
        if not call.callees:
            yield from _by_name(text)
        for callee in call.callees:
            if callee in self._graph.functions:
                yield from self._of_function(callee)
            else:
                yield from _by_name(callee)

    def _of_function(self, name: str) -> Iterator[Dependence]:
        if name in self._seen:
            return
        self._seen.add(name)
        function = self._graph.functions[name]
        for written in function.writes:
            yield Dependence("shared-write", f"{name} writes {written}")
        for call in self._graph.calls_in(name):
            yield from self._of_call(call, ", ".join(call.callees) or f"a call at {call.site}")


def _by_name(callee: str) -> Iterator[Dependence]:
    bare = callee.rpartition(".")[2]
    if "." not in callee.removeprefix("builtins.") and bare in _PURE:
        return
    if bare == "sleep":
        yield Dependence("rate-limit", f"{callee} waits for time to pass, perhaps on purpose")
    elif bare not in _READS and not _makes_object(bare):
        yield Dependence("unknown-effect", f"{callee} is not known to do nothing but read")


def _makes_object(bare: str) -> bool:
    """Say whether a class is called, by its name; an object of its own is nobody else's."""
    return bare[:1].isupper() and bare not in _STARTED
