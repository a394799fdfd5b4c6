"""The statements of a constructor that can run later than it does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import libcst as cst

from refactor_agent.asyncify.nodes import within
from refactor_agent.asyncify.site import Unit

__all__ = ["Later", "later"]

_STAYS = (
    cst.Await,
    cst.ClassDef,
    cst.Del,
    cst.FunctionDef,
    cst.Global,
    cst.Import,
    cst.ImportFrom,
    cst.Nonlocal,
    cst.Return,
    cst.Yield,
)
"""What means something else in a function of its own."""
_STAYING_NAMES = frozenset({"super", "__class__", "locals"})


class Later(NamedTuple):
    """What a constructor leaves to be done later."""

    statements: tuple[cst.BaseStatement, ...]
    attributes: frozenset[str]
    """The object's attributes that it sets."""


def later(unit: Unit, waits: Iterable[cst.CSTNode]) -> Later | None:
    """Give the statements of a constructor that ``waits`` stand in, if they can run later.

    They can where nothing that stays in the constructor uses what they bind, or binds anew what
    they read.
    """
    body = unit.node.body
    if not isinstance(body, cst.IndentedBlock) or not unit.node.params.params:
        return None
    moved = _statements(unit, body, set(waits))
    owner = unit.node.params.params[0].name.value
    attributes: set[str] = set()
    bound: set[str] = set()
    for statement in moved:
        targets = list(_targets(statement))
        own = {name for target in targets if (name := _own_attribute(target, owner))}
        names = {target.value for target in targets if isinstance(target, cst.Name)}
        if _is_tied(statement) or len(own) + len(names) < len(targets):
            return None
        attributes |= own
        bound |= names
    staying = [line for line in body.body if line not in moved]
    after = body.body[min(map(body.body.index, moved)) :]
    if _uses(staying, bound, attributes) or bound & _parameters(unit.node):
        return None
    rebound = {t.value for line in after if line not in moved for t in _targets(line)
               if isinstance(t, cst.Name)}  # fmt: skip
    if rebound & _names(moved) or _leaves_before(body.body, moved[-1]):
        return None
    return Later(tuple(moved), frozenset(attributes))


def _statements(
    unit: Unit, body: cst.IndentedBlock, waits: set[cst.CSTNode]
) -> list[cst.BaseStatement]:
    """Give the statements of the body itself that ``waits`` stand in."""
    around = {outer for node in waits for outer in (node, *unit.module.source.ancestors(node))}
    return [line for line in body.body if line in around]


def _is_tied(statement: cst.CSTNode) -> bool:
    nodes = list(within(statement))
    names = {node.value for node in nodes if isinstance(node, cst.Name)}
    return any(isinstance(node, _STAYS) for node in nodes) or bool(names & _STAYING_NAMES)


def _leaves_before(body: Iterable[cst.CSTNode], last: cst.CSTNode) -> bool:
    """Say whether the constructor may end before ``last`` of its statements."""
    for line in body:
        if line is last:
            return False
        if any(isinstance(node, cst.Return) for node in within(line)):
            return True
    return False


def _uses(lines: Iterable[cst.CSTNode], names: set[str], attributes: set[str]) -> bool:
    nodes = [node for line in lines for node in within(line)]
    read = {node.attr.value for node in nodes if isinstance(node, cst.Attribute)}
    return bool(_names(lines) & names or read & attributes)


def _names(lines: Iterable[cst.CSTNode]) -> set[str]:
    """Give the names that stand in ``lines``: not those of attributes and arguments."""
    found: set[str] = set()
    for line in lines:
        apart: set[cst.CSTNode] = set()
        for node in within(line):
            if isinstance(node, cst.Attribute):
                apart.add(node.attr)
            elif isinstance(node, cst.Arg) and node.keyword is not None:
                apart.add(node.keyword)
            elif isinstance(node, cst.Name) and node not in apart:
                found.add(node.value)
    return found


def _targets(statement: cst.CSTNode) -> Iterator[cst.BaseExpression]:
    """Give what ``statement`` binds, tuples taken apart."""
    for node in within(statement):
        found: list[cst.BaseExpression] = []
        if isinstance(node, cst.Assign):
            found = [target.target for target in node.targets]
        elif isinstance(node, cst.AnnAssign | cst.AugAssign | cst.NamedExpr | cst.For):
            found = [node.target]
        elif isinstance(node, cst.AsName):
            found = [node.name]
        while found:
            target = found.pop()
            if isinstance(target, cst.Tuple | cst.List):
                found.extend(element.value for element in target.elements)
            else:
                yield target


def _own_attribute(target: cst.BaseExpression, owner: str) -> str:
    is_own = isinstance(target, cst.Attribute) and isinstance(target.value, cst.Name)
    if is_own and isinstance(target, cst.Attribute) and isinstance(target.value, cst.Name):
        return target.attr.value if target.value.value == owner else ""
    return ""


def _parameters(node: cst.FunctionDef) -> set[str]:
    given = node.params
    stars = (given.star_arg, given.star_kwarg)
    every = (*given.posonly_params, *given.params, *given.kwonly_params, *stars)
    return {item.name.value for item in every if isinstance(item, cst.Param)}
