"""From named entry points to an async side beside the sync one."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from refactor_agent.domain.plan import Refusal
from refactor_agent.domain.proposal import TestCopy
from refactor_agent.edit import SpliceConflictError
from refactor_agent.entry.ground import EntryGround
from refactor_agent.entry.stacking import Unit, stacked
from refactor_agent.entry.twin.choosing import PieceOf, choose_twins, uses_between
from refactor_agent.entry.twin.copies import copied, is_test_module
from refactor_agent.entry.twin.exercising import exercised
from refactor_agent.entry.twin.exports import with_exports
from refactor_agent.entry.twin.mirrored import mirrored
from refactor_agent.entry.twin.naming import TwinNames
from refactor_agent.entry.twin.pieces import Pieces
from refactor_agent.entry.twin.splicing import spliced
from refactor_agent.entry.twin.table import Twins
from refactor_agent.locate import is_test_file

__all__ = ["Beside", "put_beside"]


@dataclass
class Beside:
    """The async side of some originals, laid beside the sync one."""

    originals: frozenset[str]
    files: dict[str, bytes] = field(default_factory=dict)
    tests: list[TestCopy] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    below: frozenset[int] = frozenset()
    """Those before it, by number, that it uses."""


def put_beside(
    ground: EntryGround,
    names: tuple[Twins, TwinNames],
    converted: Mapping[str, bytes],
    scope: Mapping[str, Sequence[str]],
    refused: Collection[str] = (),
) -> tuple[list[Beside], tuple[Refusal, ...]]:
    """Turn files converted in place into files with twins, and tests into copies of tests.

    The twins of ``names`` gain what is named. ``scope``: file to the names at its top that the
    entry points reach. What ``refused`` names, originals and files of tests, is not asked for.
    Gives parts that stand on those before them at most, and what is said of no part alone.
    """
    twins, naming = names
    modules = {file: name for name, file in ground.graph.modules.items()}
    base = ground.base
    pieces = {
        modules[file]: Pieces(file, base.read(file), converted.get(file, base.read(file)))
        for file in sorted({*converted, *scope})
        if file in modules and file not in refused
    }
    sides = {m: one for m, one in pieces.items() if not is_test_module(one.file)}
    reached = {modules[file]: found for file, found in scope.items() if file in modules}
    told = choose_twins(twins, naming, sides, reached, _pieces_of(ground))
    pieces.update(sides)
    parts = []
    for unit in _units(ground, pieces, twins, refused):
        own = replace(twins, only=unit.names)
        part = Beside(unit.names, below=frozenset(unit.below))
        part.refusals.extend(why for name, why in told if name in unit.names)
        _lay_all(ground, pieces, own, unit.tests, part)
        parts.append(part)
    state = [why for one in sides.values() for why in one.not_twinned()]
    homes = {ground.graph.modules[name.rpartition(".")[0]] for name in twins.names}
    for part in parts:
        part.refusals.extend(
            why for why in state if why.site and _is_in(part, why.site.file, modules)
        )
    return parts, tuple(why for why in state if why.site and why.site.file not in homes)


def _is_in(part: Beside, file: str, modules: Mapping[str, str]) -> bool:
    return any(name.rpartition(".")[0] == modules[file] for name in part.originals)


def _pieces_of(ground: EntryGround) -> PieceOf:
    def piece_of(module: str) -> Pieces | None:
        file = ground.graph.modules.get(module)
        if file is None or is_test_file(file):
            return None
        return Pieces(file, ground.base.read(file), ground.base.read(file))

    return piece_of


def _units(
    ground: EntryGround, pieces: Mapping[str, Pieces], twins: Twins, refused: Collection[str]
) -> list[Unit]:
    graph, modules = ground.graph, ground.graph.modules
    uses = {name: set(used) for name, used in uses_between(twins).items()}
    home = {
        function.name: name
        for function in graph.functions.values()
        for name in _above(function.name)
        if name in twins.names
    }
    for function, name in home.items():
        called = (other for call in graph.calls_in(function) for other in call.callees)
        uses[name].update(home[other] for other in called if other in home)
    for name, used in uses.items():
        used.discard(name)
    qualified = {name.rpartition(".")[2]: name for name in twins.names}
    fixtures = {name: qualified[name] for name, _ in _fixtures(pieces, twins)}
    tests = {
        f"{module}:{test}": shown
        for module, one in pieces.items()
        if is_test_module(one.file)
        for test, shown in exercised(twins, module, fixtures).items()
    }
    support = [name for name in uses if is_test_file(modules[name.rpartition(".")[0]])]
    return stacked(uses, tests, support, refused)


def _above(name: str) -> Iterator[str]:
    """Give a function's name and those of what it stands in."""
    while name:
        yield name
        name = name.rpartition(".")[0]


def _lay_all(
    ground: EntryGround,
    pieces: Mapping[str, Pieces],
    twins: Twins,
    tests: Collection[str],
    done: Beside,
) -> None:
    fixtures = dict(_fixtures(pieces, twins))
    try:
        for module, one in pieces.items():
            if is_test_module(one.file):
                own = [test.partition(":")[2] for test in tests if test.startswith(f"{module}:")]
                made = copied(ground.base, one, module, (twins, fixtures), own) if own else None
                if made is not None:
                    done.files[made.file] = made.data
                    done.tests.extend(made.tests)
            elif any(True for _ in twins.written_in(module)):
                _lay(ground, module, one, (twins, fixtures), done)
        _export(ground, twins, done)
    except SpliceConflictError as conflict:
        done.refusals.append(Refusal(reason=conflict.reason, message=str(conflict)))


def _lay(
    ground: EntryGround,
    module: str,
    pieces: Pieces,
    names: tuple[Twins, Mapping[str, str]],
    done: Beside,
) -> None:
    twins, fixtures = names
    if twins.layout.moves(module):
        file, data = mirrored(ground.base, pieces, module, twins)
        done.files[file] = data
        for package in twins.layout.new_packages(module):
            done.files.setdefault(package, b"")
    else:
        done.files[pieces.file] = spliced(ground.base, pieces, module, twins, fixtures)


def _fixtures(sides: Mapping[str, Pieces], twins: Twins) -> Iterator[tuple[str, str]]:
    """Give the fixtures that get a twin, which tests of other files ask for by name."""
    for module, one in sides.items():
        if not is_test_file(one.file):
            continue
        for name, twin in twins.defined_in(module):
            found = twins.definitions.find(module, name)
            node = found.node if found is not None else None
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                texts = (ast.unparse(one).partition("(")[0] for one in node.decorator_list)
                if any(text.rpartition(".")[2] == "fixture" for text in texts):
                    yield name, twin


def _export(ground: EntryGround, twins: Twins, done: Beside) -> None:
    base, layout = ground.base, twins.layout
    for module, own in sorted(ground.graph.modules.items()):
        file = layout.file(module)
        concerned = file in done.files or own.endswith("__init__.py")
        if concerned and not is_test_file(own):
            there = base.read(file) if base.exists(file) else b""
            before = done.files.get(file, there)
            after = with_exports(base, before, module, twins)
            if after != before:
                done.files[file] = after
