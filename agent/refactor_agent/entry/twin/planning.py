"""From named entry points to an async side beside the sync one."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from refactor_agent.domain.plan import Refusal
from refactor_agent.domain.proposal import TestCopy
from refactor_agent.edit import SpliceConflictError
from refactor_agent.entry.ground import EntryGround
from refactor_agent.entry.twin.choosing import choose_twins
from refactor_agent.entry.twin.copies import copied, is_test_module
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
    """The async side, laid beside the sync one."""

    files: dict[str, bytes] = field(default_factory=dict)
    tests: list[TestCopy] = field(default_factory=list)
    twins: Mapping[str, str] = field(default_factory=dict)
    """Twin to original, bare names."""
    originals: tuple[str, ...] = ()
    refusals: list[Refusal] = field(default_factory=list)


def put_beside(
    ground: EntryGround,
    names: tuple[Twins, TwinNames],
    converted: Mapping[str, bytes],
    scope: Mapping[str, Sequence[str]],
    skipped: frozenset[str] = frozenset(),
) -> Beside:
    """Turn files converted in place into files with twins, and tests into copies of tests.

    The twins of ``names`` gain what is named. ``scope``: file to the names at its top that the
    entry points reach. Files of tests in ``skipped`` are not copied.
    """
    graph, base = ground.graph, ground.base
    twins, naming = names
    modules = {file: name for name, file in graph.modules.items()}
    pieces = {
        modules[file]: Pieces(file, base.read(file), converted.get(file, base.read(file)))
        for file in sorted({*converted, *scope})
        if file in modules and file not in skipped
    }
    sides = {m: one for m, one in pieces.items() if not is_test_module(one.file)}
    reached = {modules[file]: names for file, names in scope.items() if file in modules}

    def piece_of(module: str) -> Pieces | None:
        file = graph.modules.get(module)
        if file is None or is_test_file(file):
            return None
        return Pieces(file, base.read(file), base.read(file))

    refusals = choose_twins(twins, naming, sides, reached, piece_of)
    pieces.update(sides)
    fixtures = dict(_fixtures(sides, twins))
    done = Beside(
        twins=twins.by_bare_name(), originals=tuple(sorted(twins.names)), refusals=list(refusals)
    )
    try:
        for module, one in pieces.items():
            _lay(ground, module, one, (twins, fixtures), done)
        _export(ground, twins, done)
    except SpliceConflictError as conflict:
        done.refusals.append(Refusal(reason=conflict.reason, message=str(conflict)))
    return done


def _lay(
    ground: EntryGround,
    module: str,
    pieces: Pieces,
    names: tuple[Twins, Mapping[str, str]],
    done: Beside,
) -> None:
    twins, fixtures = names
    if is_test_module(pieces.file):
        made = copied(ground.base, pieces, module, twins, fixtures)
        if made is not None:
            done.files[made.file] = made.data
            done.tests.extend(made.tests)
        return
    done.refusals.extend(pieces.not_twinned())
    if not any(True for _ in twins.defined_in(module)):
        return
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
