"""The imports of one file, edited without a proposal."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import PurePosixPath

from refactor_agent.domain.proposal import ImportEdit
from refactor_agent.edit.imports import edit_imports
from refactor_agent.edit.source import SourceFile
from refactor_agent.tree import Tree

__all__ = ["is_own", "with_imports"]


def with_imports(tree: Tree, file: str, data: bytes, edits: Sequence[ImportEdit]) -> bytes:
    """Give ``data``, which is to be ``file`` of ``tree``, with ``edits`` made.

    Raises `SpliceConflictError` when the name of a new import means something else there.
    """
    return edit_imports(SourceFile.decode(file, data), edits, partial(is_own, tree, file)).encode()


def is_own(tree: Tree, file: str, module: str) -> bool:
    """Say whether the target has a top-level module of that name, as ``file`` would import it."""
    roots = (*PurePosixPath(file).parents, PurePosixPath("src"))
    return any(
        tree.exists(str(root / place))
        for root in roots
        for place in (f"{module}.py", f"{module}/__init__.py")
    )
