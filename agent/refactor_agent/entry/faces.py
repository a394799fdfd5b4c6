"""Commands keep a sync face: ``def main()`` that runs the coroutine."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

import libcst as cst

from refactor_agent.convert.arguments import TIGHT
from refactor_agent.domain.proposal import ImportEdit
from refactor_agent.domain.twins import TWIN_NAMES, beside
from refactor_agent.edit import with_imports
from refactor_agent.tree import Tree

__all__ = ["with_faces"]


def with_faces(
    tree: Tree, file: str, data: bytes, names: Collection[str]
) -> tuple[bytes, Mapping[str, str]]:
    """Give ``file`` with a sync face for each async function at its top called in ``names``.

    The coroutine moves aside: ``main`` to ``main_async``, which the second result says.
    """
    module = cst.parse_module(data)
    taken = {n.name.value for n in module.body if isinstance(n, cst.FunctionDef)}
    new = {name: _free(name, taken) for name in names}
    body: list[cst.BaseCompoundStatement | cst.SimpleStatementLine] = []
    for node in module.body:
        if isinstance(node, cst.FunctionDef) and node.name.value in new and node.asynchronous:
            body.extend(_parted(node, new[node.name.value]))
        else:
            body.append(node)
    done = module.with_changes(body=body).bytes
    return with_imports(tree, file, done, [ImportEdit(file=file, module="asyncio")]), new


def _free(name: str, taken: Collection[str]) -> str:
    names = [beside(name.rstrip("_") or name, twin) for twin in TWIN_NAMES]
    found = next((one for one in names if one not in taken), "")
    return found or f"{name}_as_async"


def _runs(node: cst.FunctionDef, run: cst.Call) -> cst.BaseSmallStatement:
    returns = node.returns.annotation if node.returns is not None else None
    is_nothing = isinstance(returns, cst.Name) and returns.value == "None"
    return cst.Expr(run) if is_nothing else cst.Return(run)


def _parted(node: cst.FunctionDef, name: str) -> Iterator[cst.FunctionDef]:
    """Give the coroutine under its new name, and the face with the old name and decorators."""
    yield node.with_changes(name=cst.Name(name), decorators=())
    awaited = cst.Call(cst.Name(name), list(_passed_on(node.params)))
    run = cst.Call(cst.parse_expression("asyncio.run"), [cst.Arg(awaited)])
    lines: list[cst.BaseStatement] = [cst.SimpleStatementLine([_runs(node, run)])]
    docstring = node.get_docstring()
    if docstring is not None and isinstance(node.body, cst.IndentedBlock):
        lines.insert(0, cst.ensure_type(node.body.body[0], cst.SimpleStatementLine))
    yield node.with_changes(
        asynchronous=None,
        body=cst.IndentedBlock(lines),
        leading_lines=[cst.EmptyLine(indent=False)] * 2,
    )


def _passed_on(params: cst.Parameters) -> Iterator[cst.Arg]:
    for param in (*params.posonly_params, *params.params):
        yield cst.Arg(param.name)
    if isinstance(params.star_arg, cst.Param):
        yield cst.Arg(params.star_arg.name, star="*")
    for param in params.kwonly_params:
        yield cst.Arg(
            param.name,
            keyword=param.name,
            equal=TIGHT,
        )
    if params.star_kwarg is not None:
        yield cst.Arg(params.star_kwarg.name, star="**")
