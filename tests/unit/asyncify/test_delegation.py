"""``yield from`` hands on what is sent and thrown: converted generators do, too, when they run."""

from __future__ import annotations

import json
import subprocess
import sys
from textwrap import dedent

import pytest

RUNS = [
    pytest.param(
        """
        def ask(wire: Wire):
            answer = yield wire.read()
            while answer:
                answer = yield f"heard {answer}"

        def talk(wire: Wire):
            yield from ask(wire)
            yield "done"
        """,
        """
        talking = app.talk(AsyncWire())
        said = [await anext(talking), await talking.asend("hello"), await talking.asend("you")]
        said.append(await talking.asend(""))
        """,
        ["text", "heard hello", "heard you", "done"],
        id="what is sent reaches the generator that asked",
    ),
    pytest.param(
        """
        def careful(wire: Wire):
            try:
                yield wire.read()
            except KeyError as error:
                yield f"caught {error}"

        def outer(wire: Wire):
            yield from careful(wire)
        """,
        """
        run = app.outer(AsyncWire())
        said = [await anext(run), await run.athrow(KeyError("k"))]
        """,
        ["text", "caught 'k'"],
        id="what is thrown reaches the generator that catches it",
    ),
    pytest.param(
        """
        @contextmanager
        def noted(wire: Wire) -> Iterator[str]:
            yield from _noted(wire)

        def _noted(wire: Wire) -> Iterator[str]:
            try:
                yield wire.read()
            finally:
                notes.append("closed")

        def use(wire: Wire):
            try:
                with noted(wire) as text:
                    notes.append(text)
                    raise KeyError("k")
            except KeyError:
                notes.append("caught")
        """,
        """
        await app.use(AsyncWire())
        said = app.notes
        """,
        ["text", "closed", "caught"],
        id="an error in a managed body ends the inner generator first",
    ),
    pytest.param(
        """
        def tidy(wire: Wire):
            try:
                answer = yield wire.read()
            finally:
                notes.append("tidied")

        def outer(wire: Wire):
            yield from tidy(wire)
        """,
        """
        run = app.outer(AsyncWire())
        said = [await anext(run)]
        await run.aclose()
        said += app.notes
        """,
        ["text", "tidied"],
        id="closing closes what is delegated to",
    ),
    pytest.param(
        """
        def counted(limit):
            step = 1
            while limit > 0:
                limit -= step
                step = (yield limit) or 1

        def outer(wire: Wire):
            yield wire.read()
            yield from counted(5)
        """,
        """
        run = app.outer(AsyncWire())
        said = [await anext(run), await anext(run), await run.asend(3), await anext(run)]
        """,
        ["text", 4, 1, 0],
        id="a generator that stays plain is sent values as well",
    ),
]

HEAD = """\
from collections.abc import Iterator
from contextlib import contextmanager

from wire import Wire

notes = []


"""

DRIVER = """\
import asyncio, json, app
from wire import AsyncWire

async def drive():
{steps}
    return said

print(json.dumps(asyncio.run(drive())))
"""


@pytest.mark.parametrize(("code", "steps", "said"), RUNS)
def test_a_driven_generator(convert, tmp_path, code, steps, said):
    """The converted code runs, and says what the sync code would."""
    done = convert(HEAD + dedent(code.lstrip("\n")))
    assert not done.refusals
    (tmp_path / "app.py").write_bytes(done.files["app.py"])
    body = "\n".join(f"    {line}" for line in dedent(steps.strip("\n")).splitlines())
    (tmp_path / "drive.py").write_text(DRIVER.format(steps=body), encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, "-X", "dev", "-W", "error", "drive.py"],
        cwd=tmp_path,
        check=False,
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout) == said


SHORT = [
    pytest.param(
        """
        def walk(wire: Wire, depth):
            yield wire.read()
            if depth:
                yield from walk(wire, depth - 1)
        """,
        """
        async def walk(wire: AsyncWire, depth):
            yield await wire.read()
            if depth:
                async for item in walk(wire, depth - 1):
                    yield item
        """,
        id="a generator that delegates to itself and only yields",
    ),
    pytest.param(
        """
        def lines(wire: Wire, more) -> Iterator[str]:
            yield wire.read()
            yield from more
        """,
        """
        async def lines(wire: AsyncWire, more) -> AsyncIterator[str]:
            yield await wire.read()
            for item in more:
                yield item
        """,
        id="an iterator, to which nobody sends anything",
    ),
]


@pytest.mark.parametrize(("before", "after"), SHORT)
def test_a_loop_says_the_same(convert, before, after):
    """Where nothing listens, delegation is a loop that yields."""
    made = convert(HEAD + dedent(before.lstrip("\n"))).files["app.py"].decode()
    assert made.partition("notes = []\n\n\n")[2] == dedent(after.lstrip("\n"))


REFUSED = [
    pytest.param("return (yield from part)", [], id="what it returns may be a value"),
    pytest.param("yield from part", ["outer"], id="what it gives in the end is not used"),
]


@pytest.mark.parametrize(("statement", "coloured"), REFUSED)
def test_a_result_is_not_lost(convert, statement, coloured):
    """An async generator returns nothing: one that might is refused."""
    done = convert(f"{HEAD}def outer(wire: Wire, part):\n    yield wire.read()\n    {statement}\n")
    assert [name.rpartition(".")[2] for name in done.coloured] == coloured
    reasons = [refusal.reason for refusal in done.refusals]
    assert reasons == ([] if coloured else ["generator-result"])
