"""What gets a twin: what conversion changes, and what its code stands on."""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from refactor_agent.domain.plan import Refusal
from refactor_agent.entry.definitions import Definition
from refactor_agent.entry.twin.naming import TwinNames
from refactor_agent.entry.twin.pieces import Pieces
from refactor_agent.entry.twin.table import Twins

__all__ = ["PieceOf", "choose_twins", "uses_between"]

_AT_MOST = 8
"""Definitions that use definitions, after which one is taken to need no twin."""

PieceOf = Callable[[str], Pieces | None]


def choose_twins(
    twins: Twins,
    names: TwinNames,
    pieces: dict[str, Pieces],
    reached: Mapping[str, Sequence[str]],
    piece_of: PieceOf,
) -> tuple[tuple[str, Refusal], ...]:
    """Name ``twins``, by module; ``pieces`` gains the modules that turn out to hold some.

    What conversion changes gets one. So does what stands on a twin, such as a subclass or a
    factory, where entry points reach it (``reached``, module to names) or a twin uses it.
    """
    refusals = list[tuple[str, Refusal]]()
    for module, one in pieces.items():
        refusals.extend(_add(twins, names, module, one.changed))
    choosing = _Choosing(twins, names.known)
    while True:
        fresh = dict.fromkeys((*choosing.used(), *choosing.reached(reached)))
        if not fresh:
            return tuple(refusals)
        for module, name in fresh:
            piece = pieces.get(module) or piece_of(module)
            if piece is not None:
                pieces[module] = piece
                refusals.extend(_add(twins, names, module, (name,)))


def _add(
    twins: Twins, names: TwinNames, module: str, wanted: Sequence[str]
) -> Iterator[tuple[str, Refusal]]:
    place = twins.layout.place(module)
    taken = {*twins.definitions.names(place), *(twin for _, twin in twins.defined_in(module))}
    for name in wanted:
        found = twins.definitions.find(module, name)
        is_class = found is not None and isinstance(found.node, ast.ClassDef)
        naming = names.of_class if is_class else names.of_function
        twin = naming(module, name, taken)
        if twin is None:
            message = f"{module}.{name} has an async side already, or its name is taken"
            yield f"{module}.{name}", Refusal(reason="twin-exists", message=message)
        twins.names[f"{module}.{name}"] = twin or name
        taken.add(twin or name)


def uses_between(twins: Twins) -> Mapping[str, frozenset[str]]:
    """Give each original with the others that its code uses."""
    choosing = _Choosing(twins, ())
    return {name: frozenset(choosing.used_by(name) & twins.names.keys()) for name in twins.names}


class _Choosing:
    """Asks of definitions, as they were, what they use."""

    def __init__(self, twins: Twins, paired: Collection[str]) -> None:
        self._twins = twins
        self._definitions = twins.definitions
        self._paired = paired
        self._known: dict[str, tuple[Definition, ...]] = {}

    def used(self) -> Iterator[tuple[str, str]]:
        """Name what twins use that stands on a twin and has none."""
        for qualified in tuple(self._twins.names):
            module, _, name = qualified.rpartition(".")
            found = self._definitions.find(module, name)
            for other in self._uses(found) if found is not None else ():
                if self._needs_one(other):
                    yield other.module, other.name

    def used_by(self, qualified: str) -> set[str]:
        """Name what a definition uses."""
        module, _, name = qualified.rpartition(".")
        found = self._definitions.find(module, name)
        return {other.qualified for other in self._uses(found)} if found is not None else set()

    def reached(self, names: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, str]]:
        """Name what entry points reach that stands on a twin and has none."""
        for module, found in names.items():
            for name in found:
                definition = self._definitions.find(module, name)
                if definition is not None and self._needs_one(definition):
                    yield definition.module, definition.name

    def _needs_one(self, definition: Definition) -> bool:
        has_one = definition.qualified in self._twins.names or definition.qualified in self._paired
        return not has_one and self._stands(definition, ())

    def _stands(self, definition: Definition, seen: tuple[str, ...]) -> bool:
        """Say whether a definition uses a twin's original, itself or in what it uses."""
        if definition.qualified in seen or len(seen) > _AT_MOST:
            return False
        return any(
            other.qualified in self._twins.names
            or self._stands(other, (*seen, definition.qualified))
            for other in self._uses(definition)
        )

    def _uses(self, definition: Definition) -> tuple[Definition, ...]:
        if definition.qualified not in self._known:
            found = {other.qualified: other for other in self._look_up(definition)}
            self._known[definition.qualified] = tuple(found.values())
        return self._known[definition.qualified]

    def _look_up(self, definition: Definition) -> Iterator[Definition]:
        for node in _run(definition.node):
            found = None
            if isinstance(node, ast.Name):
                found = self._definitions.find(definition.module, node.id)
            elif isinstance(node, ast.Attribute):
                found = self._definitions.through_module(definition.module, ast.unparse(node))
            if found is not None and found.qualified != definition.qualified:
                yield found


def _run(node: ast.AST) -> Iterator[ast.AST]:
    """Give the nodes of a definition that are run: annotations left out."""
    for field, value in ast.iter_fields(node):
        if field in {"annotation", "returns"}:
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield child
                yield from _run(child)
