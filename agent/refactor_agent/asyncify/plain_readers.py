"""Functions that stay plain and loop over what they are given."""

from __future__ import annotations

from collections.abc import Collection

from refactor_agent.locate.resolve.evaluate import Evaluator
from refactor_agent.locate.resolve.index import ProjectFunction
from refactor_agent.locate.resolve.values import External, FunctionValue, Values

__all__ = ["is_read_by"]

_READERS = frozenset(
    f"builtins.{name}"
    for name in (
        "all", "any", "dict", "enumerate", "filter", "frozenset", "list", "max", "min", "set",
        "sorted", "sum", "tuple", "zip",
    )
)  # fmt: skip
"""Builtins that read their first argument."""


def is_read_by(
    evaluator: Evaluator, callees: Values, position: int, changing: Collection[str]
) -> bool:
    """Say whether a callee, other than those that are ``changing``, loops over an argument."""
    for value in callees:
        if isinstance(value, FunctionValue) and value.name not in changing:
            callee = evaluator.index.functions[value.name]
            names = [p.name for p in callee.facts.parameters if p.kind == "positional"]
            at = position + (value.receiver is not None)
            if callee.facts.is_async or at >= len(names):
                continue
            if _reads(evaluator, callee, names[at]):
                return True
    return False


def _reads(evaluator: Evaluator, function: ProjectFunction, parameter: str) -> bool:
    """Say whether a function loops over a parameter, or has a builtin do so."""
    read = {term for term, _, _ in function.body.iterations}
    for call in function.body.calls:
        values = evaluator.term(function, call.func)
        if call.args and any(isinstance(v, External) and v.name in _READERS for v in values):
            read.add(call.args[0])
    return ("p", parameter) in read or ("h", function.number, parameter) in read
