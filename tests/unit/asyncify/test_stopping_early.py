"""``any`` and ``all`` over what waits: they ask no further than they have to."""

from __future__ import annotations

import asyncio
from textwrap import dedent

import pytest

BEFORE = """
class Health:
    def __init__(self, *checks):
        self.checks = checks
        self.asked = []

    def ask(self, check):
        self.asked.append(check)
        return check()

    def is_up(self):
        return all(self.ask(check) for check in self.checks)

    def is_known(self):
        return any(self.ask(check) for check in self.checks)
"""
SAID = {"callables (checks)": "may be coroutine functions"}


@pytest.mark.parametrize(
    ("method", "answers", "given", "asked"),
    [
        pytest.param("is_up", [True, False, True], False, 2, id="all stops at what is false"),
        pytest.param("is_up", [True, True], True, 2, id="all asks all"),
        pytest.param("is_known", [False, True, True], True, 2, id="any stops at what is true"),
        pytest.param("is_known", [], False, 0, id="any of nothing"),
    ],
)
def test_stopping_early(convert, method: str, answers: list[bool], given: bool, asked: int):
    text = convert(BEFORE.lstrip("\n"), leaves=SAID, entries=("Health.is_up",)).files["app.py"]
    scope: dict[str, object] = {}
    exec(compile(text, "app.py", "exec"), scope)  # noqa: S102 - what was just converted

    def check(answer: bool):
        async def answered() -> bool:
            return answer

        return answered

    health = scope["Health"](*map(check, answers))  # type: ignore[operator]
    assert asyncio.run(getattr(health, method)()) is given
    assert len(health.asked) == asked


def test_what_waits_once_is_read_as_before(convert):
    before = """
        from wire import Wire

        def names(wire: Wire):
            return any(name for name in wire.read())
        """
    made = convert(dedent(before.lstrip("\n"))).files["app.py"].decode()
    assert "    return any([name for name in await wire.read()])\n" in made


def test_what_holds_several_is_named_as_one(convert):
    before = """
        class Board:
            def __init__(self, hooks):
                self._hooks = hooks

            def pin(self, note):
                for tell in self._hooks:
                    tell(note)
        """
    said = {"callables of the user (hook)": "coroutine functions"}
    made = convert(dedent(before.lstrip("\n")), leaves=said, entries=("Board.pin",))
    assert "            await tell(note)\n" in made.files["app.py"].decode()


def test_what_the_project_gives_itself_is_not_all_that_may_be_given(convert):
    before = """
        class Retry:
            def __init__(self, predicate):
                self.predicate = predicate

            def again(self, error):
                return self.predicate(error)

        def always(error):
            return True

        RETRY = Retry(always)
        """
    said = {"callables of the user (predicate)": "may be coroutine functions"}
    made = convert(dedent(before.lstrip("\n")), leaves=said).files["app.py"].decode()
    assert "        return await _settled(self.predicate(error))\n" in made


def test_an_object_that_can_be_called_is_no_callable_of_the_user(convert):
    before = """
        class Kind:
            def __call__(self, text):
                return text.strip()

        class Option:
            def __init__(self, kind: Kind):
                self.kind = kind

            def parse(self, text):
                return self.kind(text)
        """
    said = {"callables of the user (kind, callback)": "may be coroutine functions"}
    text = dedent(before.lstrip("\n"))
    assert convert(text, leaves=said).files["app.py"].decode() == text


def test_a_callable_of_the_user_that_is_bound_anew_on_one_way(convert):
    """What is called is the caller's on the other way, and never the object that can't be."""
    before = """
        from collections.abc import Callable
        from typing import cast

        class Command:
            def __init__(self, callback: Callable | None = None):
                self.callback = callback

        class Context:
            def invoke(self, callback: Command | Callable, *args):
                if isinstance(callback, Command):
                    if callback.callback is None:
                        raise TypeError("nothing to call")
                    callback = cast(Callable, callback.callback)
                return callback(*args)

        def start(context: Context):
            return context.invoke("by mistake")
        """
    said = {"callables of the user (callback)": "may be coroutine functions"}
    made = convert(dedent(before.lstrip("\n")), leaves=said).files["app.py"].decode()
    assert "    async def invoke(self, callback: Command | Callable, *args):\n" in made
    assert "        return await _settled(callback(*args))\n" in made
