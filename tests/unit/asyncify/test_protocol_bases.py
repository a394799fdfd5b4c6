"""Classes whose protocol comes from a base: what names that base, and what calls it by hand."""

from __future__ import annotations

from textwrap import dedent

import pytest

CHANNEL = """\
from typing import AsyncContextManager, ContextManager


class Channel(ContextManager["Channel"]):
    def __exit__(self, *exc_info):
        self.close()

    def send(self, text):
        return text

    def close(self):
        pass


class AsyncChannel(AsyncContextManager["AsyncChannel"]):
    async def __aexit__(self, *exc_info):
        await self.close()

    async def send(self, text):
        return text

    async def close(self):
        pass
"""

CASES = [
    pytest.param(
        """
        from typing import ContextManager, Generic, TypeVar

        from channel import Channel

        T = TypeVar("T")

        class Pipeline(ContextManager["Pipeline"], Generic[T]):
            def __init__(self, channel: Channel):
                self.channel = channel

            def __enter__(self) -> "Pipeline":
                self.channel.__enter__()
                return self

            def __exit__(self, *exc_details):
                self.channel.__exit__(*exc_details)
        """,
        """
        from typing import AsyncContextManager, Generic, TypeVar

        from channel import AsyncChannel

        T = TypeVar("T")

        class Pipeline(AsyncContextManager["Pipeline"], Generic[T]):
            def __init__(self, channel: AsyncChannel):
                self.channel = channel

            async def __aenter__(self) -> "Pipeline":
                await self.channel.__aenter__()
                return self

            async def __aexit__(self, *exc_details):
                await self.channel.__aexit__(*exc_details)
        """,
        id="a context manager around another, entered by hand",
    ),
    pytest.param(
        """
        from collections.abc import Iterator

        from channel import Channel

        class Lines(Iterator[str]):
            def __init__(self, channel: Channel):
                self.channel = channel

            def __next__(self) -> str:
                return self.channel.send("next")
        """,
        """
        from collections.abc import AsyncIterator

        from channel import AsyncChannel

        class Lines(AsyncIterator[str]):
            def __init__(self, channel: AsyncChannel):
                self.channel = channel

            async def __anext__(self) -> str:
                return await self.channel.send("next")
        """,
        id="an iterator that says so by its base alone",
    ),
    pytest.param(
        """
        from channel import Channel

        class Lines:
            def __init__(self, channel: Channel):
                self.channel = channel

            def __iter__(self):
                return self

            def __next__(self) -> str:
                return self.channel.send("next")

            next = __next__
        """,
        """
        from channel import AsyncChannel

        class Lines:
            def __init__(self, channel: AsyncChannel):
                self.channel = channel

            def __aiter__(self):
                return self

            async def __anext__(self) -> str:
                return await self.channel.send("next")

            next = __anext__
        """,
        id="a second name of a special method, in the class",
    ),
    pytest.param(
        """
        from contextlib import AbstractAsyncContextManager, AbstractContextManager

        from channel import Channel

        class Client(AbstractContextManager, AbstractAsyncContextManager):
            def __init__(self, channel: Channel):
                self.channel = channel

            def __exit__(self, *exc_details):
                pass

            async def __aexit__(self, *exc_details):
                pass

            def send(self):
                return self.channel.send("text")
        """,
        """
        from contextlib import AbstractAsyncContextManager, AbstractContextManager

        from channel import AsyncChannel

        class Client(AbstractContextManager, AbstractAsyncContextManager):
            def __init__(self, channel: AsyncChannel):
                self.channel = channel

            def __exit__(self, *exc_details):
                pass

            async def __aexit__(self, *exc_details):
                pass

            async def send(self):
                return await self.channel.send("text")
        """,
        id="a class that serves both protocols itself",
    ),
    pytest.param(
        """
        from collections.abc import Iterator

        class Numbers(Iterator[int]):
            def __next__(self) -> int:
                return 1
        """,
        """
        from collections.abc import Iterator

        class Numbers(Iterator[int]):
            def __next__(self) -> int:
                return 1
        """,
        id="an iterator that waits for nothing stays one",
    ),
]


@pytest.mark.parametrize(("before", "after"), CASES)
def test_bases_go_along(convert, tmp_path, before, after):
    (tmp_path / "channel.py").write_text(CHANNEL, encoding="utf-8")
    done = convert(before, leaves={"channel.Channel": "channel.AsyncChannel"})
    assert done.files["app.py"].decode() == dedent(after)
