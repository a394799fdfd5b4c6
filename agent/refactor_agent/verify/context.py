"""What a check looks at: the files before and after, parsed once, and the plan."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property

from refactor_agent.boundary import VERSIONS, boundary_source
from refactor_agent.domain.region import Located
from refactor_agent.tree import Tree
from refactor_agent.verify.change import Change
from refactor_agent.verify.syntax import Module, parse_module

__all__ = ["Context", "Locate"]

Locate = Callable[[Tree], Located]
"""Finds the regions and the call graph of a tree."""


class Context:
    """Everything a check may ask for."""

    def __init__(
        self,
        before: Tree,
        files: Mapping[str, bytes],
        changes: tuple[Change, ...],
        locate: Locate | None = None,
    ) -> None:
        self.before = before
        self.files = files
        self.changes = changes
        self._locate = locate
        self._modules: dict[tuple[str, bool], Module | None] = {}

    @cached_property
    def after(self) -> Tree:
        """The tree with the change laid over it."""
        return self.before.with_changes(self.files)

    @cached_property
    def python_files(self) -> tuple[str, ...]:
        """The changed and added Python files, sorted; what is vendored has its own tests."""
        vendored = {boundary_source(module).encode() for module in VERSIONS}
        return tuple(
            sorted(
                f for f, data in self.files.items() if f.endswith(".py") and data not in vendored
            )
        )

    @cached_property
    def added_files(self) -> frozenset[str]:
        """The files that were not there before."""
        return frozenset(file for file in self.files if not self.before.exists(file))

    @cached_property
    def located_before(self) -> Located | None:
        """Regions and call graph before; ``None`` without a locator."""
        return self._locate(self.before) if self._locate else None

    @cached_property
    def located_after(self) -> Located | None:
        """Regions and call graph after; ``None`` without a locator."""
        return self._locate(self.after) if self._locate else None

    def let_go(self) -> None:
        """Forget what was worked out; whoever asks again has it worked out again.

        Changes wait for their turn to be tested, and many do at once.
        """
        self._modules.clear()
        for name in ("located_before", "located_after"):
            self.__dict__.pop(name, None)

    def module_before(self, file: str) -> Module | None:
        """Give ``file`` as it was, parsed; ``None`` if it did not exist or did not parse."""
        return self._module(file, after=False)

    def module_after(self, file: str) -> Module | None:
        """Give ``file`` as it becomes, parsed; ``None`` if it does not parse."""
        return self._module(file, after=True)

    def _module(self, file: str, *, after: bool) -> Module | None:
        key = (file, after)
        if key not in self._modules:
            tree = self.after if after else self.before
            self._modules[key] = parse_module(tree.read(file)) if tree.exists(file) else None
        return self._modules[key]
