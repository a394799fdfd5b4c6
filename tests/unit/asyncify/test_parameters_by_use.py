"""Parameters that say nothing of themselves, but on which a leaf's own methods are called."""

from __future__ import annotations

from textwrap import dedent

import pytest

SQLITE = {"sqlite3.Connection": "aiosqlite.Connection", "sqlite3.Cursor": "aiosqlite.Cursor"}

CASES = [
    pytest.param(
        """\
        class Queries:
            def _cursor(self, conn):
                return conn.cursor()

            def rows(self, conn, sql):
                cur = self._cursor(conn)
                try:
                    cur.execute(sql)
                    for row in cur:
                        yield row
                finally:
                    cur.close()

            def script(self, conn, sql):
                conn.executescript(sql)
                return "DONE"
        """,
        """\
        class Queries:
            async def _cursor(self, conn):
                return await conn.cursor()

            async def rows(self, conn, sql):
                cur = await self._cursor(conn)
                try:
                    await cur.execute(sql)
                    async for row in cur:
                        yield row
                finally:
                    await cur.close()

            async def script(self, conn, sql):
                await conn.executescript(sql)
                return "DONE"
        """,
        id="a connection is known by a method that nothing else has",
    ),
    pytest.param(
        """\
        class Screen:
            def cursor(self):
                return (0, 0)


        def show(screen):
            return screen.cursor()
        """,
        None,
        id="a class of the project has it as well",
    ),
    pytest.param(
        """\
        def keep(store):
            store.commit()
            store.refresh()
        """,
        None,
        id="something else is called on it, which connections don't have",
    ),
    pytest.param(
        """\
        def shut(thing):
            thing.close()


        def run(job):
            job.execute("now")
        """,
        None,
        id="what many things have says nothing, nor what two leaves have",
    ),
    pytest.param(
        """\
        from collections.abc import Sequence


        def look(items: Sequence):
            return items.cursor()
        """,
        None,
        id="an annotation says what it is",
    ),
]


@pytest.mark.parametrize(("before", "after"), CASES)
def test_parameters_by_use(before, after, convert):
    written = convert(before, leaves=SQLITE).files["app.py"].decode()
    assert written == dedent(before if after is None else after)
