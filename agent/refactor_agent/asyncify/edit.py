"""One file being converted."""

from __future__ import annotations

from dataclasses import dataclass, field

import libcst as cst

from refactor_agent.asyncify.colours import Colours
from refactor_agent.asyncify.refusals import Refusals
from refactor_agent.asyncify.spelling import Spelling
from refactor_agent.convert.layout import Layout
from refactor_agent.convert.rewrite import Change, Rewrites
from refactor_agent.convert.source import Source

__all__ = ["Edit"]


@dataclass(eq=False)
class Edit:
    """The changes of one file, collected before they are made."""

    source: Source
    spelling: Spelling
    colours: Colours
    refusals: Refusals
    rewrites: Rewrites = field(default_factory=Rewrites)
    helpers: dict[str, str] = field(default_factory=dict)
    """Name to the code of a definition that the file needs."""
    layout: Layout = field(init=False)
    _items: dict[cst.FunctionDef, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.layout = Layout(self.source)

    def item(self, function: cst.FunctionDef) -> str:
        """Name the variable of comprehensions in ``function``: they don't see each other's."""
        if function not in self._items:
            self._items[function] = self.spelling.names.fresh("item", function)
        return self._items[function]

    def change(self, node: cst.CSTNode, change: Change) -> None:
        """Change ``node`` once its children are changed."""
        self.rewrites.change(node, change)

    def parent(self, node: cst.CSTNode) -> cst.CSTNode:
        """Give the node around ``node``."""
        return self.source.parents[node]
