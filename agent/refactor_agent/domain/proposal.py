"""Proposals: new source for planned functions, whoever wrote it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from refactor_agent.domain.plan import Dependency, FunctionRef, Strategy
from refactor_agent.domain.values import Value

__all__ = [
    "AssignmentEdit",
    "Author",
    "FunctionEdit",
    "ImportEdit",
    "ModelAuthor",
    "NewFile",
    "Proposal",
    "RuleAuthor",
    "TestCopy",
    "Usage",
]


class FunctionEdit(Value):
    """New source for one outermost function or method."""

    function: FunctionRef
    before: str
    """SHA-256 of the bytes it replaces; splicing refuses anything else."""
    code: str
    """From its first decorator to its last line, at its own indentation. Starts with the new
    function; a twin follows the unchanged original here."""
    removed: bool = False
    """The function goes, and ``code`` is empty; only what finalizes a rollout does this."""


class ImportEdit(Value):
    """An import to add to a file (``from module import name as alias``) or to drop if unused."""

    file: str
    module: str
    name: str | None = None
    alias: str | None = None
    action: Literal["add", "drop_unused"] = "add"


class AssignmentEdit(Value):
    """New source for the one assignment to a name at the top of a module."""

    file: str
    name: str
    before: str
    """SHA-256 of the whole lines that it replaces."""
    code: str


class NewFile(Value):
    """A file the target gets whole, such as the boundary module or a later version of it."""

    file: str
    text: str
    replaces: str | None = None
    """SHA-256 of the bytes that may stand there now; ``None``: nothing may."""
    joins: bool = False
    """Another change of the same plan may have made the file as well: it then has what both add."""


class TestCopy(Value):
    """An async copy of a test of the target, each by ``tests/test_a.py::TestA::test_b``."""

    __test__ = False

    test: str
    of: str
    """The test it is a copy of: what that asserts, this asserts of the async side."""


class Usage(Value):
    """What one model call used; ``None`` where the endpoint did not say."""

    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    cached_tokens: int | None = None


class RuleAuthor(Value):
    """Made by rules."""

    kind: Literal["rules"] = "rules"
    rules: tuple[str, ...]


class ModelAuthor(Value):
    """Made by a model."""

    kind: Literal["model"] = "model"
    model: str
    template: str
    """SHA-256 of the prompt template."""
    prompt: str
    """SHA-256 of the rendered prompt."""
    usage: Usage = Usage()
    sample: int = 0
    """The how-manieth answer to the same question it is, from 0."""
    disclosure: str = ""
    """What made it, where that is no language model: a script, a recording."""


Author = Annotated[RuleAuthor | ModelAuthor, Field(discriminator="kind")]


class Proposal(Value):
    """Edits for one change set, by function, so that proposals combine without text merges."""

    change_set: str
    strategy: Strategy
    author: Author
    functions: tuple[FunctionEdit, ...]
    imports: tuple[ImportEdit, ...] = ()
    assignments: tuple[AssignmentEdit, ...] = ()
    """Clients that modules share; only rules make such edits."""
    new_files: tuple[NewFile, ...] = ()
    """What the change stands on, in a patch of its own."""
    files: tuple[NewFile, ...] = ()
    """Files of the target written whole, where a change reaches outside functions; only rules
    make such proposals."""
    tests: tuple[TestCopy, ...] = ()
    dependencies: tuple[Dependency, ...] = ()
    notes: tuple[str, ...] = ()
