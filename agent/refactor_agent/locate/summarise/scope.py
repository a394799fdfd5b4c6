"""Names and what they are bound to at each point of a function."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from functools import partial
from typing import Literal, NamedTuple

from refactor_agent.locate.terms import Term, union

__all__ = ["Binding", "Loop", "Scope", "ScopeKind"]

ScopeKind = Literal["module", "class", "function"]


_MOST_GAINS = 12
"""Elements noted for one container; what comes later is rarely of another kind."""


_COROUTINE = "coroutine function"
"""Before a path in `Scope.env`: what is read there was asked for, and is a coroutine function."""


def path_of(node: ast.expr) -> str | None:
    """Give ``name.attribute…`` as it is written; ``None`` for anything else."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join((node.id, *reversed(parts))) if isinstance(node, ast.Name) else None


class Binding(NamedTuple):
    """What a name is bound to; ``stamp`` orders bindings in time."""

    stamp: int
    term: Term
    narrowed: bool = False
    """Only known because a condition holds, so forgotten where it may not."""


_BINDING = partial(tuple.__new__, Binding)
"""Makes one in half the time: there are hundreds of thousands."""


class Loop:
    """A loop being walked: names used in it may have been rebound by an earlier round."""

    __slots__ = ("merged", "start")

    def __init__(self, start: int) -> None:
        self.start = start
        self.merged: dict[str, tuple[int, Term]] = {}
        """Name to the definition that stands for it in the loop, and its value before."""


