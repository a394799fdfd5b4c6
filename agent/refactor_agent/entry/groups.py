"""Which converted definitions must change together."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, partial

from refactor_agent.domain.callgraph import CallGraph
from refactor_agent.domain.place import Site
from refactor_agent.edit import Path, is_own, restricted
from refactor_agent.entry.pieces import Piece, pieces_of
from refactor_agent.tree import Tree

__all__ = ["Part", "parted"]


class Part:
    """Definitions that change together, in whichever files they stand."""

    def __init__(self, pieces: Sequence[Piece], files: Mapping[str, bytes], at: _At) -> None:
        self.pieces = tuple(pieces)
        self.files = files
        """The files as they read when nothing else is changed."""
        self._at = at

    def holds(self, function: str) -> bool:
        """Say whether a function of the call graph stands in it."""
        return not set(self._at.function(function)).isdisjoint(self.pieces)

    def concerns(self, file: str | None, function: str, site: Site | None) -> bool:
        """Say whether what is said of a function, else of a place, else of a file is about it."""
        if file is None:
            return True
        found = self._at.function(function) if function else ()
        if not found and site is not None and site.file == file:
            found = self._at.place(site)
        if found:
            return not set(found).isdisjoint(self.pieces)
        return file in self.files


class _At:
    """Finds what changes by its name, or by its place."""

    def __init__(self, graph: CallGraph, pieces: Sequence[Piece]) -> None:
        self._graph = graph
        self._by_name: dict[tuple[str, str], list[Piece]] = defaultdict(list)
        self._by_file: dict[str, list[Piece]] = defaultdict(list)
        for piece in pieces:
            self._by_file[piece.file].append(piece)
            if piece.path:
                self._by_name[piece.file, piece.path[0][0]].append(piece)

    def function(self, name: str) -> Sequence[Piece]:
        """Give the pieces that hold a function, or the code of a module by its name."""
        file, local = self._placed(name)
        first, *rest = (part.partition("#")[0] for part in local.split("."))
        found = self._by_name.get((file, first), [])
        within = [p for p in found if len(p.path) > 1 and rest[:1] == [p.path[1][0]]]
        return within or [p for p in found if len(p.path) == 1]

    def place(self, site: Site) -> Sequence[Piece]:
        """Give the pieces whose old code holds a place."""
        line = site.span.line
        return [
            piece
            for piece in self._by_file[site.file]
            if piece.old is not None and piece.old.lineno <= line <= (piece.old.end_lineno or 0)
        ]

    def _placed(self, name: str) -> tuple[str, str]:
        module = name
        while module and module not in self._graph.modules:
            module = module.rpartition(".")[0]
        return self._graph.modules.get(module, ""), name.removeprefix(f"{module}.")


def parted(
    base: Tree,
    graph: CallGraph,
    files: Mapping[str, bytes],
    coloured: Collection[str],
    ties: Iterable[tuple[str, str]],
) -> tuple[Part, ...]:
    """Part what changes in ``files`` into what is right by itself, the smallest first.

    Between a function that turns async and one that awaits it there is no state of the code that
    is right: so definitions that call each other, or are one family, go together, and with them
    what names them: tests, fixtures, objects of modules. ``ties`` are functions that wait for one
    another by what a call graph does not tell. Parts have no definition in common, and each fits
    whether the others are there or not.
    """
    tests = {function.file for function in graph.functions.values() if function.is_test}
    before = {file: base.read(file) if base.exists(file) else b"" for file in files}
    pieces = [
        piece
        for file in sorted(files)
        for piece in pieces_of(file, before[file], files[file], is_test=file in tests)
    ]
    at = _At(graph, pieces)
    unions = _Unions(pieces)
    for one, other in (*ties, *_called(graph, coloured)):
        unions.tie(*at.function(one), *at.function(other))
    for names in (_Names(base, file, pieces) for file in files):
        names.tie(unions)
    groups = sorted(unions.groups(), key=lambda group: (len({p.file for p in group}),
                                                        [p.file for p in group]))  # fmt: skip
    write = partial(_written, base, before, files, pieces)
    return tuple(Part(group, dict(write(group)), at) for group in groups)


def _written(
    base: Tree,
    before: Mapping[str, bytes],
    files: Mapping[str, bytes],
    pieces: Sequence[Piece],
    group: Sequence[Piece],
) -> Iterator[tuple[str, bytes]]:
    for file in dict.fromkeys(piece.file for piece in group):
        own: set[Path] = {piece.path for piece in group if piece.file == file}
        if own == {piece.path for piece in pieces if piece.file == file}:
            yield file, files[file]
        else:
            takes = own.__contains__
            known = partial(is_own, base, file)
            yield file, restricted(file, before[file], files[file], takes, known)


def _called(graph: CallGraph, coloured: Collection[str]) -> Iterator[tuple[str, str]]:
    for name in coloured:
        function = graph.functions.get(name)
        if function is not None:
            users = (call.caller for call in graph.calls_of(name))
            holders = (reference.holder for reference in graph.references_to(name))
            for other in (*function.family, *users, *holders):
                yield name, other


class _Unions:
    """Pieces that were found to go together."""

    def __init__(self, pieces: Sequence[Piece]) -> None:
        self._parent: dict[Piece, Piece] = {piece: piece for piece in pieces}

    def tie(self, *pieces: Piece) -> None:
        """Let them go together."""
        for piece in pieces[1:]:
            self._parent[self.root(piece)] = self.root(pieces[0])

    def root(self, piece: Piece) -> Piece:
        """Give the one that stands for all that go with it."""
        while self._parent[piece] is not piece:
            piece = self._parent[piece]
        return piece

    def groups(self) -> Iterable[list[Piece]]:
        """Give the groups, each in the order of its files."""
        found: dict[Piece, list[Piece]] = defaultdict(list)
        for piece in self._parent:
            found[self.root(piece)].append(piece)
        return found.values()


class _Names:
    """What the names in one file tie: there a tie too many is only a larger patch."""

    def __init__(self, base: Tree, file: str, pieces: Sequence[Piece]) -> None:
        self._base = base
        self._file = file
        self._own = [piece for piece in pieces if piece.file == file]
        self._all = pieces

    def tie(self, unions: _Unions) -> None:
        """Tie what stands in the file to what it names, here or elsewhere."""
        for piece in self._own:
            for other in self._all:
                if other is not piece and self._knows(piece, other):
                    unions.tie(piece, other)
        for piece in self._own:  # a mark, a condition: what it is there for can't be seen
            alone = all(unions.root(piece) is not unions.root(p) for p in self._own if p != piece)
            if alone and not piece.is_definition:
                unions.tie(piece, *self._own)

    def _knows(self, piece: Piece, other: Piece) -> bool:
        here = piece.file == other.file
        if here and piece.bound & other.bound and piece.path[:-1] == other.path[:-1]:
            return True
        if _is_stub_of(piece, other):
            return True
        seen = here or other.is_conftest
        known = other.bound if seen else other.bound & self._imported
        return bool(
            known & piece.names or other.bound & piece.spelled or other.members & piece.attributes
        )

    @cached_property
    def _imported(self) -> frozenset[str]:
        data = self._base.read(self._file) if self._base.exists(self._file) else b""
        aliases = (part for part in ast.walk(ast.parse(data)) if isinstance(part, ast.alias))
        return frozenset(alias.asname or alias.name.rpartition(".")[2] for alias in aliases)


def _is_stub_of(piece: Piece, other: Piece) -> bool:
    if f"{other.file}i" != piece.file:
        return False
    return bool(piece.bound & other.bound) or not piece.path or not other.path
