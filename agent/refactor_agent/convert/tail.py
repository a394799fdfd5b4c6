"""The assignment at the end of a block, which becomes a ``return``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import libcst as cst

from refactor_agent.convert.variables import names_in

__all__ = ["Tail", "find_tail", "with_tail_returned"]

_EMPTY = cst.Module([])
Statement = cst.BaseStatement


class Tail(NamedTuple):
    """The last thing a block does is to assign."""

    targets: str
    """Source text up to and with the last ``=`` and its blank."""
    names: tuple[str, ...]
    """Variables that it binds."""


def find_tail(statements: Sequence[Statement], given: Sequence[str]) -> Tail | None:
    """Give the final assignment, if it alone gives what is read afterwards."""
    last = _last(statements[-1])
    if isinstance(last, cst.Assign):
        targets: Sequence[cst.BaseExpression] = [t.target for t in last.targets]
    elif isinstance(last, cst.AnnAssign) and last.value is not None:
        targets = [last.target]
    else:
        return None
    names = tuple(name.value for target in targets for name in _plain_names(target))
    if not set(given) <= set(names):
        return None
    if any(not _is_plain(target) for target in targets) and _bound_inside(statements, targets):
        return None
    code = _EMPTY.code_for_node(last.with_changes(value=cst.Name("_")))
    return Tail(code.removesuffix("_"), names)


def with_tail_returned(statement: Statement) -> Statement:
    """Give the statement with its final assignment turned into ``return``."""
    if isinstance(statement, cst.With):
        block = cst.ensure_type(statement.body, cst.IndentedBlock)
        body = [*block.body[:-1], with_tail_returned(block.body[-1])]
        return statement.with_changes(body=block.with_changes(body=body))
    line = cst.ensure_type(statement, cst.SimpleStatementLine)
    last = line.body[-1]
    assert isinstance(last, cst.Assign | cst.AnnAssign)  # noqa: S101 - `find_tail` found it
    returned = cst.Return(last.value, semicolon=last.semicolon)
    return line.with_changes(body=[*line.body[:-1], returned])


def _last(statement: Statement) -> cst.BaseSmallStatement | None:
    if isinstance(statement, cst.SimpleStatementLine):
        return statement.body[-1]
    if isinstance(statement, cst.With) and isinstance(statement.body, cst.IndentedBlock):
        managers = [_EMPTY.code_for_node(item.item) for item in statement.items]
        if not any("suppress" in manager for manager in managers):
            return _last(statement.body.body[-1])
    return None


def _is_plain(target: cst.BaseExpression) -> bool:
    if isinstance(target, cst.Tuple | cst.List):
        return all(_is_plain(element.value) for element in target.elements)
    return isinstance(target, cst.Name)


def _plain_names(target: cst.BaseExpression) -> list[cst.Name]:
    if isinstance(target, cst.Name):
        return [target]
    if isinstance(target, cst.Tuple | cst.List):
        return [name for element in target.elements for name in _plain_names(element.value)]
    return []


def _bound_inside(statements: Sequence[Statement], targets: Sequence[cst.BaseExpression]) -> bool:
    """Say whether a target such as ``rows[key]`` may use a name that the block binds."""
    read = {name.value for target in targets for name in names_in(cst.Expr(target))}
    finder = _Bound()
    for statement in statements:
        statement.visit(finder)
    return bool(read & finder.names)


class _Bound(cst.CSTVisitor):
    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def visit_AssignTarget(self, node: cst.AssignTarget) -> None:  # noqa: N802
        self.names.update(name.value for name in _plain_names(node.target))

    def visit_AnnAssign(self, node: cst.AnnAssign) -> None:  # noqa: N802
        self.names.update(name.value for name in _plain_names(node.target))

    def visit_AsName(self, node: cst.AsName) -> None:  # noqa: N802
        self.names.update(name.value for name in _plain_names(node.name))

    def visit_For(self, node: cst.For) -> None:  # noqa: N802
        self.names.update(name.value for name in _plain_names(node.target))