class Scope:
    """The bindings of one module, class or function while it is walked in source order.

    Bindings are kept in one dictionary with an undo log, so that a branch costs only as much
    as it binds.
    """

    __slots__ = (
        "declared", "definitions", "env", "function", "gained", "index", "kind",
        "log", "loop_flags", "loops", "names", "owner", "parent", "paths", "self_name", "stamp",
    )  # fmt: skip

    def __init__(
        self, kind: ScopeKind, function: int, parent: Scope | None, definitions: list[Term]
    ) -> None:
        self.kind = kind
        self.function = function
        """The function in whose body its code stands."""
        self.parent = parent
        self.definitions = definitions
        self.owner = -1
        """The class whose body it is, or whose method."""
        self.self_name: str | None = None
        self.env: dict[str, Binding] = {}
        self.names: dict[str, list[Term]] = {}
        self.declared: dict[str, Scope] = {}
        """Names declared global or nonlocal, and the scope they live in."""
        self.paths: set[str] = set()
        """Last names of attributes that a condition has said something of."""
        self.log: list[tuple[str, Binding | None]] = []
        self.loops: list[Loop] = []
        self.loop_flags: dict[str, tuple[int, bool]] = {}
        """Names that say whether an event loop runs: the stamp of their binding, and what they
        are where none does."""
        self.stamp = 0
        self.gained: dict[int, int] = {}
        """Definitions of containers that elements were put into, and how many."""

    def define(self, term: Term) -> Term:
        """Give ``term`` a number in the body, so that it is worked out once."""
        if term is None or term[0] in "klphgxfcmib#":
            return term
        self.definitions.append(term)
        return ("l", len(self.definitions) - 1)

    def bind(self, name: str, term: Term, *, temporary: bool = False) -> None:
        """Bind ``name`` from here on; ``temporary`` bindings are not seen from outside."""
        home = self.declared.get(name)
        if home is not None:
            outer: Term = ("v", self.function, self.define(term))
            home.names.setdefault(name, []).append(outer)
            return
        term = self.define(term)
        self._put(name, term)
        if not temporary:
            self.names.setdefault(name, []).append(term)

    def gain(self, name: str, held: Term) -> None:
        """Note that the container ``name`` of this scope also is ``held``."""
        binding = self.env.get(name)
        if binding is None:
            self._gain_outside(name, held)
            return
        if binding.term is None or binding.term[0] == "p":
            return
        term = binding.term
        if term[0] == "l" and term[1] in self.gained:
            if self.gained[term[1]] < _MOST_GAINS:
                self.gained[term[1]] += 1
                self.definitions[term[1]] = union([self.definitions[term[1]], held])
            return
        self.definitions.append(union([term, held]))
        self.gained[len(self.definitions) - 1] = 1
        self.bind(name, ("l", len(self.definitions) - 1))

    def _gain_outside(self, name: str, held: Term) -> None:
        """Note what a function puts into a container of its module."""
        if self.read(name) != ("g", name):
            return
        home = self
        while home.parent is not None:
            home = home.parent
        known = home.names.get(name)
        if known is not None and len(known) < _MOST_GAINS:
            known.append(("v", self.function, self.define(held)))

    def narrow(self, name: str, term: Term) -> None:
        """Note what a condition says of ``name``, to the end of the branch."""
        self._put(name, self.define(term), narrowed=True)

    def narrow_path(self, node: ast.Attribute, term: Term) -> None:
        """Note what a condition says of an attribute such as ``self.where``."""
        path = path_of(node)
        if path is not None:
            self.paths.add(node.attr)
            self.narrow(path, term)

    def narrowed_path(self, node: ast.Attribute) -> Term:
        """Give what conditions say of an attribute here; ``None`` where they say nothing."""
        path = path_of(node)
        binding = self.env.get(path) if path is not None else None
        return None if binding is None else binding.term

    def note_coroutine_function(self, node: ast.expr) -> None:
        """Note that a condition says that what ``node`` reads is a coroutine function."""
        path = path_of(node)
        if path is not None:
            self.paths.update((_COROUTINE, *path.split(".")[1:]))
            self._put(f"{_COROUTINE} {path}", None, narrowed=True)

    def is_coroutine_function(self, node: ast.expr) -> bool:
        """Say whether a condition says that here, and nothing was bound anew since."""
        path = path_of(node) if _COROUTINE in self.paths else None
        said = self.env.get(f"{_COROUTINE} {path}") if path is not None else None
        if path is None or said is None:
            return False
        since = max((loop.start for loop in self.loops), default=-1)
        parts = path.split(".")
        bound = (self.env.get(".".join(parts[:end])) for end in range(1, len(parts) + 1))
        return said.stamp > max(since, *(one.stamp for one in bound if one is not None), -1)

    def forget_path(self, node: ast.Attribute) -> None:
        """Note that an attribute is set anew, whatever a condition said of it."""
        path = path_of(node) if node.attr in self.paths else None
        if path is not None:
            self._put(path, None, narrowed=True)

    def _put(self, name: str, term: Term, *, narrowed: bool = False) -> None:
        self.stamp += 1
        self.log.append((name, self.env.get(name)))
        self.env[name] = _BINDING((self.stamp, term, narrowed))

    def read(self, name: str) -> Term:
        """Give what ``name`` is bound to here."""
        binding = self.env.get(name)
        if binding is not None:
            if self.loops and binding.stamp <= self.loops[-1].start and name != self.self_name:
                return self._merged(name, binding, len(self.loops) - 1)
            return binding.term
        outer = self.parent
        while outer is not None:
            if outer.kind == "function" and name in outer.names:
                return ("x", outer.function, name)
            outer = outer.parent
        return ("g", name)

    def _merged(self, name: str, binding: Binding, level: int) -> Term:
        loop = self.loops[level]
        if binding.stamp > loop.start:
            return binding.term
        if name not in loop.merged:
            before = binding.term if level == 0 else self._merged(name, binding, level - 1)
            self.definitions.append(before)
            loop.merged[name] = (len(self.definitions) - 1, before)
        return ("l", loop.merged[name][0])

    def settle(self) -> None:
        """Keep of each name what it is bound to at the end, and what is declared of it.

        Of a module that has run to its end, functions see no more than that.
        """
        for name, terms in self.names.items():
            last = self.env.get(name)
            if last is not None and not last.narrowed and len(terms) > 1:
                declared = [term for term in terms if self._is_declared(term)]
                self.names[name] = [*declared, last.term]

    def _is_declared(self, term: Term) -> bool:
        if term is not None and term[0] == "l":
            term = self.definitions[term[1]]
        return term is not None and term[0] == "A"

    def loop(self, body: Callable[[], None]) -> None:
        """Walk the body of a loop, which runs any number of times."""
        loop = Loop(self.stamp)
        self.loops.append(loop)
        mark = len(self.log)
        body()
        self.loops.pop()
        for name, (number, before) in loop.merged.items():
            binding = self.env.get(name)
            if binding is not None and binding.stamp > loop.start:
                self.definitions[number] = union([before, binding.term])
        self._join([self._undo(mark), {}])

    def branch(self, arms: list[Callable[[], bool]], *, complete: bool) -> None:
        """Walk alternatives; an arm gives ``False`` when it never reaches its end.

        ``complete``: one of the arms always runs.
        """
        outcomes: list[dict[str, Binding | None]] = [] if complete else [{}]
        for arm in arms:
            mark = len(self.log)
            reaches = arm()
            changed = self._undo(mark)
            if reaches:
                outcomes.append(changed)
        self._join(outcomes)

    def attempt(self, body: Callable[[], bool], handlers: Sequence[Callable[[], bool]]) -> None:
        """Walk a `try`: a handler may find any binding of the body made or not yet made."""
        mark = len(self.log)
        reaches = body()
        changed = self._undo(mark)
        self._join([changed, {}])
        outcomes = [changed] if reaches else []
        for handler in handlers:
            mark = len(self.log)
            reaches = handler()
            bound = self._undo(mark)
            if reaches:
                outcomes.append(bound)
        self._join(outcomes)

    def forget(self, mark: int) -> None:
        """Undo all bindings made since the log was ``mark`` long."""
        self._undo(mark)

    def _undo(self, mark: int) -> dict[str, Binding | None]:
        changed = {
            name: binding
            for name, _ in self.log[mark:]
            if (binding := self.env.get(name)) is None or not binding.narrowed
        }
        for name, before in reversed(self.log[mark:]):
            if before is None:
                self.env.pop(name, None)
            else:
                self.env[name] = before
        del self.log[mark:]
        return changed

    def _join(self, outcomes: list[dict[str, Binding | None]]) -> None:
        names = dict.fromkeys(name for outcome in outcomes for name in outcome)
        for name in names:
            bindings = [outcome.get(name, self.env.get(name)) for outcome in outcomes]
            terms = [binding.term for binding in bindings if binding is not None]
            self._put(name, self.define(union(terms)))
