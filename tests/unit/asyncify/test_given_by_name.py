"""Objects that come through keywords, properties and tuples; iterators that are awaited first."""

from __future__ import annotations

from textwrap import dedent

import pytest

STORE = """\
from typing import AsyncIterable, Awaitable, Iterable


class Store:
    def rows(self, name) -> Iterable[str]:
        return iter([name])

    def names(self) -> Iterable[str]:
        return iter(["a"])

    def save(self, name, value):
        return None


class AsyncStore:
    def rows(self, name) -> Awaitable[AsyncIterable[str]]:
        return _made(name)

    async def names(self) -> AsyncIterable[str]:
        return _given("a")

    async def save(self, name, value):
        return None


class Notes:
    # of the same names, and never wait

    def save(self, name, value):
        return None

    def commit(self):
        return None

    def rows(self, name):
        return [name]

    def names(self):
        return []


async def _made(name):
    return _given(name)


async def _given(name):
    yield name
"""

GIVEN = [
    pytest.param(
        """\
        from store import Store


        class Client:
            def __init__(self):
                self.store = Store()

            def thing(self, *path):
                return Thing(*path, client=self)


        class Base:
            def __init__(self, *path, **options):
                self.path = path
                self._client = options.pop("client", None)


        class Thing(Base):
            def __init__(self, *path, **options):
                super().__init__(*path, **options)

            def update(self, value):
                self._client.store.save(self.path, value)
        """,
        """\
        from store import AsyncStore


        class Client:
            def __init__(self):
                self.store = AsyncStore()

            def thing(self, *path):
                return Thing(*path, client=self)


        class Base:
            def __init__(self, *path, **options):
                self.path = path
                self._client = options.pop("client", None)


        class Thing(Base):
            def __init__(self, *path, **options):
                super().__init__(*path, **options)

            async def update(self, value):
                await self._client.store.save(self.path, value)
        """,
        id="handed on with the other keywords",
    ),
    pytest.param(
        """\
        from store import Store


        class Client:
            def __init__(self):
                self.store = Store()

            def thing(self, name):
                return Thing(name, client=self)


        class Thing:
            def __init__(self, name, **options):
                self.name = name
                self._client = options.pop("client", None)

            def update(self, value):
                self._client.store.save(self.name, value)
        """,
        """\
        from store import AsyncStore


        class Client:
            def __init__(self):
                self.store = AsyncStore()

            def thing(self, name):
                return Thing(name, client=self)


        class Thing:
            def __init__(self, name, **options):
                self.name = name
                self._client = options.pop("client", None)

            async def update(self, value):
                await self._client.store.save(self.name, value)
        """,
        id="taken from the keywords by name",
    ),
    pytest.param(
        """\
        from store import Store


        class Client:
            def __init__(self):
                self.store = Store()

            def thing(self, name):
                return Thing(name, client=self)


        class Thing:
            def __init__(self, name, **options):
                self.name = name
                self._client = options["client"]

            @property
            def client(self):
                return self._client

            def update(self, value):
                self.client.store.save(self.name, value)
        """,
        """\
        from store import AsyncStore


        class Client:
            def __init__(self):
                self.store = AsyncStore()

            def thing(self, name):
                return Thing(name, client=self)


        class Thing:
            def __init__(self, name, **options):
                self.name = name
                self._client = options["client"]

            @property
            def client(self):
                return self._client

            async def update(self, value):
                await self.client.store.save(self.name, value)
        """,
        id="looked up in the keywords, and given by a property",
    ),
    pytest.param(
        """\
        from store import Store


        class Batch:
            def __init__(self, client):
                self._client = client

            def commit(self):
                self._client.store.save("batch", 1)


        class Client:
            def __init__(self):
                self.store = Store()

            def batch(self):
                return Batch(self)

            def thing(self):
                return Thing(client=self)


        class Thing:
            def __init__(self, **options):
                self._client = options.pop("client", None)

            def _prepared(self, retry):
                batch = self._client.batch()
                return batch, {"retry": retry}

            def commit(self, retry):
                batch, options = self._prepared(retry)
                batch.commit()
                options.clear()
        """,
        """\
        from store import AsyncStore


        class Batch:
            def __init__(self, client):
                self._client = client

            async def commit(self):
                await self._client.store.save("batch", 1)


        class Client:
            def __init__(self):
                self.store = AsyncStore()

            def batch(self):
                return Batch(self)

            def thing(self):
                return Thing(client=self)


        class Thing:
            def __init__(self, **options):
                self._client = options.pop("client", None)

            def _prepared(self, retry):
                batch = self._client.batch()
                return batch, {"retry": retry}

            async def commit(self, retry):
                batch, options = self._prepared(retry)
                await batch.commit()
                options.clear()
        """,
        id="one of several that a method gives at once",
    ),
    pytest.param(
        """\
        from store import Store


        def both(store: Store):
            names = store.names()
            for name in names:
                for row in store.rows(name):
                    yield row
        """,
        """\
        from store import AsyncStore


        async def both(store: AsyncStore):
            names = await store.names()
            async for name in names:
                async for row in await store.rows(name):
                    yield row
        """,
        id="a call that is awaited and gives what is read",
    ),
    pytest.param(
        """\
        from store import Store


        def _opened(store: Store, name):
            rows = store.rows(name)
            return rows, len(name)


        def first(store: Store, name):
            rows, length = _opened(store, name)
            return next(rows, None), length
        """,
        """\
        from store import AsyncStore


        async def _opened(store: AsyncStore, name):
            rows = await store.rows(name)
            return rows, len(name)


        async def first(store: AsyncStore, name):
            rows, length = await _opened(store, name)
            return await anext(rows, None), length
        """,
        id="an iterator that a function gives beside something else",
    ),
]


@pytest.mark.parametrize(("before", "after"), GIVEN)
def test_given(convert, tmp_path, before, after):
    """What is known of the object decides, however it got there."""
    (tmp_path / "store.py").write_text(STORE, encoding="utf-8")
    done = convert(before, {"store.Store": "store.AsyncStore"})
    assert done.files["app.py"].decode() == dedent(after)
