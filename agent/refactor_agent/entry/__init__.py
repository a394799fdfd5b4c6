"""Entry points that a user names: all that they reach becomes async, in place or as a twin."""

from refactor_agent.entry.changes import Planned
from refactor_agent.entry.ground import EntryGround
from refactor_agent.entry.planning import plan_in_place
from refactor_agent.entry.twin_planning import plan_twin
from refactor_agent.entry.wanted import check_entries

__all__ = ["EntryGround", "Planned", "check_entries", "plan_in_place", "plan_twin"]
