"""Take the old path of a rollout flag out of functions."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable

import libcst as cst

from refactor_agent.convert.names import Names
from refactor_agent.convert.refused import refuse
from refactor_agent.convert.source import parse
from refactor_agent.convert.unused import unused_originals
from refactor_agent.domain.plan import Attempt, ChangeSet, Flag, FunctionRef
from refactor_agent.domain.proposal import FunctionEdit, ImportEdit, Proposal, RuleAuthor
from refactor_agent.edit import FunctionSource, function_source, resolve_flag
from refactor_agent.tree import Tree

__all__ = ["finalize"]


def finalize(change_set: ChangeSet, attempt: Attempt, flag: Flag, tree: Tree) -> Proposal:
    """Give the functions of ``change_set`` with the new path alone, and no import left over.

    An original of which only the twin is used goes with it.

    Raises `Refused` where a function does not ask for the flag.
    """
    by_file: dict[str, list[FunctionRef]] = defaultdict(list)
    originals = {colour.function for colour in attempt.colours}
    for ref in change_set.functions:
        if ref in originals:
            continue
        by_file[ref.file].append(ref)
    edits: dict[str, list[FunctionEdit]] = {}
    functions: list[FunctionEdit] = []
    imports: list[ImportEdit] = []
    for file, refs in by_file.items():
        edits[file] = [_edit(tree, flag, ref) for ref in refs]
    gone = unused_originals(tree, attempt.colours, [edit for one in edits.values() for edit in one])
    for edit in gone:
        edits.setdefault(edit.function.file, []).append(edit)
    for file, found in edits.items():
        functions += found
        imports += _unneeded(tree, file, [edit.function for edit in found], found)
    return Proposal(
        change_set=change_set.id,
        strategy=attempt.strategy,
        author=RuleAuthor(rules=attempt.rules),
        functions=tuple(functions),
        imports=tuple(imports),
        notes=attempt.notes,
    )


def _edit(tree: Tree, flag: Flag, ref: FunctionRef) -> FunctionEdit:
    resolved = resolve_flag(ref.file, tree.read(ref.file), flag.name, on=True)
    before: FunctionSource = function_source(tree, ref)
    after = function_source(tree.with_changes({ref.file: resolved}), ref)
    if after.code == before.code:
        refuse("no-flag", f"{ref.name} does not ask for the flag {flag.name}")
    return FunctionEdit(function=before.function, before=before.before_hash, code=after.code)


def _unneeded(
    tree: Tree, file: str, refs: Iterable[FunctionRef], edits: Iterable[FunctionEdit]
) -> list[ImportEdit]:
    """Name the imports that only the old path, or the question itself, may have needed."""
    names = Names(parse(file, tree.read(file)))
    used = {name for ref in refs for name in _names(function_source(tree, ref).code)}
    for name in sorted(used - {name for edit in edits for name in _names(edit.code)}):
        names.drop(cst.Name(name))
    return names.edits


def _names(code: str) -> set[str]:
    """Give the names that a function reads; methods are indented, so a block is put around it."""
    if not code.strip():
        return set()
    tree = ast.parse(f"if True:\n{code}" if code[:1].isspace() else code)
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
