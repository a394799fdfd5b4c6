"""A plain test that runs its body as a coroutine."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst
import libcst.matchers as m

__all__ = ["run_inside"]


_NAMES = ("run", "scenario", "body")


def run_inside(node: cst.FunctionDef) -> cst.FunctionDef:
    """Give the async test ``node`` as a plain one that ends with ``asyncio.run(run())``.

    The inner function has another name where the test speaks of something that is called `run`.

    Its docstring, which runners show as the test's name, stays the test's.
    """
    about, body = _docstring_apart(node)
    taken = {name.value for name in m.findall(node, m.Name()) if isinstance(name, cst.Name)}
    name = next((one for one in _NAMES if one not in taken), f"run_{node.name.value}")
    inner = cst.FunctionDef(
        name=cst.Name(name),
        params=cst.Parameters(),
        body=body,
        asynchronous=cst.Asynchronous(),
        returns=cst.Annotation(cst.Name("None")) if node.returns is not None else None,
        leading_lines=[cst.EmptyLine(indent=False)] if about else [],
    )
    call = cst.parse_statement(f"asyncio.run({name}())\n")
    outer = cst.IndentedBlock(
        [*about, inner, call.with_changes(leading_lines=[cst.EmptyLine(indent=False)])]
    )
    return node.with_changes(asynchronous=None, body=outer)


def _docstring_apart(node: cst.FunctionDef) -> tuple[Sequence[cst.BaseStatement], cst.BaseSuite]:
    """Give the statement that is the docstring, if any, and the body without it."""
    block = node.body
    if not isinstance(block, cst.IndentedBlock) or node.get_docstring() is None:
        return (), block
    about, *rest = block.body
    if not rest:
        return (), block
    first = rest[0]
    if isinstance(first, cst.SimpleStatementLine | cst.BaseCompoundStatement):
        comments = [line for line in first.leading_lines if line.comment is not None]
        rest[0] = first.with_changes(leading_lines=comments)
    return (about,), block.with_changes(body=rest)
