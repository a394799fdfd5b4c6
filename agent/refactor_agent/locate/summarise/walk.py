"""The state of one walk over a file."""

from __future__ import annotations

import ast
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from refactor_agent.locate.stretches import FOREVER, covers
from refactor_agent.locate.summarise.scope import Scope
from refactor_agent.locate.summary import (
    ASYNC_SOURCE,
    NEVER,
    Attribute,
    Body,
    CallFacts,
    ClassFacts,
    FrameMark,
    FunctionFacts,
    Guard,
    Load,
    Operation,
    Parameter,
    Store,
    WithFacts,
)
from refactor_agent.locate.terms import Place, Term, defined

__all__ = [
    "LEAVES",
    "BodyBuilder",
    "ClassBuilder",
    "FunctionBuilder",
    "Handlers",
    "Walk",
    "place_of",
]


LEAVES = (ast.Return, ast.Raise, ast.Continue, ast.Break)
"""Statements after which control does not go on to the next."""


_PLAIN = "#bdqtfm"
"""Terms whose special methods are the language's own."""


class BodyBuilder:
    """A `Body` being filled."""

    __slots__ = (
        "awaits", "calls", "definitions", "doubts", "filling", "guards", "is_generator",
        "iterations", "loads", "operations", "returns", "stores", "tested", "withs", "writes",
        "yields",
    )  # fmt: skip

    def __init__(self) -> None:
        self.calls: list[CallFacts | None] = []
        self.loads: list[Load] = []
        self.definitions: list[Term] = []
        self.returns: list[Term] = []
        self.yields: list[Term] = []
        self.iterations: list[tuple[Term, tuple[FrameMark, ...], Place]] = []
        self.withs: list[WithFacts] = []
        self.stores: list[Store] = []
        self.operations: list[Operation] = []
        self.guards: list[Guard] = []
        self.doubts: list[Place] = []
        self.filling: list[Place] = []
        self.tested: set[Term] = set()
        self.writes: dict[str, None] = {}
        self.awaits = False
        self.is_generator = False

    def doubt(self, place: Place) -> None:
        """Note that what stands at ``place`` need not run when the body does."""
        if not (self.doubts and covers(self.doubts[-1], place)):
            self.doubts.append(place)

    def leave(self, node: ast.stmt) -> None:
        """Note that the body may end at ``node``: what follows it need not run."""
        if self.is_doubtful(node):
            self.doubts[-1] = (*self.doubts[-1][:2], *FOREVER)

    def is_doubtful(self, node: ast.stmt) -> bool:
        """Say whether ``node``, the one being walked, need not run when the body does."""
        return bool(self.doubts) and covers(self.doubts[-1], place_of(node))

    def mark(self) -> tuple[int, ...]:
        """Give how much there is of everything that is done, for `bury`."""
        return (len(self.calls), *(len(part) for part in self._done()), int(self.awaits))

    def bury(self, mark: tuple[int, ...]) -> None:
        """Forget what was done since ``mark``; terms name calls, so those stay as never made."""
        calls, *lengths, awaits = mark
        for number in range(calls, len(self.calls)):
            call = self.calls[number]
            if call is not None:
                self.calls[number] = call._replace(awaited=False, frames=NEVER)
        for part, length in zip(self._done(), lengths, strict=True):
            del part[length:]
        self.tested.clear()
        self.awaits = bool(awaits)

    def _done(self) -> tuple[list[Any], ...]:
        return (
            self.loads, self.returns, self.yields, self.iterations, self.withs, self.stores,
            self.operations,
        )  # fmt: skip


