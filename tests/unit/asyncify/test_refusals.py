"""What can't become async stays as it is, and says why."""

from __future__ import annotations

import asyncio
import gc
import warnings
from textwrap import dedent

import pytest

CASES = [
    pytest.param(
        """
        from wire import Wire


        class Client:
            def __init__(self, wire: Wire):
                self.greeting = wire.read()
        """,
        "constructor",
        id="a constructor",
    ),
    pytest.param(
        """
        from functools import cached_property

        from wire import Wire


        class Client:
            wire: Wire

            @cached_property
            def greeting(self):
                return self.wire.read()
        """,
        "property",
        id="a property that keeps what it gives",
    ),
    pytest.param(
        """
        from wire import Wire


        class Client:
            wire: Wire

            def __len__(self):
                return len(self.wire.read())
        """,
        "dunder",
        id="a special method that Python would not await",
    ),
    pytest.param(
        """
        import signal

        from wire import Wire


        def start(wire: Wire):
            def work():
                wire.read()

            signal.signal(2, work)
        """,
        "callback",
        id="a function that a library calls",
    ),
    pytest.param(
        """
        from wire import Wire


        def chunks(wire: Wire):
            yield wire.read()
            return "end"
        """,
        "generator-result",
        id="a generator that returns a value",
    ),
    pytest.param(
        """
        from threading import Thread

        from wire import Wire


        class Reader(Thread):
            def __init__(self, wire: Wire):
                super().__init__()
                self.wire = wire

            def run(self):
                print(self.wire.read())
        """,
        "callback",
        id="what a thread runs",
    ),
    pytest.param(
        """
        from threading import Timer

        from wire import Wire


        class Clock:
            wire: Wire

            def tick(self):
                self.wire.read()
                Timer(5, self.tick).start()
        """,
        "callback",
        id="what a timer calls",
    ),
    pytest.param(
        """
        from wire import Wire


        def size(wire: Wire):
            return len(wire.read())


        def ordered(wires: list[Wire]):
            return sorted(wires, key=size)
        """,
        "callback",
        id="what orders a list",
    ),
]


@pytest.mark.parametrize(("text", "reason"), CASES)
def test_refusal(convert, text, reason):
    """The function keeps its colour; the refusal names it."""
    done = convert(text.lstrip("\n"))
    assert [refusal.reason for refusal in done.refusals] == [reason]
    assert "async def" not in done.files["app.py"].decode()


def test_nothing_to_wait_for(convert):
    """A file that reaches no leaf comes out byte for byte."""
    text = dedent(
        """\
        def add(a,b):
            return a+b   # odd spacing stays
        """
    )
    done = convert(text)
    assert done.files["app.py"].decode() == text
    assert not done.coloured


def test_a_leaf_in_words_is_told(convert):
    """A pair that names no class or function is refused by name."""
    done = convert("x = 1\n", leaves={"the wire's calls": "coroutines"})
    assert [refusal.reason for refusal in done.refusals] == ["leaf-not-a-name"]


def test_a_lock_that_a_property_holds(convert):
    """A lock that is annotated by its other name is one all the same, and a property can't wait."""
    text = """\
        import threading
        from _thread import LockType

        class Lazy:
            def __init__(self):
                self._lock: LockType = threading.Lock()
                self._value = None

            @property
            def value(self):
                with self._lock:
                    self._value = self._value or object()
                return self._value
        """
    done = convert(dedent(text), leaves={"threading.Lock": "asyncio.Lock"})
    assert "property" in {refusal.reason for refusal in done.refusals}


SHELL = """\
from wire import Wire


class Shell:
    wire: Wire

    def _do_read(self):
        return self.do_read()

    def do_read(self):
        return self.wire.read()

"""

LOOKED_UP = [
    pytest.param(
        'method = getattr(self, "do_" + name)\n        return [method]', id="by its first letters"
    ),
    pytest.param('return print(getattr(self, f"{name}_read"))', id="by its last letters"),
    pytest.param('return getattr(self, "_" + name)()', id="by nothing that says which"),
]


