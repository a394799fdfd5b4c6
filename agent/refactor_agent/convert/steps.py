"""A file that stays open while its block awaits: each call of it waits on a thread, one by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import libcst as cst

from refactor_agent.convert.job import FileWork, Job
from refactor_agent.convert.kinds import result_kind
from refactor_agent.convert.quiet import Loop, quiet_statement
from refactor_agent.convert.variables import variable

__all__ = ["Steps", "steps_of"]

_FILES = "io."
"""Types of open files: any thread may use one, and closing one writes no more than its buffer."""


@dataclass(frozen=True)
class Steps:
    """What a ``with`` over files does in turn."""

    opens: tuple[cst.Call, ...]
    calls: tuple[cst.Call, ...]
    """Calls of the files, or that are handed one, outside of ``loops``."""
    loops: tuple[Loop, ...]
    """They never await, and go to a thread whole: one line takes less time than a hop."""


def steps_of(
    job: Job, work: FileWork, function: cst.FunctionDef, statements: Sequence[cst.BaseStatement]
) -> Steps | None:
    """Give the steps of a ``with`` over files, ``None`` where they can't be told apart.

    Nothing else may hold a file, so that nobody uses it while a thread does.
    """
    opened = statements[0]
    if len(statements) > 1 or not isinstance(opened, cst.With) or opened.asynchronous is not None:
        return None
    calls: list[cst.Call] = []
    for item in opened.items:
        name = _opens(job, work, item)
        used = _calls_of(work, function, opened, name) if name is not None else None
        if used is None:
            return None
        calls += used
    quiet = {call: quiet_statement(work, opened, call) for call in dict.fromkeys(calls)}
    return Steps(
        opens=tuple(item.item for item in opened.items if isinstance(item.item, cst.Call)),
        calls=tuple(call for call, loop in quiet.items() if loop is None),
        loops=tuple(dict.fromkeys(loop for loop in quiet.values() if loop is not None)),
    )


def _opens(job: Job, work: FileWork, item: cst.WithItem) -> str | None:
    """Give the name to which an item binds a file that it opens."""
    if not isinstance(item.item, cst.Call) or item.asname is None:
        return None
    edit, bound = work.edits.get(item.item), item.asname.name
    if edit is None or edit.action != "offload" or not isinstance(bound, cst.Name):
        return None
    kind = result_kind(job.rulebook, work.source, item.item, edit.callee) or ""
    return bound.value if kind.startswith(_FILES) else None


def _calls_of(
    work: FileWork, function: cst.FunctionDef, opened: cst.With, name: str
) -> list[cst.Call] | None:
    """Give the calls that work on a file; ``None`` where something else may do so meanwhile."""
    found = variable(work.source, function, name)
    blocks = [work.source.parents[binding] for binding in found.bindings]
    calls = []
    for use in found.uses:
        around = [outer for outer in work.source.ancestors(use) if outer in blocks]
        if around[:1] != [opened]:
            if not around or opened in around:
                return None
            continue  # another file under the same name
        user = _user(work, function, use)
        if user is None:
            return None
        if isinstance(user, cst.Call):
            calls.append(user)
    return calls


def _user(work: FileWork, function: cst.FunctionDef, use: cst.Name) -> cst.CSTNode | None:
    """Give what uses the file for as long as it runs: a planned call, an attribute, an await."""
    if work.source.function_around(use) is not function:
        return None
    for outer in work.source.ancestors(use):
        if isinstance(outer, cst.Lambda | cst.CompFor | cst.BaseStatement | cst.BaseSmallStatement):
            return None
        if isinstance(outer, cst.Call) and outer in work.edits:
            return outer
        if isinstance(outer, cst.Await):
            return outer
        if isinstance(outer, cst.Attribute) and not isinstance(
            work.source.parents[outer], cst.Call
        ):
            return outer
    return None
