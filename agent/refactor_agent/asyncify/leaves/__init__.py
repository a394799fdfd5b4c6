"""Where async begins: what stands for a sync class, method or function in async code."""

from refactor_agent.asyncify.leaves.member import Member
from refactor_agent.asyncify.leaves.parse import parse_leaves, with_twins
from refactor_agent.asyncify.leaves.table import Leaves

__all__ = ["Leaves", "Member", "parse_leaves", "with_twins"]
