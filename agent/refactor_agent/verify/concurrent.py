"""Loops whose iterations run at once because a person named them: shown independent once more."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refactor_agent.domain.plan import LoopEdit
from refactor_agent.domain.proposal import FunctionEdit, ImportEdit
from refactor_agent.domain.verdict import CheckFailure
from refactor_agent.edit import apply_proposal, concurrent_loop, function_source
from refactor_agent.errors import PatchConflictError
from refactor_agent.independence import dependences, find_loop
from refactor_agent.verify.change import Change
from refactor_agent.verify.context import Context
from refactor_agent.verify.suite import Bench
from refactor_agent.verify.syntax import FunctionNode, Module

__all__ = ["concurrency_failures", "one_after_another"]

_CALLED = "_async_adapters.ordered_map"


def concurrency_failures(context: Context) -> Iterator[CheckFailure]:
    """Object to planned loops whose iterations depend on each other, or that do something else."""
    for change in context.changes:
        loop = change.attempt.loop if change.attempt else None
        if loop is not None:
            yield from _dependent(context, loop)
            yield from _other(context, change, loop)


def one_after_another(context: Context, bench: Bench) -> Context:
    """Give the context with the planned loops as they were: the other checks know nothing of them.

    `concurrency_failures` answers for these functions.
    """
    undone = [c for c in context.changes if c.attempt is not None and c.attempt.loop is not None]
    if not undone:
        return context
    after = context.after
    for change in undone:
        edits = tuple(_undo(edit, change) for edit in change.proposal.functions)
        imports = tuple(
            ImportEdit(file=one.file, module=one.module, name=one.name, alias=one.alias,
                       action="drop_unused")
            for one in change.proposal.imports
        )  # fmt: skip
        update = {"functions": edits, "imports": imports, "new_files": ()}
        after = after.with_changes(apply_proposal(after, change.proposal.model_copy(update=update)))
    files = {
        file: after.read(file)
        for file in context.files
        if not context.before.exists(file) or context.before.read(file) != after.read(file)
    }
    return Context(context.before, files, context.changes, bench.locate)


def _undo(edit: FunctionEdit, change: Change) -> FunctionEdit:
    now = function_source(change.after, edit.function)
    was = function_source(change.before, edit.function)
    return FunctionEdit(function=edit.function, before=now.before_hash, code=was.code)


def _dependent(context: Context, planned: LoopEdit) -> Iterator[CheckFailure]:
    file, name = planned.function.file, planned.function.name
    module, located = context.module_before(file), context.located_before
    function = _function(module, name)
    loop = find_loop(function, planned.line) if function is not None else None
    if function is None or loop is None or located is None:
        yield _failure("no loop is there, or nothing knows what it calls")
        return
    for found in dependences(loop, function, name, file, located.graph):
        yield _failure(f"{file}:{planned.line}: {found.message} ({found.reason})")


def _other(context: Context, change: Change, planned: LoopEdit) -> Iterator[CheckFailure]:
    """Compare with what the ordered map makes of the loop: nothing else may differ."""
    file, name = planned.function.file, planned.function.name
    after = context.module_after(file)
    function = _function(after, name)
    spelled = {local for local, meant in (after.imported if after else {}).items()
               if meant.endswith(_CALLED)}  # fmt: skip
    data = change.before.read(file)
    for local in spelled:
        try:
            wanted = ast.parse(concurrent_loop(file, data, planned.line, local, planned.limit))
        except PatchConflictError:
            continue
        expected = _function(Module(b"", wanted), name)
        if expected is not None and function is not None and _same(expected, function):
            return
    yield _failure(f"{name} does not run the loop as it was, in order and with its exceptions")


def _same(one: FunctionNode, other: FunctionNode) -> bool:
    return ast.dump(one) == ast.dump(other)


def _function(module: Module | None, name: str) -> FunctionNode | None:
    functions = module.functions if module else {}
    found = [local for local in functions if name == local or name.endswith(f".{local}")]
    return functions[max(found, key=len)] if found else None


def _failure(message: str) -> CheckFailure:
    return CheckFailure(check="dependent-iterations", message=message, hazards=("H-F1", "H-F4"))
