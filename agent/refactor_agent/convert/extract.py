"""Turn statements of an async function into a nested sync function that a thread runs."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from refactor_agent.convert.extractable import check_block, ends_function
from refactor_agent.convert.job import FileWork, Job
from refactor_agent.convert.naming import block_name
from refactor_agent.convert.refused import Refused, refuse
from refactor_agent.convert.scope import Flow, Lines, flow, statements_on
from refactor_agent.convert.tail import Tail, find_tail, with_tail_returned
from refactor_agent.convert.variables import methods_on
from refactor_agent.convert.vendor import boundary_name

__all__ = ["extract", "try_extract"]

Statements = Sequence[cst.BaseStatement]
_GAP = cst.EmptyLine(indent=False)


def try_extract(
    job: Job, work: FileWork, function: cst.FunctionDef, statements: Statements
) -> bool:
    """Extract ``statements`` if that is possible; say whether it was."""
    try:
        extract(job, work, function, statements)
    except Refused:
        return False
    return True


def extract(job: Job, work: FileWork, function: cst.FunctionDef, statements: Statements) -> None:
    """Replace ``statements`` by a function of theirs and its offloaded call, or raise `Refused`."""
    block = work.source.parents[statements[0]]
    site = work.source.site(statements[0])
    if not isinstance(block, cst.IndentedBlock):
        refuse("one-line-block", "the block stands on the line of its header", site)
    syntax = work.source.syntax(function)
    lines = _lines(work, statements)
    check_block(work, syntax, statements, lines)
    crossing = flow(syntax, lines, statements_on(syntax, lines))
    if crossing.doubtful:
        names = ", ".join(crossing.doubtful)
        refuse("maybe-unbound", f"{names} may have no value when the block runs or ends", site)
    returns = ends_function(syntax, lines, site)
    tail = None if returns else find_tail(statements, crossing.given)
    name = _name(work, function, statements, tail, crossing)
    nested = cst.FunctionDef(
        name=cst.Name(name),
        params=cst.Parameters([cst.Param(cst.Name(needed)) for needed in crossing.needed]),
        body=_body(statements, tail, () if returns else crossing.given),
        returns=_annotation(function, crossing, tail, returns=returns),
        leading_lines=_spaced(statements[0], first=_opens_function(work, block, statements[0])),
    )
    offload = work.source.module.code_for_node(boundary_name(job, work, "offload"))
    call = f"await {offload}({', '.join((name, *crossing.needed))})"
    outer = _call_statement(call, tail, crossing, returns=returns)
    work.rewrites.change(statements[0], lambda _: cst.FlattenSentinel([nested, outer]))
    for statement in statements[1:]:
        work.rewrites.change(statement, lambda _: cst.RemovalSentinel.REMOVE)


def _lines(work: FileWork, statements: Statements) -> Lines:
    first = work.source.positions[statements[0]].start.line
    return Lines(first, work.source.positions[statements[-1]].end.line)


def _name(
    work: FileWork,
    function: cst.FunctionDef,
    statements: Statements,
    tail: Tail | None,
    crossing: Flow,
) -> str:
    callees = [work.edits[call].callee for node in statements for call in work.edited_in(node)]
    results = tail.names if tail is not None else crossing.given
    opened = _opened(statements[0])
    if opened in crossing.given and not methods_on(statements, opened):
        opened = None  # it is what the block gives, and not what it works with
    if opened is not None:
        callees += [f"{opened}.{method}" for method in methods_on(statements, opened)]
    return work.names.fresh(block_name(callees, results, opened), function)


def _opened(statement: cst.BaseStatement) -> str | None:
    """Name the variable that the block starts by binding."""
    target: cst.BaseExpression | None = None
    if isinstance(statement, cst.With) and (alias := statement.items[0].asname):
        target = alias.name
    elif isinstance(statement, cst.SimpleStatementLine):
        first = statement.body[0]
        if isinstance(first, cst.Assign) and len(first.targets) == 1:
            target = first.targets[0].target
    return target.value if isinstance(target, cst.Name) else None


def _annotation(
    function: cst.FunctionDef, crossing: Flow, tail: Tail | None, *, returns: bool
) -> cst.Annotation | None:
    """Annotate the block's result where the function is annotated and the type is known."""
    if returns or function.returns is None:
        return function.returns
    silent = tail is None and not crossing.given and not crossing.needed
    return cst.Annotation(cst.Name("None")) if silent else None


def _body(statements: Statements, tail: Tail | None, given: Sequence[str]) -> cst.IndentedBlock:
    body = [statements[0].with_changes(leading_lines=()), *statements[1:]]
    if tail is not None:
        body[-1] = with_tail_returned(body[-1])
    elif given:
        body.append(cst.ensure_type(cst.parse_statement(f"return {', '.join(given)}"),
                                    cst.SimpleStatementLine))  # fmt: skip
    return cst.IndentedBlock(body)


def _opens_function(work: FileWork, block: cst.IndentedBlock, statement: cst.BaseStatement) -> bool:
    """Say whether ``statement`` follows a function's header, where formatters want no gap."""
    return block.body[0] is statement and isinstance(work.source.parents[block], cst.FunctionDef)


def _spaced(statement: cst.BaseStatement, *, first: bool) -> Sequence[cst.EmptyLine]:
    """Keep the comments above the block, with a blank line before them."""
    lines = list(getattr(statement, "leading_lines", ()))
    return lines if first or (lines and lines[0].comment is None) else [_GAP, *lines]


def _call_statement(
    call: str, tail: Tail | None, crossing: Flow, *, returns: bool
) -> cst.SimpleStatementLine:
    if tail is not None:
        call = f"{tail.targets}{call}"
    elif returns:
        call = f"return {call}"
    elif crossing.given:
        call = f"{', '.join(crossing.given)} = {call}"
    statement = cst.ensure_type(cst.parse_statement(call), cst.SimpleStatementLine)
    return statement.with_changes(leading_lines=[_GAP])
