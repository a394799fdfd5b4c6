"""Examples in docstrings run what is async now."""

from __future__ import annotations

from textwrap import dedent

import pytest

from refactor_agent.entry.doctests import with_async_doctests

CASES = [
    pytest.param(
        """
        import asyncio

        async def load(name):
            '''Load it.

            >>> load("a")
            'A'
            >>> sorted(load(
            ...     "ba"))
            ['A', 'B']
            >>> for name in "ab":
            ...     print(load(name))
            A
            B
            >>> other("a"), reload("a")
            '''
        """,
        """
        import asyncio

        async def load(name):
            '''Load it.

            >>> asyncio.run(load("a"))
            'A'
            >>> sorted(asyncio.run(load(
            ...     "ba")))
            ['A', 'B']
            >>> for name in "ab":
            ...     print(asyncio.run(load(name)))
            A
            B
            >>> other("a"), reload("a")
            '''
        """,
        id="every call, wherever it stands",
    ),
    pytest.param(
        """
        async def load(name):
            '''Load it.

            >>> kind = "a"
            >>> load(kind)
            'A'
            '''
        """,
        """
        async def load(name):
            '''Load it.

            >>> kind = "a"
            >>> import asyncio
            >>> asyncio.run(load(kind))
            'A'
            '''
        """,
        id="a module that has no asyncio",
    ),
    pytest.param(
        """
        async def load(name):
            '''Load it.

            >>> load("\\\\")
            'A'
            '''
        """,
        None,
        id="what is escaped stays",
    ),
]


@pytest.mark.parametrize(("before", "after"), CASES)
def test_examples(before, after):
    text = dedent(before)
    wanted = text if after is None else dedent(after)
    assert with_async_doctests(text.encode(), {"load"}).decode() == wanted
