"""Plan: from the regions of a project to change sets, with a reason for every refusal."""

from refactor_agent.plan.planner import make_plan
from refactor_agent.plan.reasons import REASONS

__all__ = ["REASONS", "make_plan"]
