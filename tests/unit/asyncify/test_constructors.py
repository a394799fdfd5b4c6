"""What a constructor would have to wait for is done before the object is first used."""

from __future__ import annotations

import json
import subprocess
import sys
from textwrap import dedent

import pytest

HEAD = """\
from wire import Wire


"""

CASES = [
    pytest.param(
        """
        class Reader:
            def __init__(self, wire: Wire, loud: bool) -> None:
                self.wire = wire
                # The other side waits for a greeting.
                if loud:
                    wire.read()
                self.seen = 0

            def rows(self):
                \"\"\"Give what there is.\"\"\"
                return self.wire.read()

            def close(self): self.wire.close()

            def count(self):
                return self.seen
        """,
        """
        class Reader:
            def __init__(self, wire: AsyncWire, loud: bool) -> None:
                self.wire = wire

                # The other side waits for a greeting.
                async def prepare() -> None:
                    if loud:
                        await wire.read()

                self._ready = _Once(prepare)
                self.seen = 0

            async def rows(self):
                \"\"\"Give what there is.\"\"\"
                await self._ready()
                return await self.wire.read()

            async def close(self):
                await self._ready()
                await self.wire.aclose()

            def count(self):
                return self.seen
        """,
        id="methods that wait begin with it; others stay",
    ),
    pytest.param(
        """
        class Reader:
            def __init__(self, wire: Wire):
                self.wire = wire
                self._greeting = wire.read()
                wire.read()

            def greeting(self):
                return self._greeting + self._rest()

            def _rest(self):
                return self.wire.read()

            def all(self):
                if self.wire:
                    return self.greeting()

            def first(self):
                return self.greeting()[0]
        """,
        """
        class Reader:
            def __init__(self, wire: AsyncWire):
                self.wire = wire

                async def prepare():
                    self._greeting = await wire.read()
                    await wire.read()

                self._ready = _Once(prepare)

            async def greeting(self):
                await self._ready()
                return self._greeting + await self._rest()

            async def _rest(self):
                return await self.wire.read()

            async def all(self):
                await self._ready()
                if self.wire:
                    return await self.greeting()

            async def first(self):
                return (await self.greeting())[0]
        """,
        id="an attribute that async methods alone use; who is led there by another needs no guard",
    ),
    pytest.param(
        """
        class Base:
            def __init__(self, wire: Wire):
                self.wire = wire
                self.open()

            def open(self):
                self.wire.read()

        class Reader(Base):
            def rows(self):
                return self.wire.read()
        """,
        """
        class Base:
            def __init__(self, wire: AsyncWire):
                self.wire = wire

                async def prepare():
                    await self.open()

                self._ready = _Once(prepare)

            async def open(self):
                await self._ready()
                await self.wire.read()

        class Reader(Base):
            async def rows(self):
                await self._ready()
                return await self.wire.read()
        """,
        id="a method that the constructor calls, and those of a subclass",
    ),
]


@pytest.mark.parametrize(("before", "after"), CASES)
def test_it_is_done_later(convert, before, after):
    """The statement moves to a function that methods wait for, and that is told."""
    done = convert(HEAD + dedent(before.lstrip("\n")))
    made = done.files["app.py"].decode()
    assert [refusal.reason for refusal in done.refusals] == ["constructor-later"]
    assert made.partition("self._prepare = None\n\n\n")[2] == dedent(after.lstrip("\n"))


REFUSED = [
    pytest.param(
        """
        class Reader:
            def __init__(self, wire: Wire):
                self.wire = wire
                text = wire.read()
                self.length = len(text)

            def rows(self):
                return self.wire.read()
        """,
        id="what stays uses what it gives",
    ),
    pytest.param(
        """
        class Reader:
            def __init__(self, wire: Wire):
                self.wire = wire
                self.greeting = wire.read()

            def rows(self):
                return self.wire.read()

            def describe(self):
                return self.greeting
        """,
        id="a plain method uses what is set",
    ),
    pytest.param(
        """
        class Reader:
            def __init__(self, wire: Wire):
                wire.read()
                wire = self.wire = Wire()

            def rows(self):
                return self.wire.read()
        """,
        id="what it reads is another object later",
    ),
    pytest.param(
        """
        class Reader:
            __slots__ = ("wire",)

            def __init__(self, wire: Wire):
                self.wire = wire
                wire.read()

            def rows(self):
                return self.wire.read()
        """,
        id="an object that takes no more attributes",
    ),
    pytest.param(
        """
        class Reader:
            def __init__(self, wire: Wire):
                self.wire = wire
                if not wire:
                    return
                wire.read()

            def rows(self):
                return self.wire.read()
        """,
        id="a constructor that may end before it",
    ),
]


@pytest.mark.parametrize("text", REFUSED)
def test_it_is_refused(convert, text):
    """What can't be done later stays where it is, with the reason."""
    done = convert(HEAD + dedent(text.lstrip("\n")))
    assert [refusal.reason for refusal in done.refusals] == ["constructor"]
    assert "_Once" not in done.files["app.py"].decode()


APP = """\
import time


class Store:
    def __init__(self, log, *, broken=False):
        self.log = log
        self.connect(broken)

    def connect(self, broken):
        time.sleep(0.01)
        self.log.append("connecting")
        if broken:
            raise OSError("nobody there")
        time.sleep(0.01)
        self.log.append("connected")

    def ask(self, text):
        time.sleep(0)
        self.log.append(text)
"""

RUN = """\
import asyncio, json
import app


async def run():
    log, errors = [], []
    store = app.Store(log)
    await asyncio.gather(store.ask("a"), store.ask("b"))
    await store.ask("c")
    broken = app.Store([], broken=True)
    for _ in range(2):
        try:
            await broken.ask("d")
        except OSError as error:
            errors.append(str(error))
    print(json.dumps([log, errors, broken.log]))


asyncio.run(run())
"""


def test_it_runs_once_and_first(convert, tmp_path):
    """Tasks wait for the one that does it; where it fails, each use fails."""
    done = convert(APP, leaves={"time.sleep": "asyncio.sleep"})
    (tmp_path / "app.py").write_bytes(done.files["app.py"])
    ran = subprocess.run(
        [sys.executable, "-X", "dev", "-c", RUN],
        cwd=tmp_path,
        check=False,
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert ran.returncode == 0, ran.stderr
    log, errors, broken = json.loads(ran.stdout)
    assert log == ["connecting", "connected", "a", "b", "c"]
    assert errors == ["nobody there"] * 2
    assert broken == ["connecting"] * 2
    assert "never awaited" not in ran.stderr
