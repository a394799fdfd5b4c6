"""From regions to change sets."""

from __future__ import annotations

from refactor_agent.domain.plan import ChangeSet, Plan
from refactor_agent.domain.region import Located
from refactor_agent.edit import declared_ranges, normalized
from refactor_agent.plan.attributes import Attributes
from refactor_agent.plan.choices import Choices
from refactor_agent.plan.colours import Colours
from refactor_agent.plan.drafts import Drafts
from refactor_agent.plan.facts import Facts
from refactor_agent.plan.kept import KeptClients
from refactor_agent.plan.modes import Modes
from refactor_agent.plan.native import NativeLeaves, PlainLeaves
from refactor_agent.plan.offload import Offloads
from refactor_agent.plan.readers import Readers
from refactor_agent.plan.scripts import script_functions
from refactor_agent.plan.shared import SharedClients
from refactor_agent.plan.sightings import Sightings
from refactor_agent.plan.sources import Sources
from refactor_agent.plan.threads import Threads
from refactor_agent.project import Project
from refactor_agent.rulebook import RuleBook
from refactor_agent.tree import Tree

__all__ = ["make_plan"]


def make_plan(located: Located, rulebook: RuleBook, project: Project) -> Plan:
    """Cut the regions of ``located`` into change sets, the weightiest first.

    Every region of the project's own code (not of its tests) is in exactly one change set; a
    change set without attempts is left as it is, and its refusals say why. No two change sets
    edit the same outermost function.
    """
    tree = Tree(project.root)
    declared = declared_ranges(tree)
    allowed = {normalized(name) for name in project.config.allow_dependencies}
    facts = Facts(located, rulebook.preferring(declared))
    sources = Sources(project)
    kept = KeptClients(facts, Attributes(sources))
    shared = SharedClients(sources)
    leaves = NativeLeaves(facts, kept, shared, declared, allowed)
    threads = Threads(facts)
    offloads = Offloads(facts, threads, sources)
    modes = Modes(facts, Sightings(facts, project), script_functions(tree))
    readers = Readers(facts, sources)

    def choices(leaves: NativeLeaves) -> Choices:
        return Choices(facts, threads, Colours(facts, leaves, offloads, readers), offloads, modes)

    def in_threads() -> Choices:
        return choices(PlainLeaves(facts, kept, shared, declared, allowed))

    drafts = Drafts(choices(leaves), leaves, in_threads)
    return Plan(change_sets=_numbered(facts, drafts.change_sets()))


def _numbered(facts: Facts, drafts: list[ChangeSet]) -> tuple[ChangeSet, ...]:
    """Order by weight, then place, and put the position in front of each id."""
    regions = {region.id: region for region in facts.regions}

    def order(draft: ChangeSet) -> tuple[int, str, int, bool, str]:
        own = [regions[region] for region in draft.regions]
        first = min(region.hops[0].site for region in own)
        weight = max(region.weight for region in own)
        return -weight, first.file, first.span.line, not draft.attempts, draft.id

    return tuple(
        draft.model_copy(update={"id": f"{number:03}-{draft.id}"})
        for number, draft in enumerate(sorted(drafts, key=order), start=1)
    )
