"""A proposal laid over a tree."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import partial

from refactor_agent.domain.proposal import (
    AssignmentEdit,
    FunctionEdit,
    ImportEdit,
    NewFile,
    Proposal,
)
from refactor_agent.edit.assignments import with_assignments
from refactor_agent.edit.conflict import SpliceConflictError
from refactor_agent.edit.file_imports import is_own
from refactor_agent.edit.imports import edit_imports
from refactor_agent.edit.joining import joined
from refactor_agent.edit.source import SourceFile
from refactor_agent.edit.splice import splice
from refactor_agent.tree import Tree, sha256

__all__ = ["apply_proposal"]


def apply_proposal(tree: Tree, proposal: Proposal) -> Mapping[str, bytes]:
    """Give the files that ``proposal`` changes, by path; ``tree`` itself stays as it is.

    Dependencies are not declared here; see `dependency_changes`. Proposals for different
    functions can be laid over each other in any order. Raises `SpliceConflictError`, with
    nothing half done, when an edit does not fit the tree or the result does not parse.
    """
    functions: dict[str, list[FunctionEdit]] = defaultdict(list)
    imports: dict[str, list[ImportEdit]] = defaultdict(list)
    assignments: dict[str, list[AssignmentEdit]] = defaultdict(list)
    for edit in proposal.functions:
        functions[edit.function.file].append(edit)
    for wanted in proposal.imports:
        imports[wanted.file].append(wanted)
    for assigned in proposal.assignments:
        assignments[assigned.file].append(assigned)
    whole = (*proposal.new_files, *proposal.files)
    changes = dict(_new_file(tree, new) for new in whole)
    laid = tree.with_changes(changes)
    for file in sorted({*functions, *imports, *assignments}):
        parts = functions[file], assignments[file], imports[file]
        changes[file] = _edit_file(laid, file, *parts)
    return {
        file: data
        for file, data in changes.items()
        if not tree.exists(file) or tree.read(file) != data
    }


def _edit_file(
    tree: Tree,
    file: str,
    functions: list[FunctionEdit],
    assignments: list[AssignmentEdit],
    imports: list[ImportEdit],
) -> bytes:
    if not tree.exists(file):
        raise SpliceConflictError(file, "missing-file", "the file is gone")
    source = splice(SourceFile.decode(file, tree.read(file)), functions)
    source = with_assignments(source, assignments)
    return edit_imports(source, imports, partial(is_own, tree, file)).encode()


def _new_file(tree: Tree, new: NewFile) -> tuple[str, bytes]:
    data = new.text.encode()
    known = {sha256(data), new.replaces}
    if not tree.exists(new.file) or sha256(tree.read(new.file)) in known:
        return new.file, data
    base = _base(tree, new)
    if base is None:
        raise SpliceConflictError(new.file, "file-exists", "a file with other content is there")
    now = tree.read(new.file)
    return new.file, joined(new.file, base, now, data, partial(is_own, tree, new.file))


def _base(tree: Tree, new: NewFile) -> bytes | None:
    """Give what ``new`` was made from, where another change of the same tree has changed it."""
    if new.file not in tree.changes or not new.file.endswith((".py", ".pyi")):
        return None
    under = Tree(tree.root)
    if not under.exists(new.file):
        return b"" if new.replaces is None and new.joins else None
    data = under.read(new.file)
    return data if sha256(data) == new.replaces else None
