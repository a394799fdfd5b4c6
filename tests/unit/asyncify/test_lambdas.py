"""Lambdas that give what has become async."""

from __future__ import annotations

from textwrap import dedent

import pytest

CASES = [
    pytest.param(
        """
        from wire import Wire

        def ask(question, parse):
            return parse(question)

        class Form:
            def __init__(self, wire: Wire):
                self.wire = wire

            def field(self, text):
                return text + self.wire.read()

            def fill(self):
                return ask("name", lambda text: self.field(text))
        """,
        """
        from wire import AsyncWire

        async def ask(question, parse):
            return await parse(question)

        class Form:
            def __init__(self, wire: AsyncWire):
                self.wire = wire

            async def field(self, text):
                return text + await self.wire.read()

            async def fill(self):
                return await ask("name", lambda text: self.field(text))
        """,
        (),
        id="who is given the lambda awaits what it gives",
    ),
    pytest.param(
        """
        import inspect
        from wire import Wire

        def ask(question, parse=str.strip):
            return parse(question)

        def fill(wire: Wire):
            name = ask("name", lambda text: wire.close())
            return name + ask("age", lambda text: text)
        """,
        """
        import inspect
        from wire import AsyncWire


        async def _settled(value):
            \"\"\"Give what ``value`` is, or what awaiting it gives.\"\"\"
            return await value if inspect.isawaitable(value) else value

        async def ask(question, parse=str.strip):
            return await _settled(parse(question))

        async def fill(wire: AsyncWire):
            name = await ask("name", lambda text: wire.aclose())
            return name + await ask("age", lambda text: text)
        """,
        (),
        id="one lambda of several waits, under its new name",
    ),
    pytest.param(
        """
        from wire import Wire

        def ask(question, parse):
            return parse(question)

        def fill(wire: Wire):
            first = ask("name", lambda text: wire.read().strip())
            return first + wire.read()
        """,
        """
        from wire import AsyncWire

        def ask(question, parse):
            return parse(question)

        async def fill(wire: AsyncWire):
            first = ask("name", lambda text: wire.read().strip())
            return first + await wire.read()
        """,
        ("lambda",),
        id="what a lambda does with the result can't be written, and is told",
    ),
]


@pytest.mark.parametrize(("before", "after", "reasons"), CASES)
def test_lambdas(convert, before: str, after: str, reasons: tuple[str, ...]):
    done = convert(before.lstrip("\n"))
    assert done.files["app.py"].decode() == dedent(after.lstrip("\n"))
    assert tuple(refusal.reason for refusal in done.refusals) == reasons
