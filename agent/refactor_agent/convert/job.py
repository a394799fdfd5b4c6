"""The working state of one attempt: its files, and which functions change colour."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import libcst as cst

from refactor_agent.convert.layout import Layout
from refactor_agent.convert.names import Names
from refactor_agent.convert.refused import refuse
from refactor_agent.convert.rewrite import Rewrites
from refactor_agent.convert.source import Source, parse
from refactor_agent.convert.widths import configured_width
from refactor_agent.domain.plan import Attempt, CallEdit, Colour, FunctionRef
from refactor_agent.edit import declared_distributions
from refactor_agent.rulebook import RuleBook
from refactor_agent.tree import Tree

__all__ = ["FileWork", "Job"]


@dataclass(eq=False)
class FileWork:
    """One file under conversion."""

    source: Source
    names: Names
    layout: Layout
    rewrites: Rewrites = field(default_factory=Rewrites)
    turning_async: set[cst.FunctionDef] = field(default_factory=set)
    """Sync functions that the attempt colours, in place or as a twin."""
    module: str = ""
    """Its import name, once a reference to one of its functions told it."""
    edits: dict[cst.Call, CallEdit] = field(default_factory=dict)
    """The planned edits of its calls."""
    entered: dict[cst.With, set[cst.WithItem]] = field(default_factory=dict)
    """Which items of ``with`` statements are to be opened asynchronously."""

    added: set[cst.AugAssign] = field(default_factory=set)
    """Updates of an attribute whose new part may be awaited."""
    unwaited: list[cst.Call] = field(default_factory=list)
    """Calls of objects that become async which go on not to wait, but may raise something else."""
    expiring: dict[cst.Call, str] = field(default_factory=dict)
    """Calls whose wait is limited otherwise, and what they raised when time was up."""
    shared: dict[str, cst.Call] = field(default_factory=dict)
    """Clients at the top of the module that change, by name, and the calls that make them."""

    def becomes_async(self, function: cst.FunctionDef) -> bool:
        """Say whether ``function`` may hold ``await`` after the conversion."""
        return function.asynchronous is not None or function in self.turning_async

    def edited_in(self, node: cst.CSTNode) -> list[cst.Call]:
        """Give the planned calls in ``node``, or being it, in source order."""
        found = [
            call
            for call in self.edits
            if call is node or any(outer is node for outer in self.source.ancestors(call))
        ]
        return sorted(found, key=self.source.span)


class Job:
    """One attempt and what it works on."""

    def __init__(self, attempt: Attempt, tree: Tree, rulebook: RuleBook) -> None:
        self.attempt = attempt
        self.tree = tree
        self.rulebook = rulebook.preferring(declared_distributions(tree))
        self.files: dict[str, FileWork] = {}
        self.colours: Mapping[str, Colour] = {c.function.name: c for c in attempt.colours}
        self.notes: list[str] = []
        self.boundary: set[str] = set()
        """The copies of the boundary module that the new code imports from."""

    def work(self, file: str) -> FileWork:
        """Give the state of ``file``, parsing it on first use."""
        if file not in self.files:
            try:
                source = parse(file, self.tree.read(file))
            except FileNotFoundError:
                refuse("missing-file", f"{file} is gone")
            layout = Layout(source, configured_width(self.tree))
            self.files[file] = FileWork(source, Names(source), layout)
        return self.files[file]

    def holder(self, ref: FunctionRef) -> FileWork:
        """Give the file of the function that ``ref`` means, which may be one of several."""
        work = self.work(ref.file)
        work.module = work.source.module_of(ref) or work.module
        return work

    def find(self, ref: FunctionRef) -> tuple[FileWork, cst.FunctionDef]:
        """Give the function that ``ref`` means, and its file."""
        work = self.work(ref.file)
        definition = work.source.definition(ref)
        work.module = definition.module or work.module
        return work, definition.node
