"""The stage: from a request to converted files and refusals."""

from __future__ import annotations

from collections.abc import Mapping

from refactor_agent.asyncify.both_colours import write_both
from refactor_agent.asyncify.by_parameter import tell_by_use
from refactor_agent.asyncify.classes import write_classes
from refactor_agent.asyncify.colouring import Colouring, colour
from refactor_agent.asyncify.constructors import write_deferral, write_guard
from refactor_agent.asyncify.definitions import write_definition
from refactor_agent.asyncify.edit import Edit
from refactor_agent.asyncify.fixtures import tell_fixtures
from refactor_agent.asyncify.guarded import import_beside
from refactor_agent.asyncify.handed_on import note_handed_on
from refactor_agent.asyncify.helpers import with_helpers
from refactor_agent.asyncify.leaves import Leaves, parse_leaves, with_twins
from refactor_agent.asyncify.libraries import (
    aliased,
    library_sources,
    outside,
    shares_namespace,
)
from refactor_agent.asyncify.locks import held_across_await
from refactor_agent.asyncify.looked_up import note_looked_up
from refactor_agent.asyncify.names import write_names
from refactor_agent.asyncify.outside import note_outside
from refactor_agent.asyncify.pools import find_pools
from refactor_agent.asyncify.refusals import Refusals
from refactor_agent.asyncify.request import Request
from refactor_agent.asyncify.site import Unit
from refactor_agent.asyncify.spelling import Spelling
from refactor_agent.asyncify.stubs import are_asked
from refactor_agent.asyncify.world import Module, World
from refactor_agent.convert.refused import Refused
from refactor_agent.convert.source import Source
from refactor_agent.domain.plan import Refusal
from refactor_agent.domain.values import Value
from refactor_agent.edit.imports import edit_imports
from refactor_agent.edit.source import SourceFile
from refactor_agent.errors import UsageError
from refactor_agent.locate import evaluate
from refactor_agent.project import Project
from refactor_agent.project.interpreter import Interpreter
from refactor_agent.rulebook import RuleBook

__all__ = ["Asyncified", "asyncify"]


class Asyncified(Value):
    """What a conversion in place gives."""

    files: Mapping[str, bytes]
    """The requested files, converted; those that nothing changes in as they were."""
    coloured: tuple[str, ...]
    """The functions that became async, by qualified name."""
    wrappers: tuple[str, ...]
    """Those of them that decorators put around others."""
    ties: tuple[tuple[str, str], ...]
    """Function to function: what is written in the first relies on the second's being async."""
    refusals: tuple[Refusal, ...]


def asyncify(
    project: Project,
    rulebook: RuleBook,
    request: Request,
    interpreter: Interpreter,
    *,
    changes: Mapping[str, bytes] | None = None,
) -> Asyncified:
    """Convert the requested files in place, by rules alone.

    ``changes`` are files that read otherwise than on disk.
    ``interpreter`` is the target's: the source of libraries that leaves name is looked up there.
    Raises `UsageError` when a requested file is not one of the project's.
    """
    world = _open(project, rulebook, request, interpreter, changes or {})
    colouring, refusals = _with_pools(world)
    colouring, refusals = _with_locks(world, colouring, refusals)
    files, ties = {}, set[tuple[str, str]]()
    for file, module in world.modules.items():
        files[file] = _write(world, module, colouring, refusals, ties)
    note_handed_on(world, colouring.colours, refusals)
    note_looked_up(world, colouring.colours, refusals)
    note_outside(world, colouring.colours, refusals)
    for text, meaning in world.leaves.prose.items():
        if are_asked({text: meaning}):
            continue
        refusals.add("leaf-not-a-name", f"{text!r}: {meaning!r} names no class or function")
    for sync, aio in world.leaves.unlike.items():
        refusals.add("leaf-of-another-kind", f"{sync} is a class and {aio} is not; convert by hand")
    return Asyncified(
        files=files,
        coloured=tuple(sorted(colouring.colours.coloured)),
        wrappers=tuple(sorted(colouring.colours.coloured & colouring.colours.wrapping.keys())),
        ties=tuple(sorted(ties)),
        refusals=refusals.all(),
    )


def _with_pools(world: World) -> tuple[Colouring, Refusals]:
    """Colour with pools of tasks, where pools of threads are given something that waits."""
    pools, refusals = find_pools(world), Refusals()
    world.leaves.ask(*pools.names)
    world.pooled, world.submitted = pools.handing, pools.submitted
    colouring = colour(world, refusals)
    colours = colouring.colours
    waiting = {value for value in pools.given if (m := colours.of(value)) and m.awaited}
    if pools.names and (not waiting or not pools.to_others <= waiting):
        world.leaves.forget(*pools.names)
        world.pooled, world.submitted, refusals = [], [], Refusals()
        colouring = colour(world, refusals)
    return colouring, refusals


