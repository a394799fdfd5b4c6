"""Examples in docstrings run what is async now, or a note names them."""

from __future__ import annotations

from textwrap import dedent

import pytest

from refactor_agent.entry.doctests import with_run_examples

MODULE = '''
import {library}


{async}def load(n):
    """Give the number.

    {example}
    """
    {sleep}
    return n


class Client:
    {async}def get(self, n):
        return {await}load(n)

    {async}def each(self, n):
        for i in range(n):
            yield {await}load(i)
'''


def _module(example: str, *, is_async: bool) -> bytes:
    words = {
        "async": "async ",
        "await": "await ",
        "library": "asyncio",
        "sleep": "await asyncio.sleep(0)",
    }
    if not is_async:
        words = {"async": "", "await": "", "library": "time", "sleep": "time.sleep(0)"}
    indented = dedent(example).strip().replace("\n", "\n    ")
    return MODULE.format(example=indented, **words).lstrip().encode()


RUN = [
    pytest.param(
        """
        >>> load(1)
        1
        """,
        """
        >>> import asyncio
        >>> asyncio.run(load(1))
        1
        """,
        id="a call",
    ),
    pytest.param(
        """
        With numbers:

        >>> import asyncio
        >>> [load(n) for n in (1, 2)]  # two
        [1, 2]
        >>> for n in (1, 2):
        ...     print(load(n), load(2))
        1 2
        2 2
        """,
        """
        With numbers:

        >>> import asyncio
        >>> [asyncio.run(load(n)) for n in (1, 2)]  # two
        [1, 2]
        >>> for n in (1, 2):
        ...     print(asyncio.run(load(n)), asyncio.run(load(2)))
        1 2
        2 2
        """,
        id="within other code, and on lines below the first",
    ),
    pytest.param(
        """
        >>> Client().get(1) + Client().get(2)
        3
        >>> client = Client()
        >>> client.get(4)
        4
        """,
        """
        >>> import asyncio
        >>> asyncio.run(Client().get(1)) + asyncio.run(Client().get(2))
        3
        >>> client = Client()
        >>> asyncio.run(client.get(4))
        4
        """,
        id="an object that is made for it, or asked once",
    ),
    pytest.param(
        """
        >>> {}.get(1)
        >>> max(1, 2)
        2
        """,
        """
        >>> {}.get(1)
        >>> max(1, 2)
        2
        """,
        id="what is not async",
    ),
]


@pytest.mark.parametrize(("before", "after"), RUN)
def test_examples_run_it(before, after):
    old = _module(before, is_async=False)
    done = with_run_examples("shop.py", old, _module(before, is_async=True))
    assert done.data == _module(after, is_async=True)
    assert done.notes == ()


LEFT = [
    pytest.param(">>> list(Client().each(2))\n[0, 1]", 7, id="read with async for"),
    pytest.param(">>> client.get(1)\n1", 7, id="of nobody knows whom"),
    pytest.param(">>> load(load(1))\n1", 7, id="one in another"),
    pytest.param(
        ">>> client = Client()\n>>> client.get(1)\n1\n>>> client.get(2)\n2", 8,
        id="an object that is asked twice, whose connections would be of two loops",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("example", "line"), LEFT)
def test_examples_that_are_left_are_named(example, line):
    new = _module(example, is_async=True)
    done = with_run_examples("shop.py", _module(example, is_async=False), new)
    assert done.data == new
    assert done.notes[0][1].startswith(f"shop.py:{line}: the example `")


def test_what_was_async_before_is_shown_as_it_was():
    new = _module(">>> load(1)\n<coroutine", is_async=True)
    assert with_run_examples("shop.py", new, new) == (new, ())


def test_a_face_stays_plain():
    old, new = (_module(">>> load(1)\n1", is_async=is_async) for is_async in (False, True))
    assert with_run_examples("shop.py", old, new, ["load"]) == (new, ())
