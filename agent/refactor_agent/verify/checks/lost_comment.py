"""Comments in converted functions are kept."""

from __future__ import annotations

import io
import tokenize
from collections import Counter
from collections.abc import Iterator

from refactor_agent.verify.checks._check import Check, Example, Objection
from refactor_agent.verify.context import Context

__all__ = ["CHECK"]


def _find(context: Context) -> Iterator[Objection]:
    for file in context.python_files:
        if file in context.added_files:
            continue
        missing = _comments(context.before.read(file)) - _comments(context.after.read(file))
        for text in missing:
            yield Objection(f"{file}: the comment `{text}` is gone")


def _comments(source: bytes) -> Counter[str]:
    try:
        return Counter(
            token.string
            for token in tokenize.tokenize(io.BytesIO(source).readline)
            if token.type == tokenize.COMMENT
        )
    except (tokenize.TokenError, SyntaxError):  # the parse has been checked by others
        return Counter()


_BEFORE = "def f():\n    # back off\n    time.sleep(1)  # noqa: S1\n"

CHECK = Check(
    name="lost-comment",
    hazards=("H-P3",),
    reason="What people wrote beside the code must survive its conversion.",
    find=_find,
    examples=(
        Example(
            "dropped",
            _BEFORE,
            "async def f():\n    await asyncio.sleep(1)  # noqa: S1\n",
            "`# back off` is gone",
        ),
        Example(
            "kept",
            _BEFORE,
            "async def f():\n    # back off\n    await asyncio.sleep(1)  # noqa: S1\n",
        ),
    ),
)
