"""The project's own decorators go along with what they lie around."""

from __future__ import annotations

from textwrap import dedent

import pytest

LEAVES = {"wire.Wire": "wire.AsyncWire"}

CASES = [
    pytest.param(
        """
        from typing import Callable, TypeVar

        from wire import Wire

        R = TypeVar("R")

        def again(method: Callable[..., R]) -> Callable[..., R]:
            def wrapper(*args):
                try:
                    return method(*args)
                except ValueError:
                    return method(*args)
            return wrapper

        @again
        def fetch(wire: Wire):
            return wire.read()

        def show(wire: Wire):
            return fetch(wire).strip()
        """,
        """
        from typing import Awaitable, Callable, TypeVar

        from wire import AsyncWire

        R = TypeVar("R")

        def again(method: Callable[..., Awaitable[R]]) -> Callable[..., Awaitable[R]]:
            async def wrapper(*args):
                try:
                    return await method(*args)
                except ValueError:
                    return await method(*args)
            return wrapper

        @again
        async def fetch(wire: AsyncWire):
            return await wire.read()

        async def show(wire: AsyncWire):
            return (await fetch(wire)).strip()
        """,
        id="a decorator, with its types",
    ),
    pytest.param(
        """
        from wire import Wire

        def counted(start):
            def decorate(function):
                # counts as well
                def wrapper(*args):
                    wrapper.calls += 1
                    return function(*args)
                wrapper.calls = start
                return wrapper
            return decorate

        @counted(0)
        def fetch(wire: Wire):
            return wire.read()

        @counted(1)
        def symbol(name):
            return name[:1]

        def show(wire: Wire):
            return symbol(fetch(wire))
        """,
        """
        import inspect

        from wire import AsyncWire

        def counted(start):
            def decorate(function):
                # counts as well
                if inspect.iscoroutinefunction(function):
                    async def wrapper(*args):
                        wrapper.calls += 1
                        return await function(*args)
                else:
                    def wrapper(*args):
                        wrapper.calls += 1
                        return function(*args)
                wrapper.calls = start
                return wrapper
            return decorate

        @counted(0)
        async def fetch(wire: AsyncWire):
            return await wire.read()

        @counted(1)
        def symbol(name):
            return name[:1]

        async def show(wire: AsyncWire):
            return symbol(await fetch(wire))
        """,
        id="one that lies around plain functions as well",
    ),
    pytest.param(
        """
        from wire import Wire

        class Timed:
            def __init__(self, function):
                self.function = function

            def __call__(self, *args):
                return self.function(*args)

        @Timed
        def fetch(wire: Wire):
            return wire.read()
        """,
        """
        from wire import AsyncWire

        class Timed:
            def __init__(self, function):
                self.function = function

            async def __call__(self, *args):
                return await self.function(*args)

        @Timed
        async def fetch(wire: AsyncWire):
            return await wire.read()
        """,
        id="a class",
    ),
    pytest.param(
        """
        import inspect

        from wire import Wire

        def traced(function):
            if inspect.iscoroutinefunction(function):
                async def waits(*args):
                    return await function(*args)
                return waits

            def plain(*args):
                return function(*args)
            return plain

        @traced
        def fetch(wire: Wire):
            return wire.read()
        """,
        """
        import inspect

        from wire import AsyncWire

        def traced(function):
            if inspect.iscoroutinefunction(function):
                async def waits(*args):
                    return await function(*args)
                return waits

            def plain(*args):
                return function(*args)
            return plain

        @traced
        async def fetch(wire: AsyncWire):
            return await wire.read()
        """,
        id="one that asks what it is given stays as it is",
    ),
    pytest.param(
        """
        from wire import Wire

        def logged(wire: Wire):
            def decorate(function):
                def wrapper(*args):
                    wire.read()
                    return function(*args)
                return wrapper
            return decorate

        @logged(Wire())
        def double(number):
            return number * 2

        def show(number):
            return double(number)
        """,
        """
        from wire import AsyncWire

        def logged(wire: AsyncWire):
            def decorate(function):
                async def wrapper(*args):
                    await wire.read()
                    return await function(*args)
                return wrapper
            return decorate

        @logged(AsyncWire())
        async def double(number):
            return number * 2

        async def show(number):
            return await double(number)
        """,
        id="one that waits itself makes others wait",
    ),
]


@pytest.mark.parametrize(("before", "after"), CASES)
def test_decorators(convert, before, after):
    done = convert(dedent(before), LEAVES)
    assert done.refusals == ()
    assert done.files["app.py"].decode() == dedent(after)


LEFT = [
    pytest.param(
        """
        from wire import Wire

        class Timed:
            def __init__(self, function):
                self.function = function

            def __call__(self, *args):
                return self.function(*args)

        @Timed
        def fetch(wire: Wire):
            return wire.read()

        @Timed
        def symbol(name):
            return name[:1]
        """,
        "app.Timed.__call__ lies around app.symbol as well, which stays plain; part the two",
        id="an object for each can't have two colours",
    ),
    pytest.param(
        """
        from wire import Wire

        def run(function, args):
            return [function(*args)]

        def listed(function):
            def wrapper(*args):
                return sorted(run(function, args))
            return wrapper

        @listed
        def fetch(wire: Wire):
            return wire.read()
        """,
        None,
        id="one that hands it on to a function",
    ),
]


@pytest.mark.parametrize(("before", "says"), LEFT)
def test_left(convert, before, says):
    done = convert(dedent(before), LEAVES)
    if says is None:
        assert b"sorted(await run(function, args))" in done.files["app.py"]
        assert b"[await function(*args)]" in done.files["app.py"]
    else:
        assert [refusal.message for refusal in done.refusals] == [says]
