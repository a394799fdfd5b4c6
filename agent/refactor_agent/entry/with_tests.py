"""What entry points reach, turned async together with the tests that answer for its libraries."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

from refactor_agent.domain.plan import Dependency
from refactor_agent.edit import normalized
from refactor_agent.entry.callers import About
from refactor_agent.entry.doctests import with_run_examples
from refactor_agent.entry.faces import with_faces
from refactor_agent.entry.ground import EntryGround
from refactor_agent.entry.in_place import InPlace, convert_in_place
from refactor_agent.entry.keywords import Keywords
from refactor_agent.entry.notes import Note
from refactor_agent.entry.reach import Reach
from refactor_agent.entry.stubs import async_stubs
from refactor_agent.entry.suite.answers import answered_by_respx
from refactor_agent.entry.suite.files import test_files
from refactor_agent.entry.suite.mocked import PATCH, mocked_libraries
from refactor_agent.entry.suite.patched import unlike_patches
from refactor_agent.entry.suite.requirements import declares_for_tests
from refactor_agent.entry.wanted import wanted_of, with_runner
from refactor_agent.locate import signs

__all__ = ["Made", "made_in_place"]

_RESPX = ">=0.22,<1"
"""The versions with which answers were compared."""


@dataclass(frozen=True)
class Made:
    """Converted files, and what is to be said of them."""

    done: InPlace
    faces: frozenset[str]
    """Functions that keep a sync face."""
    files: Mapping[str, bytes]
    """Those that differ, tests among them, with faces and dressed for their runner."""
    unrunnable: tuple[About, ...]
    """Tests that nothing would run."""
    notes: tuple[Note, ...]
    dependencies: tuple[Dependency, ...] = ()
    """What the tests need now."""


def made_in_place(ground: EntryGround, reach: Reach) -> Made:
    """Convert what ``reach`` holds, with its tests.

    Where tests answer for `requests`, or patch it, they are made to do so for httpx. Where they
    can't be, or a call of requests is left, its calls stay and go to a thread, and a note says why.
    """
    mocked = mocked_libraries(ground.base, test_files(ground.base, ground.graph, reach.functions))
    other, why = _answered(ground, reach, set(mocked.values())) if mocked else (None, "")
    if other is not None:
        return other
    made = _made(ground, reach, answered=False)
    told = f"tests go on answering with {', '.join(sorted(mocked.values()))}: {why}"
    note = Note(told, words=frozenset(mocked))
    return replace(made, notes=(*made.notes, note)) if mocked else made


def _answered(ground: EntryGround, reach: Reach, mocks: set[str]) -> tuple[Made | None, str]:
    """Convert with tests that answer for httpx; else say, in one line, what is in the way."""
    needed = _needed(ground, mocks)
    if needed is None:
        why = "respx, which answers for httpx, is neither among the requirements"
        return None, f"{why} nor in allow-dependencies"
    made = _made(ground, reach, answered=True)
    refused = [*made.done.refusals, *(about.refusal for about in made.unrunnable)]
    if refused:
        return None, refused[0].message
    left = next(_left(ground, reach, made.files), None)
    if left is not None:
        return None, left
    files = dict(made.files)
    for file in test_files(ground.base, ground.graph, reach.functions):
        before = ground.base.read(file)
        if unlike := next(unlike_patches(before), None):
            return None, f"{file}, {unlike}"
        answered = answered_by_respx(ground.base, file, files.get(file, before))
        if answered.why:
            return None, answered.why[0]
        if file in files:
            files[file] = answered.data
    return replace(made, files=files, dependencies=needed), ""


def _needed(ground: EntryGround, mocks: set[str]) -> tuple[Dependency, ...] | None:
    """Give what must be declared so that tests can answer for httpx; `None` where that may not."""
    if mocks == {PATCH} or declares_for_tests(ground.base, "respx"):
        return ()
    if "respx" not in map(normalized, ground.project.config.allow_dependencies):
        return None
    beside = tuple(sorted(mocks - {PATCH}))
    return (Dependency(distribution="respx", specifier=_RESPX, beside=beside),)


def _left(ground: EntryGround, reach: Reach, files: Mapping[str, bytes]) -> Iterator[str]:
    """Say which files would use requests still, or httpx in a way that the gate takes for drift.

    The gate's reasons are those of its checks `library-drift` and `other-bytes`.
    """
    yield from _drifting(ground, reach)
    functions = ground.graph.functions
    for file in sorted({functions[name].file for name in reach.functions}):
        before = ground.base.read(file)
        roots = set(_imported(files.get(file, before)))
        if "requests" in roots:
            yield f"{file} would still use requests"
        if "httpx2" in roots - set(_imported(before)):
            yield f"{file} would use httpx2, for which respx does not answer"
        if _clients_in_loops(files.get(file, before)) > _clients_in_loops(before):
            yield f"{file} would make a client for each round of a loop"


def _drifting(ground: EntryGround, reach: Reach) -> Iterator[str]:
    keywords = Keywords(ground.base)
    for call in reach.blocking:
        sends = any(callee.startswith("requests.") for callee in call.callees)
        is_json = sends and "json" in (keywords.of(call.site) or ())
        if is_json and signs(ast.parse(ground.base.read(call.site.file))):
            yield f"{call.site}: httpx writes json= in other bytes, and the file signs them"


def _clients_in_loops(data: bytes) -> int:
    loops = (n for n in ast.walk(ast.parse(data)) if isinstance(n, ast.For | ast.While))
    parts = (part for loop in loops for part in ast.walk(loop))
    return sum(isinstance(part, ast.Attribute) and part.attr == "AsyncClient" for part in parts)


def _imported(data: bytes) -> Iterator[str]:
    for node in ast.walk(ast.parse(data)):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def _made(ground: EntryGround, reach: Reach, *, answered: bool) -> Made:
    wanted, left_out = wanted_of(ground, reach, callers=True, answered=answered)
    done = convert_in_place(ground, wanted)
    faces = wanted.faces & done.coloured
    files = dict(_with_faces(ground, done.files, faces))
    files |= dict(async_stubs(ground.base, files))
    files, shown = _with_examples(ground, files, faces)
    files, unrunnable = with_runner(ground, done, files)
    told = (Note(r.message, r.site.file if r.site else None, "", r.site) for r in left_out)
    notes = (*told, *shown)
    return Made(done, faces, files, unrunnable, notes)


def _with_examples(
    ground: EntryGround, files: Mapping[str, bytes], faces: Collection[str]
) -> tuple[dict[str, bytes], list[Note]]:
    plain = {name.rpartition(".")[2] for name in faces}
    made, notes = dict(files), list[Note]()
    modules = {file: name for name, file in ground.graph.modules.items()}
    for file, data in files.items():
        if file.endswith(".py") and ground.base.exists(file):
            shown = with_run_examples(file, ground.base.read(file), data, plain)
            made[file] = shown.data
            module = modules.get(file, "")
            notes.extend(Note(text, file, f"{module}.{owner}") for owner, text in shown.notes)
    return made, notes


def _with_faces(
    ground: EntryGround, files: Mapping[str, bytes], faces: Collection[str]
) -> Iterator[tuple[str, bytes]]:
    graph = ground.graph
    for file, data in files.items():
        names = {name.rpartition(".")[2] for name in faces if graph.functions[name].file == file}
        yield file, with_faces(ground.base, file, data, names)[0] if names else data
