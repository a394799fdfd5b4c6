"""A rule, as read from its file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal, NamedTuple

from refactor_agent.domain.category import Category
from refactor_agent.domain.region import Confidence
from refactor_agent.domain.values import Value
from refactor_agent.rulebook.schema import BlockingCall, FrontMatter

__all__ = ["Block", "Example", "Mark", "Role", "Rule"]

Role = Literal["before", "after", "same", "refuse", "calls"]


class Mark(NamedTuple):
    """Where an example expects a finding: a line of the block, counted from 1, and a rule id."""

    line: int
    rule: str


class Block(Value):
    """One fenced block of an example, its marks taken out."""

    role: Role
    code: str
    marks: tuple[Mark, ...] = ()
    options: Mapping[str, str] = {}
    """``reason`` of a ``refuse``, ``strategy`` of an ``after``, ``dependencies`` of a ``before``,
    separated by commas, ``server`` of ``calls``."""
    line: int = 0
    """The line of the rule file on which the fence opens."""


class Example(Value):
    """One ``###`` heading under *Examples*: a case that documents and tests the rule."""

    title: str
    doc: bool = False
    """Shown in the docs, the prompt and the Cursor rule."""
    blocks: tuple[Block, ...]

    @property
    def known_gap(self) -> bool:
        """The title says ``todo``: the case is known to fail."""
        return re.search(r"\btodo\b", self.title, re.IGNORECASE) is not None

    @property
    def native(self) -> Block | None:
        """The first ``after`` that awaits its library, and does not hand it to a thread."""
        blocks = (block for block in self.of("after") if "import offload" not in block.code)
        return next(blocks, None)

    def of(self, role: Role) -> tuple[Block, ...]:
        """Give the blocks with this role, in order."""
        return tuple(block for block in self.blocks if block.role == role)


class Rule(FrontMatter):
    """One rule file: front matter, prose and examples."""

    title: str
    does: str
    why: str
    differs: str = ""
    limits: str = ""
    examples: tuple[Example, ...]
    path: str
    """The rule file, relative to its rules directory, posix."""
    version: str
    """The first 16 hex digits of the SHA-256 of the file."""

    @property
    def doc_example(self) -> Example:
        """The example that stands for the rule wherever one is shown."""
        return next((case for case in self.examples if case.doc), self.examples[0])

    def weight_of(self, call: BlockingCall) -> int:
        """Give how long ``call`` typically holds the loop, from 1 to 10."""
        return call.weight if call.weight is not None else self.weight

    def category_of(self, call: BlockingCall) -> Category:
        """Say what the loop waits for, or computes, in ``call``."""
        return call.category if call.category is not None else self.category

    def confidence_of(self, call: BlockingCall) -> Confidence:
        """Say how sure it is that ``call`` holds up the loop."""
        return call.confidence if call.confidence is not None else self.confidence
