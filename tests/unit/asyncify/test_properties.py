"""Properties that wait: they stay properties, and are read with ``await``."""

from __future__ import annotations

import asyncio

BEFORE = """\
from wire import Wire


class Client:
    def __init__(self, wire: Wire):
        self.wire = wire

    @property
    def token(self) -> str:
        return self.wire.read()

    @property
    def headers(self):
        return {"token": self.token.upper()}

    @property
    def first(self):
        for text in self.wire.lines():
            return text
        return None


def ask(client: Client):
    headers = client.headers
    return [client.token, headers["token"], client.wire]
"""

AFTER = """\
    @property
    async def token(self) -> str:
        return await self.wire.read()

    @property
    async def headers(self):
        return {"token": (await self.token).upper()}

    @property
    async def first(self):
        async for text in self.wire.lines():
            return text
        return None


async def ask(client: Client):
    headers = await client.headers
    return [await client.token, headers["token"], client.wire]
"""


def test_properties_are_awaited(convert):
    """By those that read them, in chains as well."""
    done = convert(BEFORE)
    written = done.files["app.py"].decode()
    assert AFTER in written
    assert not done.refusals


SET = """\
from wire import Wire


class Client:
    def __init__(self, wire: Wire):
        self.wire = wire

    @property
    def token(self) -> str:
        return self.wire.read()

    @token.setter
    def token(self, text):
        self.wire.read()
        self.seen = text


def renew(client: Client):
    client.token = client.token + "1"
"""


def test_what_an_assignment_runs_stays_plain(convert):
    """Nobody could await it."""
    done = convert(SET)
    written = done.files["app.py"].decode()
    assert "    def token(self, text):\n        self.wire.read()\n" in written
    assert '    client.token = await client.token + "1"\n' in written
    assert [(one.reason, one.site.span.line) for one in done.refusals] == [("property", 14)]


def test_awaited_properties_run(convert, tmp_path, monkeypatch):
    """Python runs a property that is a coroutine function."""
    done = convert(BEFORE)
    (tmp_path / "converted_properties.py").write_bytes(done.files["app.py"])
    monkeypatch.syspath_prepend(str(tmp_path))
    import converted_properties
    from wire import AsyncWire

    client = converted_properties.Client(AsyncWire())
    assert asyncio.run(converted_properties.ask(client))[:2] == ["text", "TEXT"]
