"""Callables of the user that words name, and that the project looks up before it calls them."""

from __future__ import annotations

from textwrap import dedent

import pytest

SAID = {"callables of the user (action)": "may be coroutine functions"}

CASES = [
    pytest.param(
        """\
        class Door:
            def run(self, action, event):
                action = self.found(action, event)
                action(event)

            @staticmethod
            def found(action, event):
                if isinstance(action, str):
                    action = getattr(event, action)
                    if not callable(action):

                        def constant(*_):
                            return action

                        return constant
                return action
        """,
        """\
        class Door:
            async def run(self, action, event):
                action = self.found(action, event)
                await _settled(action(event))

            @staticmethod
            def found(action, event):
                if isinstance(action, str):
                    action = getattr(event, action)
                    if not callable(action):

                        def constant(*_):
                            return action

                        return constant
                return action
        """,
        id="looked up by a function that gives what it is given",
    ),
    pytest.param(
        """\
        class Bell(object):
            def __call__(self):
                print("ding")


        def ding():
            print("ding")


        class Door(object):
            def ring(self, action):
                return action()


        def bells(door: Door):
            door.ring(door)
            door.ring(Bell())
            door.ring(ding)
        """,
        """\
        class Bell(object):
            def __call__(self):
                print("ding")


        def ding():
            print("ding")


        class Door(object):
            async def ring(self, action):
                return await _settled(action())


        async def bells(door: Door):
            await door.ring(door)
            await door.ring(Bell())
            await door.ring(ding)
        """,
        id="a function or an object that the project gives, among whatever else is given",
    ),
    pytest.param(
        """\
        def shown(text):
            print(text)


        def pick(name):
            return shown


        def run(event):
            action = pick(event)
            action(event)
        """,
        None,
        id="made by a function that gives one of the project's",
    ),
]


@pytest.mark.parametrize(("before", "after"), CASES)
def test_named_callables(before, after, convert):
    written = convert(before, leaves=SAID).files["app.py"].decode()
    assert written.endswith(dedent(before if after is None else after))
    assert after is not None or written == dedent(before)
