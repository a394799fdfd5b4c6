"""From named entry points to change sets with their proposals."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import NamedTuple

from refactor_agent.domain.callgraph import CallGraph
from refactor_agent.domain.plan import Dependency
from refactor_agent.domain.proposal import Proposal, RuleAuthor
from refactor_agent.entry.callers import About, called_from_a_loop, left_behind
from refactor_agent.entry.changes import Group, Planned, needs, planned
from refactor_agent.entry.colours import changed_functions, colours_in_place
from refactor_agent.entry.ground import EntryGround
from refactor_agent.entry.groups import Part, parted
from refactor_agent.entry.leaves import Resolved
from refactor_agent.entry.names import EntryPoint
from refactor_agent.entry.notes import Note, own_notes
from refactor_agent.entry.reach import Reach
from refactor_agent.entry.suite.raises import with_open_assertions
from refactor_agent.entry.wanted import entries_of, still_sync
from refactor_agent.entry.with_tests import Made, made_in_place
from refactor_agent.tree import Tree

__all__ = ["plan_in_place"]


def plan_in_place(ground: EntryGround, texts: Sequence[str]) -> tuple[Planned, ...]:
    """Turn what the entry points reach async where it stands, with its tests.

    Gives one change set for each group of definitions between which no state is right but all or
    nothing. A group with a sync caller left, or with a call that can't be resolved, is refused.
    """
    over, made = _made_in_place(ground, texts)
    done, faces, files, entries = made.done, made.faces, made.files, entries_of(over, texts)
    refusals = (
        *(About(why.site.file if why.site else None, why) for why in done.refusals),
        *left_behind(over.graph, done.coloured, faces, done.wrappers),
        *called_from_a_loop(over.graph, done.coloured, faces),
        *made.unrunnable,
        *still_sync(over, entries, done),
    )
    said = _Said(done.rest, refusals, made.notes, made.dependencies)
    parts = parted(ground.base, over.graph, files, done.coloured, done.ties)
    groups = [
        _group(ground.base, over.graph, entries, part, said.of(part, parts)) for part in parts
    ]
    return planned(ground.base, over.graph, [*groups, *_unreached(over, entries, files, said)])


def _made_in_place(ground: EntryGround, texts: Sequence[str]) -> tuple[EntryGround, Made]:
    """Convert what is reached, over tests in which assertions that are handed it are open.

    Opened are those only that are handed what turns async, which is known when all are.
    """
    reach = _reach(ground, texts)
    handed = with_open_assertions(ground.base, ground.graph, reach.functions)
    if not handed:
        return ground, made_in_place(ground, reach)
    over, made = _over(ground, texts, handed)
    needed = with_open_assertions(ground.base, ground.graph, made.done.coloured)
    return (over, made) if needed == handed else _over(ground, texts, needed)


def _over(
    ground: EntryGround, texts: Sequence[str], files: Mapping[str, bytes]
) -> tuple[EntryGround, Made]:
    over = replace(ground, base=ground.base.with_changes(files))
    return over, made_in_place(over, _reach(over, texts))


def _reach(ground: EntryGround, texts: Sequence[str]) -> Reach:
    entries = entries_of(ground, texts)
    return Reach(ground.graph, chain.from_iterable(entry.functions for entry in entries))


class _Said(NamedTuple):
    """What there is to say of a conversion."""

    rest: Resolved
    refusals: Sequence[About]
    notes: tuple[Note, ...]
    for_tests: tuple[Dependency, ...] = ()

    def of(self, part: Part, parts: Sequence[Part]) -> _Said:
        """Give what is to be said of ``part``, one of ``parts``; of refusals, all."""
        notes = tuple(own_notes(part, parts, self.notes))
        return self._replace(rest=self.rest.about(part.holds), notes=notes)


def _group(
    base: Tree,
    graph: CallGraph,
    entries: Sequence[EntryPoint],
    part: Part,
    said: _Said,
) -> Group:
    files, rest = part.files, said.rest
    own = [entry for entry in entries if any(map(part.holds, entry.functions))]
    return Group(
        files=files,
        entries=own or entries,
        rest=Proposal(
            change_set="",
            strategy="native",
            author=RuleAuthor(rules=rest.rules),
            functions=(),
            new_files=tuple(new for new in rest.new_files if needs(new, files)),
            dependencies=(*rest.dependencies, *_for_tests(said, files)),
            notes=tuple(dict.fromkeys((*rest.notes, *(note.text for note in said.notes)))),
        ),
        refusals=[
            about.refusal
            for about in said.refusals
            if part.concerns(about.file, about.function, about.refusal.site)
        ],
        functions=tuple(changed_functions(base, graph, files)),
        colours=tuple(colours_in_place(base, graph, files)),
    )


def _unreached(
    ground: EntryGround, entries: Sequence[EntryPoint], files: Collection[str], said: _Said
) -> Iterator[Group]:
    """Give the entry points in whose files nothing changes."""
    functions = ground.graph.functions
    for entry in entries:
        own = {functions[name].file for name in entry.functions}
        if own.isdisjoint(files):
            about = (one for one in said.refusals if one.file is None or one.file in own)
            why = [one.refusal for one in about]
            nothing = Proposal(
                change_set="", strategy="native", author=RuleAuthor(rules=()), functions=()
            )
            yield Group(files={}, entries=[entry], rest=nothing, refusals=why)


def _for_tests(said: _Said, files: Mapping[str, bytes]) -> Iterator[Dependency]:
    """Give what the tests among ``files`` need now."""
    for dependency in said.for_tests:
        if any(dependency.distribution.encode() in data for data in files.values()):
            yield dependency