class FunctionBuilder:
    """A `FunctionFacts` being filled."""

    __slots__ = (
        "bare", "body", "decorators", "has_nested", "is_async", "is_lambda", "is_stub", "name",
        "owner", "parameters", "parent", "returns", "scope", "span",
    )  # fmt: skip

    def __init__(self, name: str, bare: str, span: Place, parent: int) -> None:
        self.name = name
        self.bare = bare
        self.span = span
        self.parent = parent
        self.owner = -1
        self.is_async = False
        self.is_lambda = False
        self.is_stub = False
        self.has_nested = False
        self.decorators: tuple[tuple[Term, str], ...] = ()
        self.parameters: tuple[Parameter, ...] = ()
        self.returns: Term = None
        self.body = BodyBuilder()
        self.scope: Scope | None = None

    def freeze(self) -> FunctionFacts:
        """Give the finished facts."""
        body = self.body
        names = self.scope.names if self.has_nested and self.scope is not None else {}
        frozen = Body(
            tuple(call for call in body.calls if call is not None),
            tuple(body.loads),
            tuple(body.definitions),
            tuple(dict.fromkeys(body.returns)),
            tuple(dict.fromkeys(body.yields)),
            tuple(body.iterations),
            tuple(body.withs),
            tuple(body.stores),
            tuple(body.operations),
            {name: tuple(dict.fromkeys(terms)) for name, terms in names.items()},
        )
        guards = tuple(filter(self._is_kept, body.guards))
        return FunctionFacts(
            self.name, self.bare, self.span, self.parent, self.owner, self.is_async,
            self.is_lambda, body.is_generator, self.is_stub, body.awaits, self.decorators,
            self.parameters, self.returns, tuple(body.writes), frozen.encode(), guards,
            self._flags(guards, frozen.calls),
            tuple(dict.fromkeys(guard.parameter for guard in guards if guard.test == "isa")),
            tuple(body.filling),
        )  # fmt: skip

    def _is_kept(self, guard: Guard) -> bool:
        """Say whether what a guard tests can only be what was passed."""
        terms = self.scope.names.get(guard.parameter, ()) if self.scope is not None else ()
        if guard.in_loop and len(terms) > 1:
            return False
        return all(term is None or term[0] != "v" for term in terms)

    def _flags(self, guards: Iterable[Guard], calls: Iterable[CallFacts]) -> tuple[str, ...]:
        found = dict.fromkeys(guard.parameter for guard in guards)
        has_default = {
            item.name for item in self.parameters if item.default and item.default[0] == "#"
        }
        if has_default:
            for call in calls:
                for term in (*call.args, *(term for _, term in call.keywords)):
                    name = _passed_on(self.body.definitions, term)
                    if name in has_default:
                        found[name] = None
        return tuple(found)


def _passed_on(definitions: Sequence[Term], term: Term) -> str | None:
    """Give the parameter that a term is."""
    term = defined(definitions, term)
    return term[1] if term is not None and term[0] == "p" else None


class ClassBuilder:
    """A `ClassFacts` being filled."""

    __slots__ = (
        "attributes",
        "bases",
        "decorators",
        "metaclass",
        "methods",
        "name",
        "parent",
        "span",
    )

    def __init__(self, name: str, span: Place, parent: int) -> None:
        self.name = name
        self.span = span
        self.parent = parent
        self.bases: tuple[Term, ...] = ()
        self.decorators: tuple[Term, ...] = ()
        self.metaclass: Term = None
        self.methods: dict[str, list[int]] = {}
        self.attributes: dict[str, list[Attribute]] = {}

    def freeze(self) -> ClassFacts:
        """Give the finished facts."""
        return ClassFacts(
            self.name, self.span, self.parent, self.bases, self.decorators,
            self.metaclass,
            {name: tuple(group) for name, group in self.methods.items()},
            {name: tuple(dict.fromkeys(group)) for name, group in self.attributes.items()},
        )  # fmt: skip


Handlers: TypeAlias = tuple[
    "Mapping[type[ast.AST], Callable[[Walk, Any], Term]]",
    "Mapping[type[ast.AST], Callable[[Walk, Any], None]]",
]
"""What to do with each kind of expression and of statement."""


class Fallback(dict[type[ast.AST], Any]):
    """Handlers by kind of node; for kinds of newer Pythons the parts are walked."""

    def __missing__(self, kind: type[ast.AST]) -> Callable[[Walk, ast.AST], None]:
        return _parts


def _parts(walk: Walk, node: ast.AST) -> None:
    for part in ast.iter_child_nodes(node):
        if isinstance(part, ast.expr):
            walk.value(part)
        elif isinstance(part, ast.stmt):
            walk.block([part])


