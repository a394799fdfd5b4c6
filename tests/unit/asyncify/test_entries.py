"""Entry points whose waiting is done by what was handed to the object."""

from __future__ import annotations

from textwrap import dedent

import pytest

CASES = [
    pytest.param(
        """
        class Operation:
            def __init__(self, state, refresh, on_done):
                self.state = state
                self._refresh = refresh
                self.on_done = on_done

            def _update(self):
                if not self.state.done:
                    self.state = self._refresh()

            def done(self):
                self._update()
                return self.state.done
        """,
        ("Operation.done",),
        """
        class Operation:
            def __init__(self, state, refresh, on_done):
                self.state = state
                self._refresh = refresh
                self.on_done = on_done

            async def _update(self):
                if not self.state.done:
                    self.state = await self._refresh()

            async def done(self):
                await self._update()
                return self.state.done
        """,
        id="a callable that the constructor was given",
    ),
    pytest.param(
        """
        from calls import wrap

        class Client:
            def __init__(self, stub):
                self._get = wrap(stub.get)
                self._put = wrap(stub.put)
                self._name = str(stub)

            def get(self, key):
                return self._get(key)

            def put(self, key, value):
                self._put(key, value)

            def name(self):
                return self._name.strip()
        """,
        ("Client.get",),
        """
        from calls import wrap

        class Client:
            def __init__(self, stub):
                self._get = wrap(stub.get)
                self._put = wrap(stub.put)
                self._name = str(stub)

            async def get(self, key):
                return await self._get(key)

            async def put(self, key, value):
                await self._put(key, value)

            def name(self):
                return self._name.strip()
        """,
        id="a callable made as one that an entry point waits for",
    ),
]


@pytest.mark.parametrize(("before", "entries", "after"), CASES)
def test_entry(convert, before, entries, after):
    """What the entry point must wait for is awaited, all the way to it."""
    done = convert(before.lstrip("\n"), leaves={}, entries=entries)
    assert done.files["app.py"].decode() == dedent(after.lstrip("\n"))
    assert not done.refusals