@pytest.mark.parametrize("body", LOOKED_UP)
def test_a_method_that_is_looked_up_and_handed_on(convert, body):
    """Whether it became async is not known where it is called."""
    done = convert(SHELL + f"    def run(self, name):\n        {body}\n")
    assert [refusal.reason for refusal in done.refusals] == ["looked-up"]
    assert "async def run" not in done.files["app.py"].decode()


OUTSIDE = """\
from contextlib import contextmanager

from wire import Wire


@contextmanager
def opened(wire: Wire):
    ask(wire)
    yield wire


def ask(wire: Wire):
    return wire.read()


def is_open(wire: Wire):
    return wire is not None
"""


def test_a_helper_that_is_not_among_what_is_converted(convert, tmp_path):
    """It would be given what it has to await, by way of another one as well."""
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "helpers.py").write_text(OUTSIDE, encoding="utf-8")
    text = """\
        from app.helpers import is_open, opened
        from wire import Wire

        def first(wire: Wire):
            if is_open(wire):
                with opened(wire) as line:
                    return line.read()
        """
    done = convert(dedent(text), file="app/line.py")
    assert [refusal.reason for refusal in done.refusals] == ["outside"]
    assert "app.helpers.opened calls read" in done.refusals[0].message


FINALISER = """
    from wire import Wire

    class Line:
        def __init__(self):
            self.wire = Wire()
            self.is_open = False

        def close(self):
            if self.is_open:
                self.is_open = False
                self.wire.close()

        def __del__(self):
            self.close()
    """


def test_a_finaliser_runs_as_far_as_it_goes_without_waiting(convert):
    """It can't wait: what is closed ends, what is not is told; the reason stays a refusal."""
    done = convert(dedent(FINALISER.lstrip("\n")))
    made = done.files["app.py"].decode()
    assert "    def __del__(self):\n        _begun(self.close(), self)\n" in made
    assert "finaliser" in {refusal.reason for refusal in done.refusals}


@pytest.mark.parametrize(
    ("is_open", "told"),
    [
        pytest.param(False, [], id="nothing to wait for"),
        pytest.param(True, ["unclosed <line>"], id="dropped while it was open"),
    ],
)
def test_what_a_finaliser_does_when_it_runs(convert, is_open, told):
    made = convert(dedent(FINALISER.lstrip("\n"))).files["app.py"].decode()

    class Wire:
        async def aclose(self):
            await asyncio.sleep(0)

    space: dict[str, object] = {"AsyncWire": Wire}
    code = made.replace("from wire import AsyncWire\n", "")
    exec(compile(code, "app.py", "exec"), space)  # noqa: S102 - what was just converted
    line = space["Line"]()
    type(line).__repr__ = lambda _: "<line>"
    line.is_open = is_open
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        del line
        gc.collect()
    assert [str(warning.message) for warning in seen] == told


def test_a_call_that_the_async_side_has_no_place_for(convert, tmp_path):
    sides = "class Link:\n    def send(self, text, wait=1): ...\n\n"
    sides += "class AsyncLink:\n    async def send(self, text): ...\n"
    (tmp_path / "link.py").write_text(sides)
    before = "from link import Link\n\ndef send(link: Link):\n    link.send('text', 3)\n"
    done = convert(before, leaves={"link.Link": "link.AsyncLink"})
    assert [refusal.reason for refusal in done.refusals] == ["other-arguments"]


AT_EXIT = """\
import atexit

from wire import Wire


class Client:
    def __init__(self, wire: Wire):
        self.wire = wire

    def open(self):
        atexit.register(self.close)
        return self

    def close(self):
        self.wire.close()
        atexit.unregister(self.close)
"""


def test_nothing_waits_at_exit(convert):
    """What was to run when the interpreter ends is taken out, and told: it would not be awaited."""
    done = convert(AT_EXIT)
    assert [refusal.reason for refusal in done.refusals] == ["at-exit"]
    written = done.files["app.py"].decode()
    assert "    def open(self):\n        return self\n\n    async def close(self):\n" in written
    assert "        atexit.unregister(self.close)\n" in written