class Walk:
    """Where the walk is, and what it has gathered."""

    __slots__ = (
        "body", "callers", "classes", "deferred", "end", "exports", "expressions", "frames",
        "functions", "imports", "loaded", "module", "package", "passed", "scope", "stars",
        "statements", "taken",
    )  # fmt: skip

    def __init__(self, module: str, handlers: Handlers, *, package: bool, span: Place) -> None:
        self.expressions, self.statements = map(Fallback, handlers)
        self.module = module
        self.package = package
        self.functions = [FunctionBuilder(module, module, span, -1)]
        self.functions[0].has_nested = True
        self.classes: list[ClassBuilder] = []
        self.body = self.functions[0].body
        self.scope = Scope("module", 0, None, self.body.definitions)
        self.frames: tuple[FrameMark, ...] = ()
        self.end = span[2:]
        """Where the innermost block of statements ends: line and column."""
        self.passed = -1
        """The call whose direct argument the next name or attribute is."""
        self.deferred: deque[Callable[[], None]] = deque()
        """Bodies of functions: walked after the scope around them is complete."""
        self.stars: list[str] = []
        self.exports: list[str] | None = None
        self.imports: dict[str, None] = {}
        self.loaded: dict[str, None] = {}
        self.callers: dict[str, dict[int, None]] = {}
        self.taken: dict[str, int] = {}

    def value(self, node: ast.expr) -> Term:
        """Walk an expression and give its term."""
        term: Term = self.expressions[type(node)](self, node)
        return term

    def block(self, nodes: Sequence[ast.stmt]) -> bool:
        """Walk statements; ``False`` when control never leaves by the end of them."""
        before, around = self.frames, self.end
        if nodes:
            last = nodes[-1]
            self.end = last.end_lineno or last.lineno, last.end_col_offset or 0
        for position, node in enumerate(nodes, 1):
            self.statements[type(node)](self, node)
            if isinstance(node, LEAVES):
                if position < len(nodes):
                    mark = self.body.mark()
                    self.block(nodes[position:])
                    self.body.bury(mark)
                self.frames, self.end = before, around
                return False
        self.frames, self.end = before, around
        return True

    def note_caller(self, name: str, number: int = -1) -> None:
        """Note that a function, the one being walked, calls, or sets, something of this name."""
        functions = self.callers.get(name)
        if functions is None:
            functions = self.callers[name] = {}
        functions[self.scope.function if number < 0 else number] = None

    def operate(self, method: str, left: Term, right: Term, node: ast.expr) -> None:
        """Note that ``node`` runs a special method, unless it can only be a builtin's.

        Tests of truth, the most frequent by far, are noted once for each value of a body.
        """
        if method == "__bool__":
            if left in self.body.tested:
                return
            self.body.tested.add(left)
        for term in (left, right):
            if term is not None and term[0] not in _PLAIN:
                self.body.operations.append(Operation(method, left, right, place_of(node)))
                return

    def note_async_source(self, term: Term) -> None:
        """Note that what the call ``term`` gives is taken by ``async for`` or ``async with``."""
        if term is not None and term[0] == "k":
            call = self.body.calls[term[1]]
            if call is not None:
                self.body.calls[term[1]] = call._replace(frames=(ASYNC_SOURCE, *call.frames))

    def unique(self, name: str) -> str:
        """Give ``name``, numbered when a definition already has it."""
        count = self.taken[name] = self.taken.get(name, 0) + 1
        return name if count == 1 else f"{name}#{count}"

    def qualify(self, name: str) -> str:
        """Give the qualified name of something defined here."""
        scope = self.scope
        if scope.kind == "class":
            return f"{self.classes[scope.owner].name}.{name}"
        return f"{self.functions[scope.function].name}.{name}"


def place_of(node: ast.expr | ast.stmt) -> Place:
    """Give where ``node`` stands."""
    return (
        node.lineno,
        node.col_offset,
        node.end_lineno or node.lineno,
        node.end_col_offset or node.col_offset,
    )