def _with_locks(
    world: World, colouring: Colouring, refusals: Refusals
) -> tuple[Colouring, Refusals]:
    """Colour again with locks of tasks, where every user of the locks of threads can wait."""
    locks = sorted(held_across_await(colouring, world.leaves))
    if not locks:
        return colouring, refusals
    for name in locks:
        world.leaves.ask(name)
    other = Refusals()
    again = colour(world, other)
    if len(other.all()) <= len(refusals.all()):
        return again, other
    for name in locks:
        world.leaves.forget(name)
        refusals.add("lock-across-await", f"{name} is held while a task waits; make it a leaf")
    return colouring, refusals


def _open(
    project: Project,
    rulebook: RuleBook,
    request: Request,
    interpreter: Interpreter,
    changes: Mapping[str, bytes],
) -> World:
    leaves = with_twins(rulebook, request.leaves)
    pairs = parse_leaves(leaves).names
    own = {
        item.module
        for item in project.sources.files
        if not shares_namespace(project.root / item.file)
    }
    roots = outside((name for pair in pairs.items() for name in pair), own)
    packages = roots | aliased(project.root, request.files, roots)
    libraries = library_sources(interpreter, packages)
    evaluator, _ = evaluate(project, rulebook, changes=changes, libraries=libraries)
    tell_fixtures(evaluator)
    by_file = {module.file: module for module in evaluator.index.modules.values()}
    for file in request.files:
        if file not in by_file:
            raise UsageError(f"{file} is no Python file of the project, or does not parse")
    written_in = [by_file[file] for file in request.files]
    table = Leaves(evaluator, rulebook, leaves, written_in)
    tell_by_use(evaluator, table, written_in)
    world = World(evaluator, table, request)
    for file in request.files:
        data = changes[file] if file in changes else (project.root / file).read_bytes()
        world.modules[file] = Module(by_file[file], Source(file, data), evaluator)
    return world


def _write(
    world: World,
    module: Module,
    colouring: Colouring,
    refusals: Refusals,
    ties: set[tuple[str, str]],
) -> bytes:
    source = module.source
    spelling = Spelling(source, module.facts.summary.module, world.leaves.public)
    edit = Edit(source, spelling, colouring.colours, refusals)
    write_names(world, module, edit)
    units = [unit for unit in colouring.units if unit.module is module]
    write_classes(module, edit, {u.node: colouring.colours.new_name(u.function) for u in units})
    for unit in units:
        _write_unit(unit, edit, colouring, refusals)
        name = unit.function.name
        ties |= {(name, other) for other in colouring.colours.relied_on - {name}}
    changed = with_helpers(edit.rewrites.apply(source), edit.helpers)
    own = {name.partition(".")[0] for name in world.evaluator.index.modules}
    text = SourceFile.decode(source.file, changed.bytes)
    text = import_beside(text, spelling.guarded)
    done = edit_imports(text, spelling.names.edits, own.__contains__).encode()
    try:
        compile(done, source.file, "exec", dont_inherit=True)
    except SyntaxError as error:
        refusals.add("does-not-compile", f"{source.file} stays as it is: {error}")
        return source.text.encode(source.module.encoding)
    return done


def _write_unit(unit: Unit, edit: Edit, colouring: Colouring, refusals: Refusals) -> None:
    """Write one function; what it relies on is noted in the colours."""
    colours = colouring.colours
    colours.relied_on.clear()
    write_definition(edit, unit, colours)
    is_async = unit.function.name in colours.coloured
    moved = {line for one in colouring.deferrals if one.unit is unit for line in one.statements}
    for site in colouring.sites[unit]:
        member = site.ask(colours)
        if member is None:
            continue
        waits = is_async or not moved.isdisjoint(unit.module.source.ancestors(site.node))
        if waits or site.stands_alone(member):
            _try(refusals, lambda s=site, m=member: s.write(edit, m))
    _write_constructors(unit, edit, colouring)
    if unit.function.name in colours.in_both:
        write_both(edit, unit, colours.wrapping[unit.function.name].parameter)


def _write_constructors(unit: Unit, edit: Edit, colouring: Colouring) -> None:
    """Write what is done later of a constructor, and where a method does it."""
    for deferral in colouring.deferrals:
        if deferral.unit is unit:
            write_deferral(edit, deferral)
        if unit in deferral.methods:
            write_guard(edit, deferral, unit)


def _try(refusals: Refusals, write: object) -> None:
    try:
        write()  # type: ignore[operator]
    except Refused as refused:
        refusal = refused.refusal
        refusals.add(refusal.reason, refusal.message, refusal.site)
