"""Open an async client around a call that needed none: ``requests.get(url)``."""

from __future__ import annotations

import libcst as cst

from refactor_agent.convert.arguments import given, new_arguments
from refactor_agent.convert.job import FileWork, Job
from refactor_agent.convert.members import read_by
from refactor_agent.convert.refused import refuse
from refactor_agent.convert.rewrite import Change
from refactor_agent.convert.variables import names_in
from refactor_agent.convert.where import check_awaitable
from refactor_agent.convert.wording import speller
from refactor_agent.rulebook import NativeCall

__all__ = ["open_client"]


def open_client(
    job: Job, work: FileWork, call: cst.Call, native: NativeCall, parameters: str
) -> Change:
    """Put ``async with Client(…) as client:`` around the statement; give the call's change."""
    assert native.opened is not None  # noqa: S101 - the caller looked
    site = work.source.site(call)
    statement = next(
        (n for n in work.source.ancestors(call) if isinstance(n, cst.BaseStatement)), None
    )
    if not isinstance(statement, cst.SimpleStatementLine) or len(statement.body) != 1:
        refuse("not-a-statement", "there is no place to open a client before the call", site)
    if len(work.edited_in(statement)) > 1:
        refuse("not-a-statement", "the statement holds several calls that change", site)
    function = check_awaitable(work, call)
    client = _free(function)
    kind, arguments = native.opened
    present = given(call, parameters)
    wanted = {k: v for k, v in arguments.add.items() if k not in present}
    arguments_there = new_arguments(wanted, speller(work, call))
    constructor = cst.Call(work.names.replace(call.func, kind), arguments_there)
    kept = read_by(job, work, call, native)
    work.rewrites.change(statement, _wrap(constructor, client, kept))
    job.notes.append(f"{site}: a client is opened for this call; share one if it is called often")
    method = cst.Attribute(cst.Name(client), cst.Name(native.target.rpartition(".")[2]))
    return lambda node: node.with_changes(func=method)


def _wrap(constructor: cst.Call, client: str, kept: cst.BaseSmallStatement | None) -> Change:
    def change(node: cst.CSTNode) -> cst.CSTNode:
        assert isinstance(node, cst.SimpleStatementLine)  # noqa: S101
        item = cst.WithItem(constructor, cst.AsName(cst.Name(client)))
        lines = [node.with_changes(leading_lines=())]
        if kept is not None:
            lines.append(cst.SimpleStatementLine([kept]))
        return cst.With(
            items=[item],
            body=cst.IndentedBlock(lines),
            asynchronous=cst.Asynchronous(),
            leading_lines=node.leading_lines,
        )

    return change


def _free(function: cst.FunctionDef) -> str:
    used = {name.value for name in names_in(function)}
    return next(n for n in ("client", "http_client", "async_client", "client_") if n not in used)
