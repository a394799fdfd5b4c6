"""What a failure's text is cut down to."""

from __future__ import annotations

import pytest

from refactor_agent.verify.told import told

PYTEST = """\
    async def test_count():
>       assert await (await count()) == 2
E       TypeError: object int can't be used in 'await' expression
E       and more of it

tests/test_stock.py:6: TypeError
"""
UNITTEST = """\
Traceback (most recent call last):
  File "{root}/tests/test_stock.py", line 9, in test_count
    self.assertEqual(count(), 2)
AssertionError: 1 != 2

"""


@pytest.mark.parametrize(("text", "line"), [
    (PYTEST, "TypeError: object int can't be used in 'await' expression"),
    (UNITTEST, "AssertionError: 1 != 2"),
    ("Error: it ended\n", "Error: it ended"),
    ("async def functions are not natively supported.\nYou need a plugin:\n  - anyio\n",
     "async def functions are not natively supported."),
    ("", ""),
])  # fmt: skip
def test_told(text, line):
    assert told(text) == line
