"""Comments in converted functions are kept."""

from __future__ import annotations

import ast
import io
import tokenize
from collections import Counter
from collections.abc import Iterator

from refactor_agent.verify.checks._check import Check, Example, Objection
from refactor_agent.verify.context import Context
from refactor_agent.verify.syntax import Module

__all__ = ["CHECK"]


def _find(context: Context) -> Iterator[Objection]:
    for file in context.python_files:
        if file in context.added_files:
            continue
        before, after = context.module_before(file), context.module_after(file)
        if before is not None and after is not None:
            for text in _comments(before) - _comments(after):
                yield Objection(f"{file}: the comment `{text}` is gone")
            for name, node in before.functions.items():
                new = after.functions.get(name)
                if new is not None and ast.get_docstring(node) and not ast.get_docstring(new):
                    yield Objection(f"{file}: the docstring of {name} is gone")


def _comments(module: Module) -> Counter[str]:
    """Every comment but those behind an import, which go with it when it is dropped."""
    imports = {
        line
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }
    return Counter(
        token.string
        for token in tokenize.tokenize(io.BytesIO(module.source).readline)
        if token.type == tokenize.COMMENT and token.start[0] not in imports
    )


_BEFORE = "def f():\n    # back off\n    time.sleep(1)  # noqa: S1\n"

CHECK = Check(
    name="lost-comment",
    hazards=("H-P3",),
    reason="What people wrote beside the code must survive its conversion.",
    find=_find,
    examples=(
        Example("docstring", 'def f():\n    """Do."""\n', "def f():\n    pass\n", "docstring of f"),
        Example(
            "dropped",
            _BEFORE,
            "async def f():\n    await asyncio.sleep(1)  # noqa: S1\n",
            "`# back off` is gone",
        ),
        Example(
            "with its import",
            "import time  # for the back-off\n\n\n" + _BEFORE,
            "import asyncio\n\n\n" + _BEFORE.replace("def", "async def"),
        ),
        Example(
            "kept",
            _BEFORE,
            "async def f():\n    # back off\n    await asyncio.sleep(1)  # noqa: S1\n",
        ),
    ),
)
