"""Plan: from the regions of a project to change sets, with a reason for every refusal."""

from refactor_agent.plan.concurrency import plan_loops
from refactor_agent.plan.planner import Planner, make_plan
from refactor_agent.plan.reasons import REASONS
from refactor_agent.plan.rollout import behind_flag
from refactor_agent.plan.scripts import script_functions
from refactor_agent.plan.stays import NOTHING_STAYS, Stays, stays_of

__all__ = [
    "NOTHING_STAYS",
    "REASONS",
    "Planner",
    "Stays",
    "behind_flag",
    "make_plan",
    "plan_loops",
    "script_functions",
    "stays_of",
]
