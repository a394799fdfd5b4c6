"""Code that fills something once: ``if client is None: client = connect()``.

What it fills outlives the call, a variable of the module or an attribute of the class, so that the
code behind the test runs for the first call alone.
"""

from __future__ import annotations

import ast

from refactor_agent.locate.summarise.walk import LEAVES, Walk, place_of

__all__ = ["note_filling"]


def note_filling(walk: Walk, node: ast.If) -> None:
    """Note the stretch that ``node`` lets run where what it tests is unset, if that sets it."""
    unset = _unset_where(node.test, holds=True)
    if unset is not None and _outlives(walk, unset, node):
        last = node.body[-1]
        start, end = place_of(node.body[0])[:2], place_of(last)[2:]
        walk.body.filling.append((*start, *end))
        return
    is_set = _unset_where(node.test, holds=False)
    leaves = not node.orelse and isinstance(node.body[-1], LEAVES)
    if leaves and isinstance(is_set, ast.Name) and _is_declared(walk, is_set):
        walk.body.filling.append((*place_of(node)[2:], *walk.end))


def _unset_where(test: ast.expr, *, holds: bool) -> ast.expr | None:
    """Give what is ``None``, or false, where ``test`` holds; or where it does not."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return _unset_where(test.operand, holds=not holds)
    if isinstance(test, ast.Name | ast.Attribute):
        return None if holds else test
    if not isinstance(test, ast.Compare) or len(test.ops) != 1:
        return None
    other = test.comparators[0]
    wanted = ast.Is if holds else ast.IsNot
    if isinstance(other, ast.Constant) and other.value is None and type(test.ops[0]) is wanted:
        return test.left
    return None


def _outlives(walk: Walk, tested: ast.expr, node: ast.If) -> bool:
    if isinstance(tested, ast.Name):
        return _is_declared(walk, tested)
    if not isinstance(tested, ast.Attribute) or not isinstance(tested.value, ast.Name):
        return False
    owner = tested.value.id
    if owner != "cls" or walk.scope.self_name != owner:
        return False
    return any(_sets(statement, owner, tested.attr) for statement in ast.walk(node))


def _is_declared(walk: Walk, name: ast.Name) -> bool:
    """Say whether a function that reads ``name`` also sets it, outside itself."""
    home = walk.scope.declared.get(name.id)
    return home is not None and home.kind == "module"


def _sets(node: ast.AST, owner: str, name: str) -> bool:
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    return any(
        isinstance(target, ast.Attribute)
        and target.attr == name
        and isinstance(target.value, ast.Name)
        and target.value.id == owner
        for target in targets
    )
