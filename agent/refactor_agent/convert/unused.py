"""Sync originals of async twins that nothing refers to any more."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from refactor_agent.boundary import vendored_version
from refactor_agent.domain.plan import Colour, FunctionRef
from refactor_agent.domain.proposal import FunctionEdit, Proposal, RuleAuthor
from refactor_agent.edit import FunctionSource, SpliceConflictError, apply_proposal, function_source
from refactor_agent.tree import Tree

__all__ = ["unused_originals"]

_NOT_OURS = frozenset({"__pycache__", "node_modules", "site-packages", "venv"})
_LARGE = 2_000_000
"""Bytes: what is larger was written by no person."""


def unused_originals(
    tree: Tree, colours: Sequence[Colour], edits: Sequence[FunctionEdit]
) -> tuple[FunctionEdit, ...]:
    """Give the edits that remove the originals of ``colours`` which nothing names under ``edits``.

    A name that stands anywhere else in the project, in text too, keeps its function: another
    module, a test, a page of the docs. So does a decorator, which may have registered it.
    """
    gone: list[FunctionEdit] = []
    waiting = [source for colour in colours if (source := _plain(tree, colour.function))]
    while True:
        texts = _texts(tree, [*edits, *gone])
        found = next((one for one in waiting if not _is_named(texts, one)), None)
        if found is None:
            return tuple(gone)
        waiting.remove(found)
        gone.append(
            FunctionEdit(function=found.function, before=found.before_hash, code="", removed=True)
        )


def _plain(tree: Tree, ref: FunctionRef) -> FunctionSource | None:
    """Give the source of a function that is called by its name alone."""
    try:
        source = function_source(tree, ref)
    except SpliceConflictError:
        return None
    name = source.function.name.rpartition(".")[2]
    registered = source.code.lstrip().startswith("@") or name.startswith(("__", "test"))
    return None if registered else source


def _texts(tree: Tree, edits: Sequence[FunctionEdit]) -> list[str]:
    """Give the files that are text, as they stand under ``edits``."""
    author = RuleAuthor(rules=())
    laid = Proposal(change_set="", strategy="native", author=author, functions=tuple(edits))
    changed = tree.with_changes(apply_proposal(tree, laid))
    files = {*changed.changes, *_files(tree.root)}
    return [text for file in sorted(files) if (text := _text(changed.read(file))) is not None]


def _files(root: Path) -> Iterator[str]:
    for directory, below, names in os.walk(root):
        below[:] = [name for name in below if name[0] != "." and name not in _NOT_OURS]
        for name in names:
            path = Path(directory, name)
            if path.is_file() and path.stat().st_size < _LARGE:
                yield path.relative_to(root).as_posix()


def _text(data: bytes) -> str | None:
    if vendored_version(data) is not None:
        return None
    try:
        return data.decode()
    except UnicodeDecodeError:
        return None if b"\0" in data else data.decode("latin-1")


def _is_named(texts: Sequence[str], source: FunctionSource) -> bool:
    """Say whether the name stands anywhere but in its own definition."""
    name = re.compile(rf"(?<!\w){re.escape(source.function.name.rpartition('.')[2])}(?!\w)")
    own = len(name.findall(source.code))
    return sum(len(name.findall(text)) for text in texts) > own
