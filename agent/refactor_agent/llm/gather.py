"""A change set and what is known about it, gathered for a model."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from refactor_agent.domain.callgraph import CallGraph
from refactor_agent.domain.place import Site
from refactor_agent.domain.plan import Attempt, ChangeSet, Refusal
from refactor_agent.domain.region import Located
from refactor_agent.edit import FunctionSource, SpliceConflictError, function_source
from refactor_agent.llm.habits import async_clients, habits_of_tests
from refactor_agent.llm.modes import Mode, is_planned, modes
from refactor_agent.llm.neighbours import callees_of, types_used
from refactor_agent.llm.offloading import offload_for
from refactor_agent.llm.request import (
    Becomes,
    Caller,
    CallFact,
    Conventions,
    Equivalent,
    FilePart,
    FunctionPart,
    ModelRequest,
    Offload,
    RuleCard,
)
from refactor_agent.llm.surroundings import surroundings, text_of
from refactor_agent.rulebook import Rule, RuleBook
from refactor_agent.tree import Tree

__all__ = ["Ground", "conventions_of", "make_request"]


class Ground(NamedTuple):
    """What a run knows about the target."""

    located: Located
    tree: Tree
    rulebook: RuleBook
    conventions: Conventions


def conventions_of(
    graph: CallGraph, *, python: str = "", offload: Offload | None = None, notes: Sequence[str] = ()
) -> Conventions:
    """Give what the project itself shows about how it does things."""
    own = {module.partition(".")[0] for module in graph.modules}
    imported = {package for packages in graph.imports.values() for package in packages}
    return Conventions(
        python=python,
        libraries=tuple(sorted(own | imported)),
        offload=offload,
        tests=habits_of_tests(graph),
        clients=async_clients(graph),
        notes=tuple(notes),
    )


def make_request(
    change_set: ChangeSet, ground: Ground, attempt: Attempt | None = None
) -> ModelRequest | Refusal:
    """Gather what a model has to know; a refusal where the source can't be taken apart.

    With ``attempt``, the plan it follows binds the model too; without, only the regions do.
    """
    try:
        sources = _sources(change_set, ground.tree)
        graph = ground.located.graph
        colouring = modes([source.function.name for source in sources], graph, attempt)
        parts = tuple(_part(source, change_set, colouring, ground) for source in sources)
        files = tuple(_files(parts, graph, ground.tree))
    except SpliceConflictError as error:
        return Refusal(reason=error.reason, message=str(error))
    except SyntaxError as error:
        return Refusal(reason="unsupported-syntax", message=f"can't be parsed here: {error}")
    facts = tuple(_facts(sources, change_set, attempt, ground.located))
    conventions = ground.conventions
    if conventions.offload is None:
        offload = offload_for(change_set, graph.modules, ground.tree)
        conventions = conventions.model_copy(update={"offload": offload})
    return ModelRequest(
        change_set=change_set.id,
        title=change_set.title,
        functions=parts,
        files=files,
        calls=facts,
        refusals=change_set.refusals,
        rules=tuple(_cards(facts, ground)),
        conventions=conventions,
    )


def _sources(change_set: ChangeSet, tree: Tree) -> tuple[FunctionSource, ...]:
    """Give each outermost function once: two nested ones may share it."""
    sources = [function_source(tree, ref) for ref in change_set.functions]
    return tuple({source.function: source for source in sources}.values())


def _part(
    source: FunctionSource,
    change_set: ChangeSet,
    colouring: Mapping[str, Mode],
    ground: Ground,
) -> FunctionPart:
    ref, graph = source.function, ground.located.graph
    known = graph.functions.get(ref.name)
    change, new_name = colouring[ref.name]
    callers = sorted({call.caller for call in graph.calls_of(ref.name)})
    return FunctionPart(
        ref=ref,
        before=source.before_hash,
        source=source.code,
        indent=source.indent,
        change=change,
        new_name=new_name,
        is_async=known is not None and known.is_async,
        is_entry=any(is_planned(entry.name, [ref.name]) for entry in change_set.entries),
        callers=tuple(_caller(name, graph, colouring) for name in callers),
        callees=tuple(callees_of(ref.name, list(colouring), graph, ground.tree)),
    )


def _caller(name: str, graph: CallGraph, planned: Collection[str]) -> Caller:
    known = graph.functions.get(name)
    is_async = known is not None and known.is_async
    return Caller(name=name, is_async=is_async, planned=is_planned(name, planned))


def _files(parts: Sequence[FunctionPart], graph: CallGraph, tree: Tree) -> Iterator[FilePart]:
    by_file = sorted(parts, key=lambda part: part.ref.file)
    for file, group in groupby(by_file, key=lambda part: part.ref.file):
        held = tuple(group)
        around = surroundings(file, text_of(tree.read(file)), held)
        types = types_used(file, held, graph.modules, tree)
        yield around.model_copy(update={"types": types})


def _facts(
    sources: Sequence[FunctionSource],
    change_set: ChangeSet,
    attempt: Attempt | None,
    located: Located,
) -> Iterator[CallFact]:
    """Give each call that matters once, by place; what an attempt says of it goes first."""
    facts: dict[tuple[Site, str], tuple[Becomes, str | None]] = {}
    for edit in attempt.calls if attempt else ():
        facts[edit.site, edit.callee] = edit.action, edit.rule
    for region in located.regions:
        if region.id not in change_set.regions:
            continue
        for hop in region.hops:
            last = hop is region.hops[-1]
            what: tuple[Becomes, str | None] = (
                ("blocks", region.rule) if last else ("coroutine", None)
            )
            facts.setdefault((hop.site, hop.callee), what)
    for (site, callee), (becomes, rule) in sorted(facts.items(), key=lambda item: item[0]):
        source = next((each for each in sources if _holds(each, site)), None)
        if source is not None:
            line = site.span.line - source.span.line + 1
            yield CallFact(
                function=source.function.name, line=line, callee=callee, becomes=becomes, rule=rule
            )


def _holds(source: FunctionSource, site: Site) -> bool:
    inside = source.span.line <= site.span.line <= source.span.end_line
    return source.function.file == site.file and inside


def _cards(facts: Sequence[CallFact], ground: Ground) -> Iterator[RuleCard]:
    packages = sys.stdlib_module_names | set(ground.conventions.libraries)
    rulebook = ground.rulebook
    for rule_id in sorted({fact.rule for fact in facts if fact.rule}):
        callees = sorted({fact.callee for fact in facts if fact.rule == rule_id})
        yield _card(rulebook.rule(rule_id), callees, rulebook, packages)


def _card(
    rule: Rule, callees: Sequence[str], rulebook: RuleBook, packages: Collection[str]
) -> RuleCard:
    natives = ((callee, rulebook.native(callee)) for callee in callees)
    example = rule.doc_example
    return RuleCard(
        id=rule.id,
        title=rule.title,
        blocks=rule.why,
        differs=rule.differs,
        limits=rule.limits,
        equivalents=tuple(
            Equivalent(
                callee=callee,
                target=native.target,
                available=native.target.partition(".")[0] in packages,
            )
            for callee, native in natives
            if native is not None
        ),
        before=next((block.code for block in example.of("before")), ""),
        after=next((block.code for block in example.of("after")), ""),
    )
