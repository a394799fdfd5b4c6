"""Guards of the sync side against what the async side is there for."""

from __future__ import annotations

from textwrap import dedent

import pytest

SAID = {
    "wire.Wire": "wire.AsyncWire",
    "callables of the user (check)": "may be coroutine functions",
}

GUARDS = [
    pytest.param(
        """\
        import inspect

        from wire import Wire


        class Reader:
            def __init__(self, wire: Wire, check=None):
                if check is not None and inspect.iscoroutinefunction(check):
                    raise TypeError("check must be a plain function: use the async reader")
                self.wire = wire
                self.check = check

            def read(self):
                text = self.wire.read()
                if self.check is not None:
                    self.check(text)
                return text
        """,
        '''\
        import inspect

        from wire import AsyncWire


        async def _settled(value):
            """Give what ``value`` is, or what awaiting it gives."""
            return await value if inspect.isawaitable(value) else value


        class Reader:
            def __init__(self, wire: AsyncWire, check=None):
                self.wire = wire
                self.check = check

            async def read(self):
                text = await self.wire.read()
                if self.check is not None:
                    await _settled(self.check(text))
                return text
        ''',
        id="in a constructor",
    ),
    pytest.param(
        """\
        from asyncio import iscoroutinefunction

        from wire import Wire


        def read(wire: Wire, check, done):
            if iscoroutinefunction(check):
                raise TypeError(check)
            if iscoroutinefunction(done):
                raise TypeError(done)
            if iscoroutinefunction(check) or check is done:
                raise TypeError(done)
            text = wire.read()
            done(text)
            return text
        """,
        """\
        from asyncio import iscoroutinefunction

        from wire import AsyncWire


        async def read(wire: AsyncWire, check, done):
            if iscoroutinefunction(done):
                raise TypeError(done)
            if iscoroutinefunction(check) or check is done:
                raise TypeError(done)
            text = await wire.read()
            done(text)
            return text
        """,
        id="but not of another callable, nor where something else is asked as well",
    ),
]


@pytest.mark.parametrize(("before", "after"), GUARDS)
def test_guards(convert, before, after):
    """What words allow is no longer forbidden."""
    assert convert(before, SAID).files["app.py"].decode() == dedent(after)
