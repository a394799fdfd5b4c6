"""A plan whose change sets rules can carry out: what can't be written is planned around.

One call that can't be awaited where it stands would otherwise keep everything that is tied to it
as it is. A change set of which every attempt is refused is planned again without that call, until
what is left can be written, or is known not to.
"""

from __future__ import annotations

from collections.abc import Mapping

from refactor_agent.convert import propose
from refactor_agent.domain.plan import ChangeSet, Plan, Refusal
from refactor_agent.domain.proposal import Proposal
from refactor_agent.domain.region import Located
from refactor_agent.plan import NOTHING_STAYS, Planner, Stays, stays_of
from refactor_agent.project import Project
from refactor_agent.rulebook import RuleBook
from refactor_agent.tree import Tree

__all__ = ["settled_plan"]

_ROUNDS = 6
"""Each makes the whole plan anew; what is still refused then stays refused as a whole."""

Made = Mapping[tuple[str, int], Proposal | Refusal]


def settled_plan(located: Located, rulebook: RuleBook, project: Project) -> tuple[Plan, Made]:
    """Plan as `make_plan` does, try to write it, and plan around what can't be written.

    Gives what came of the attempts that were tried as well, by change set and number.
    """
    planner, tree = Planner(located, rulebook, project), Tree(project.root)
    stays, trials = NOTHING_STAYS, _Trials(tree, rulebook)
    plan = planner.plan(stays)
    for _ in range(_ROUNDS):
        more = stays
        for change_set in plan.change_sets:
            more = more.and_also(_in_the_way(change_set, trials))
        if len(more) == len(stays):
            break
        stays, plan = more, planner.plan(more)
    return plan, trials.of(plan)


class _Trials:
    """What came of attempts; the same one is written once, whatever its change set is called."""

    def __init__(self, tree: Tree, rulebook: RuleBook) -> None:
        self._tree, self._rulebook = tree, rulebook
        self._made: dict[str, Proposal | Refusal] = {}

    def made(self, change_set: ChangeSet, number: int) -> Proposal | Refusal:
        key = change_set.attempts[number].model_dump_json()
        if key not in self._made:
            self._made[key] = propose(change_set, number, self._tree, self._rulebook)
        made = self._made[key]
        return made if isinstance(made, Refusal) else _named(made, change_set)

    def of(self, plan: Plan) -> Made:
        return {
            (change_set.id, number): self.made(change_set, number)
            for change_set in plan.change_sets
            for number, attempt in enumerate(change_set.attempts)
            if attempt.model_dump_json() in self._made
        }


def _named(made: Proposal, change_set: ChangeSet) -> Proposal:
    return made.model_copy(update={"change_set": change_set.id})


def _in_the_way(change_set: ChangeSet, trials: _Trials) -> Stays:
    """Give what stands in the way of every attempt; nothing where one can be written."""
    found = NOTHING_STAYS
    for number, attempt in enumerate(change_set.attempts):
        made = trials.made(change_set, number)
        if isinstance(made, Proposal):
            return NOTHING_STAYS
        found = found.and_also(stays_of(attempt, made))
    return found
