"""Words of a rule, written with the names that a file has for what they speak of."""

from __future__ import annotations

from typing import Protocol

import libcst as cst

from refactor_agent.convert.job import FileWork
from refactor_agent.convert.names import dotted, expression

__all__ = ["RESULT", "Speller", "speller"]

RESULT = "_result_"
"""The name that stands in a text for what is put there later."""


class Speller(Protocol):
    """Turns a rule's text into an expression for one file."""

    def __call__(self, text: str) -> cst.BaseExpression:
        """Parse ``text``; dotted names of modules are imported as the file does it."""


def speller(work: FileWork, near: cst.CSTNode) -> Speller:
    """Give the one for the file of ``work``; a name that is taken there is refused at ``near``."""

    def spell(text: str) -> cst.BaseExpression:
        spelled = expression(text).visit(_Names(work, near))
        assert isinstance(spelled, cst.BaseExpression)  # noqa: S101 - names become names
        return spelled

    return spell


class _Names(cst.CSTTransformer):
    def __init__(self, work: FileWork, near: cst.CSTNode) -> None:
        super().__init__()
        self._work = work
        self._near = near

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.BaseExpression:  # noqa: N802
        module, _, name = (dotted(original_node.func) or "").rpartition(".")
        if not module or module.partition(".")[0] == RESULT:
            return updated_node
        return updated_node.with_changes(func=self._work.names.spell(module, name, self._near))
