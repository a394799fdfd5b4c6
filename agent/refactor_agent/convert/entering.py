"""`with` statements whose objects become async: all of a statement's, or none."""

from __future__ import annotations

import libcst as cst

from refactor_agent.convert.job import FileWork, Job
from refactor_agent.convert.refused import refuse
from refactor_agent.convert.where import check_awaitable

__all__ = ["enter_async", "enter_coloured", "finish_entering"]


def enter_async(job: Job, work: FileWork, item: cst.WithItem, kind: str) -> None:
    """Have the ``with`` around ``item``, whose object is a ``kind``, open it asynchronously."""
    site = work.source.site(item.item)
    if job.rulebook.lacks(f"{kind}.__enter__"):
        refuse("missing-there", "`async with` does something else with it there", site)
    statement = cst.ensure_type(work.source.parents[item], cst.With)
    check_awaitable(work, statement)
    work.entered.setdefault(statement, set()).add(item)


def enter_coloured(work: FileWork, call: cst.Call) -> None:
    """Have the ``with`` around ``call``, a context manager that becomes async, open it so."""
    item = work.source.parents[call]
    if not isinstance(item, cst.WithItem):
        refuse("context-manager", "only a `with` opens it, not this", work.source.site(call))
    statement = cst.ensure_type(work.source.parents[item], cst.With)
    check_awaitable(work, statement)
    work.entered.setdefault(statement, set()).add(item)


def finish_entering(work: FileWork) -> None:
    """Write ``async with``; raises `Refused` where a statement opens other things too."""
    for statement, items in work.entered.items():
        others = [item for item in statement.items if item not in items]
        if others:
            site = work.source.site(others[0].item)
            refuse("mixed-with", "the `with` opens other things too", site)
        work.rewrites.change(statement, lambda n: n.with_changes(asynchronous=cst.Asynchronous()))
