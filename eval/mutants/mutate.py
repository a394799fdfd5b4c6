"""From a right conversion to its mutants."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import libcst as cst
from eval.mutants.operators import OPERATORS, Operator

__all__ = ["Mutant", "mutants_of"]


@dataclass(frozen=True)
class Mutant:
    """One function with one mistake in it."""

    operator: str
    number: int
    """Counts the places in the function where the operator applies."""
    code: str


def mutants_of(code: str, operators: Mapping[str, Operator] = OPERATORS) -> Iterator[Mutant]:
    """Give every mutant of the function ``code``, which may be indented; each compiles."""
    indent = code[: len(code) - len(code.lstrip())]
    module = cst.parse_module(textwrap.dedent(code))
    for name, operator in operators.items():
        places = _Places(operator)
        module.visit(places)
        for number, (node, changed) in enumerate(places.found):
            mutated = module.deep_replace(node, changed)
            assert isinstance(mutated, cst.Module)  # noqa: S101 - a module stays one
            if _compiles(mutated.code):
                yield Mutant(name, number, textwrap.indent(mutated.code, indent))


class _Places(cst.CSTVisitor):
    def __init__(self, operator: Operator) -> None:
        super().__init__()
        self._operator = operator
        self.found: list[tuple[cst.CSTNode, cst.CSTNode]] = []

    def on_visit(self, node: cst.CSTNode) -> bool:
        changed = self._operator(node)
        if changed is not None:
            self.found.append((node, changed))
        return True


def _compiles(code: str) -> bool:
    """Say whether Python takes it: a mutant that can't be compiled is no mistake one can miss."""
    try:
        compile(code, "mutant", "exec", dont_inherit=True)
    except SyntaxError:
        return False
    return True
