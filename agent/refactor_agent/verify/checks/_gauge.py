"""Counts of what is going on: up before, down in `finally`, whatever others do between."""

from __future__ import annotations

import ast

from refactor_agent.verify.checks._functions import own_nodes
from refactor_agent.verify.checks._units import Unit
from refactor_agent.verify.syntax import FunctionNode

__all__ = ["is_gauge"]


def is_gauge(unit: Unit, name: str) -> bool:
    """Say whether ``name`` is only counted up and down here, and decides nothing in its file.

    Each step is taken in one go, and the last one whatever happens, so the steps of several
    tasks add up to the same.
    """
    attribute = name.rpartition(".")[2]
    nodes = list(ast.walk(unit.module.tree))
    methods = {id(node.func) for node in nodes if isinstance(node, ast.Call)}
    uses = [node for node in nodes if _is(node, attribute) and id(node) not in methods]
    inside = {id(node) for node in own_nodes(unit.after)}
    steps = [node for node in own_nodes(unit.after) if isinstance(node, ast.AugAssign)]
    own = [step for step in steps if _is(step.target, attribute) and _is_step(step)]
    down = [step for step in own if isinstance(step.op, ast.Sub)]
    others = [
        node
        for node in uses
        if id(node) not in inside and isinstance(getattr(node, "ctx", None), ast.Load)
    ]
    return (
        bool(down)
        and len(own) == 2 * len(down) == sum(id(node) in inside for node in uses)
        and not others
        and all(_is_last(unit.after, step) for step in down)
    )


def _is(node: ast.AST, attribute: str) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == attribute


def _is_step(step: ast.AugAssign) -> bool:
    return isinstance(step.op, ast.Add | ast.Sub) and isinstance(step.value, ast.Constant)


def _is_last(function: FunctionNode, step: ast.AugAssign) -> bool:
    return any(isinstance(node, ast.Try) and step in node.finalbody for node in own_nodes(function))
