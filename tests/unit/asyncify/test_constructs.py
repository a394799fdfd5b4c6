"""Each construct, before and after: the wire is the leaf."""

from __future__ import annotations

from textwrap import dedent

import pytest

LEAVES = {"wire.Wire": "wire.AsyncWire", "contextlib.ExitStack": "contextlib.AsyncExitStack"}

CASES = [
    pytest.param(
        """
        from wire import Wire

        def fetch(wire: Wire):
            return wire.read().strip()
        """,
        """
        from wire import AsyncWire

        async def fetch(wire: AsyncWire):
            return (await wire.read()).strip()
        """,
        id="a call",
    ),
    pytest.param(
        """
        from wire import Wire

        def fetch(wire: Wire):
            return wire.read()

        def both(wire: Wire):
            return clean(fetch(wire)), clean(fetch(wire))

        def clean(text):
            return text.strip()
        """,
        """
        from wire import AsyncWire

        async def fetch(wire: AsyncWire):
            return await wire.read()

        async def both(wire: AsyncWire):
            return clean(await fetch(wire)), clean(await fetch(wire))

        def clean(text):
            return text.strip()
        """,
        id="a caller of a caller, other functions stay",
    ),
    pytest.param(
        """
        from wire import Wire

        def end(wire: Wire):
            wire.close()
        """,
        """
        from wire import AsyncWire

        async def end(wire: AsyncWire):
            await wire.aclose()
        """,
        id="a method that is called otherwise",
    ),
    pytest.param(
        """
        from threading import Lock

        from wire import Wire

        lock = Lock()

        def fetch():
            with Wire() as wire:
                return wire.read()

        def guarded():
            with lock, Wire() as wire:
                return wire.read()
        """,
        """
        from asyncio import Lock as AsyncLock

        from wire import AsyncWire

        lock = AsyncLock()

        async def fetch():
            async with AsyncWire() as wire:
                return await wire.read()

        async def guarded():
            async with lock, AsyncWire() as wire:
                return await wire.read()
        """,
        id="with, and several items",
    ),
    pytest.param(
        """
        from wire import Wire

        def show(wire: Wire):
            for line in wire.lines():
                print(line)
            return [line for line in wire if line]
        """,
        """
        from wire import AsyncWire

        async def show(wire: AsyncWire):
            async for line in wire.lines():
                print(line)
            return [line async for line in wire if line]
        """,
        id="a loop and a comprehension",
    ),
    pytest.param(
        """
        from collections.abc import Iterator

        from wire import Wire

        def lines(wire: Wire) -> Iterator[str]:
            # as they come
            yield from wire.lines()
            yield wire.read()

        def count(wire: Wire):
            return len(list(lines(wire)))
        """,
        """
        from collections.abc import AsyncIterator

        from wire import AsyncWire

        async def lines(wire: AsyncWire) -> AsyncIterator[str]:
            # as they come
            async for item in wire.lines():
                yield item
            yield await wire.read()

        async def count(wire: AsyncWire):
            return len([item async for item in lines(wire)])
        """,
        id="a generator",
    ),
    pytest.param(
        """
        from contextlib import contextmanager

        from wire import Wire

        @contextmanager
        def opened():
            wire = Wire()
            try:
                yield wire
            finally:
                wire.close()

        def fetch():
            with opened() as wire:
                return wire.read()
        """,
        """
        from contextlib import asynccontextmanager

        from wire import AsyncWire

        @asynccontextmanager
        async def opened():
            wire = AsyncWire()
            try:
                yield wire
            finally:
                await wire.aclose()

        async def fetch():
            async with opened() as wire:
                return await wire.read()
        """,
        id="a context manager",
    ),
    pytest.param(
        """
        from wire import Wire

        class Chunks:
            def __init__(self, wire: Wire):
                self.wire = wire

            def __iter__(self):
                return self

            def __next__(self):
                text = self.wire.read()
                if not text:
                    raise StopIteration
                return text

        def first(wire: Wire):
            try:
                return next(Chunks(wire))
            except StopIteration:
                return None
        """,
        """
        from wire import AsyncWire

        class Chunks:
            def __init__(self, wire: AsyncWire):
                self.wire = wire

            def __aiter__(self):
                return self

            async def __anext__(self):
                text = await self.wire.read()
                if not text:
                    raise StopAsyncIteration
                return text

        async def first(wire: AsyncWire):
            try:
                return await anext(Chunks(wire))
            except StopAsyncIteration:
                return None
        """,
        id="an iterator class",
    ),
    pytest.param(
        """
        from abc import ABC, abstractmethod

        from wire import Wire

        class Store(ABC):
            @abstractmethod
            def load(self): ...

        class Memory(Store):
            def load(self):
                return ""

        class Remote(Store):
            def __init__(self, wire: Wire):
                self.wire = wire

            def load(self):
                return self.wire.read()

        def show(store: Store):
            print(store.load())
        """,
        """
        from abc import ABC, abstractmethod

        from wire import AsyncWire

        class Store(ABC):
            @abstractmethod
            async def load(self): ...

        class Memory(Store):
            async def load(self):
                return ""

        class Remote(Store):
            def __init__(self, wire: AsyncWire):
                self.wire = wire

            async def load(self):
                return await self.wire.read()

        async def show(store: Store):
            print(await store.load())
        """,
        id="a family of methods",
    ),
    pytest.param(
        """
        from wire import Wire

        def retry(action):
            while True:
                try:
                    return action()
                except OSError:
                    continue

        def fetch(wire: Wire):
            def attempt():
                return wire.read()

            return retry(attempt)
        """,
        """
        from wire import AsyncWire

        async def retry(action):
            while True:
                try:
                    return await action()
                except OSError:
                    continue

        async def fetch(wire: AsyncWire):
            async def attempt():
                return await wire.read()

            return await retry(attempt)
        """,
        id="a callback",
    ),
    pytest.param(
        """
        from wire import Wire

        def total(wires: list[Wire]):
            return sum(len(wire.read()) for wire in wires)
        """,
        """
        from wire import AsyncWire

        async def total(wires: list[AsyncWire]):
            return sum([len(await wire.read()) for wire in wires])
        """,
        id="a generator expression that is read at once",
    ),
    pytest.param(
        """
        from contextlib import ExitStack

        from wire import Wire

        def fetch():
            with ExitStack() as stack:
                wire = stack.enter_context(Wire())
                return wire.read()
        """,
        """
        from contextlib import AsyncExitStack

        from wire import AsyncWire

        async def fetch():
            async with AsyncExitStack() as stack:
                wire = await stack.enter_async_context(AsyncWire())
                return await wire.read()
        """,
        id="an exit stack",
    ),
    pytest.param(
        """
        from wire import Wire

        def steps(wire: Wire):
            answer = yield wire.read()
            yield answer

        def drive(wire: Wire):
            run = steps(wire)
            try:
                first = next(run)
                return run.send(first.upper())
            except StopIteration:
                return None
            finally:
                run.close()
        """,
        """
        from wire import AsyncWire

        async def steps(wire: AsyncWire):
            answer = yield await wire.read()
            yield answer

        async def drive(wire: AsyncWire):
            run = steps(wire)
            try:
                first = await anext(run)
                return await run.asend(first.upper())
            except StopAsyncIteration:
                return None
            finally:
                await run.aclose()
        """,
        id="a generator that is sent values",
    ),
    pytest.param(
        """
        from wire import Wire, ordered

        def show(wire: Wire):
            return ordered(wire.lines())
        """,
        """
        from wire import AsyncWire, ordered

        async def show(wire: AsyncWire):
            return ordered([item async for item in wire.lines()])
        """,
        id="a function elsewhere that reads what it is given",
    ),
    pytest.param(
        """
        from wire import Wire

        class Base:
            def __init__(self):
                self.wire = self._wire_class()()

            def _wire_class(self):
                raise NotImplementedError

        class Client(Base):
            def _wire_class(self):
                return Wire

            def fetch(self):
                return self.wire.read()
        """,
        """
        from wire import AsyncWire

        class Base:
            def __init__(self):
                self.wire = self._wire_class()()

            def _wire_class(self):
                raise NotImplementedError

        class Client(Base):
            def _wire_class(self):
                return AsyncWire

            async def fetch(self):
                return await self.wire.read()
        """,
        id="an object of a class that a subclass names",
    ),
    pytest.param(
        """
        from wire import Wire

        class Reader:
            def __init__(self, owner):
                self.owner = owner

            def read(self):
                return self.owner.wire.read()

        class Owner:
            def __init__(self):
                self.wire = Wire()

            def reader(self):
                return Reader(self)
        """,
        """
        from wire import AsyncWire

        class Reader:
            def __init__(self, owner):
                self.owner = owner

            async def read(self):
                return await self.owner.wire.read()

        class Owner:
            def __init__(self):
                self.wire = AsyncWire()

            def reader(self):
                return Reader(self)
        """,
        id="an object that is handed to a constructor",
    ),
]


@pytest.mark.parametrize(("before", "after"), CASES)
def test_construct(convert, before, after):
    """The code comes out as a person would write it, with nothing refused."""
    done = convert(before.lstrip("\n"), leaves=LEAVES)
    assert done.files["app.py"].decode() == dedent(after.lstrip("\n"))
    assert not done.refusals


@pytest.mark.parametrize(("before", "after"), CASES)
def test_converted_code_stays_as_it_is(convert, before, after):
    """What is async already is not converted again."""
    del before
    text = dedent(after.lstrip("\n"))
    assert convert(text, leaves=LEAVES).files["app.py"].decode() == text
