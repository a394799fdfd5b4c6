"""From regions to change sets."""

from __future__ import annotations

from refactor_agent.domain.plan import ChangeSet, Plan
from refactor_agent.domain.region import Located
from refactor_agent.edit import declared_ranges, normalized, optional_ranges
from refactor_agent.plan.attributes import Attributes
from refactor_agent.plan.choices import Choices
from refactor_agent.plan.colours import Colours
from refactor_agent.plan.drafts import Drafts
from refactor_agent.plan.facts import Facts
from refactor_agent.plan.kept import KeptClients
from refactor_agent.plan.modes import Modes
from refactor_agent.plan.native import NativeLeaves, Permitted, PlainLeaves
from refactor_agent.plan.offload import Offloads
from refactor_agent.plan.readers import Readers
from refactor_agent.plan.scripts import script_functions
from refactor_agent.plan.shared import SharedClients
from refactor_agent.plan.sightings import Sightings
from refactor_agent.plan.sources import Sources
from refactor_agent.plan.stays import NOTHING_STAYS, Stays
from refactor_agent.plan.threads import Threads
from refactor_agent.project import Project
from refactor_agent.rulebook import RuleBook
from refactor_agent.tree import Tree

__all__ = ["Planner", "make_plan"]


def make_plan(located: Located, rulebook: RuleBook, project: Project) -> Plan:
    """Cut the regions of ``located`` into change sets, the weightiest first.

    Every region of the project's own code (not of its tests) is in exactly one change set; a
    change set without attempts is left as it is, and its refusals say why. No two change sets
    edit the same outermost function.
    """
    return Planner(located, rulebook, project).plan()


class Planner:
    """Plans a project, as often as it is told that something can't be written."""

    def __init__(self, located: Located, rulebook: RuleBook, project: Project) -> None:
        tree = Tree(project.root)
        declared = declared_ranges(tree)
        allowed = {normalized(name) for name in project.config.allow_dependencies}
        self._permitted = Permitted(declared, allowed, optional_ranges(tree))
        self._facts = Facts(located, rulebook.preferring(declared))
        self._sources = Sources(project)
        self._kept = KeptClients(self._facts, Attributes(self._sources))
        self._shared = SharedClients(self._sources)
        self._threads = Threads(self._facts)
        sightings = Sightings(self._facts, project)
        self._modes = Modes(self._facts, sightings, script_functions(tree))
        self._readers = Readers(self._facts, self._sources)

    def plan(self, stays: Stays = NOTHING_STAYS) -> Plan:
        """Make the change sets, as `make_plan` does, without the edits that ``stays`` names."""
        leaves = self._leaves(NativeLeaves, stays)

        def in_threads() -> Choices:
            return self._choices(self._leaves(PlainLeaves, stays), stays)

        drafts = Drafts(self._choices(leaves, stays), leaves, in_threads)
        return Plan(change_sets=_numbered(self._facts, drafts.change_sets()))

    def _leaves(self, kind: type[NativeLeaves], stays: Stays) -> NativeLeaves:
        return kind(self._facts, self._kept, self._shared, self._permitted, stays)

    def _choices(self, leaves: NativeLeaves, stays: Stays) -> Choices:
        offloads = Offloads(self._facts, self._threads, self._sources, stays)
        colours = Colours(self._facts, leaves, offloads, self._readers, stays=stays)
        return Choices(self._facts, self._threads, colours, offloads, self._modes)


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
