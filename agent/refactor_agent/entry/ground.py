"""What the conversion of entry points works with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from refactor_agent.domain.callgraph import CallGraph
from refactor_agent.domain.region import Located
from refactor_agent.project import Interpreter, Project
from refactor_agent.rulebook import RuleBook
from refactor_agent.tree import Tree

__all__ = ["EntryGround"]


@dataclass(frozen=True)
class EntryGround:
    """The target, what is known of it, and the way to find out more."""

    project: Project
    rulebook: RuleBook
    interpreter: Interpreter
    base: Tree
    """Its files, unchanged."""
    locate: Callable[[Tree], Located]
    """Finds the regions and the call graph of a tree."""

    @property
    def graph(self) -> CallGraph:
        """The call graph of the unchanged files."""
        return self.locate(self.base).graph

    def module_of(self, function: str) -> str:
        """Give the module in which a function of the graph stands."""
        file = self.graph.functions[function].file
        return next(name for name, own in self.graph.modules.items() if own == file)
