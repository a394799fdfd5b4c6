"""What context managers bind, and what entering and leaving them runs."""

import pytest

CASES = {
    "a generator function made a context manager by a call": """
        import time
        from contextlib import asynccontextmanager, contextmanager
        from sqlalchemy.orm import Session

        def get_db():
            db = Session()
            try:
                yield db
                db.commit()
            finally:
                db.close()

        def slow():
            time.sleep(1)
            yield 1

        async def connect():
            time.sleep(1)  #! time.sleep
            yield Session()

        session = contextmanager(get_db)
        slowly = contextmanager(slow)
        connected = asynccontextmanager(connect)

        async def f(query):
            with session() as db:  #! sqlalchemy.orm.Session.commit, sqlalchemy.orm.Session.close
                db.execute(query)  #! sqlalchemy.orm.Session.execute
            with slowly() as number:  #! time.sleep
                print(number)
            async with connected() as db:
                db.execute(query)  #! sqlalchemy.orm.Session.execute
    """,
    "several items of a with": """
        from contextlib import (
            AsyncExitStack, ExitStack, asynccontextmanager, closing, contextmanager,
            nullcontext, suppress,
        )
        import requests
        import sqlite3
        import tempfile

        @contextmanager
        def a():
            yield requests.Session()

        @asynccontextmanager
        async def b():
            yield requests.Session()

        class Manager:
            def __enter__(self):
                self.s = requests.Session()
                return self
            def __exit__(self, *a): ...
            async def __aenter__(self) -> requests.Session:
                return requests.Session()
            async def __aexit__(self, *a): ...

        async def f(stack2: ExitStack):
            with a() as x, Manager() as y:
                x.get("u")  #! requests.Session.get
                y.s.get("u")  #! requests.Session.get
            with (a() as x, a() as z):
                z.get("u")  #! requests.Session.get
            async with b() as c, Manager() as d:
                c.get("u")  #! requests.Session.get
                d.get("u")  #! requests.Session.get
            with ExitStack() as stack:
                s = stack.enter_context(a())
                s.get("u")  #! requests.Session.get
                stack2.enter_context(requests.Session()).get("u")  #! requests.Session.get
            async with AsyncExitStack() as st:
                t = await st.enter_async_context(b())
                t.get("u")  #! requests.Session.get
            with closing(sqlite3.connect("x")) as db:  #! sqlite3.connect
                db.execute("x")  #! sqlite3.Connection.execute
            with nullcontext(requests.Session()) as n:
                n.get("u")  #! requests.Session.get
            with suppress(Exception):
                pass
    """,
    "what an exit stack runs": """
        from contextlib import ExitStack
        import time
        class Slow:
            def __enter__(self):
                time.sleep(1)
                return self
            def __exit__(self, *args): ...
        class Later:
            def __enter__(self):
                return self
            def __exit__(self, *args):
                time.sleep(1)
        async def f():
            with ExitStack() as stack:
                stack.enter_context(Slow())  #! time.sleep
                stack.enter_context(Later())  #! time.sleep
                stack.callback(time.sleep, 1)  #! time.sleep
    """,
    "async managers that block": """
        import time
        from contextlib import asynccontextmanager
        class Slow:
            async def __aenter__(self):
                time.sleep(1)  #! time.sleep
                return self
            async def __aexit__(self, *args):
                return None
        @asynccontextmanager
        async def opened():
            time.sleep(1)  #! time.sleep
            yield 1
        async def f():
            async with Slow(), opened():
                pass
    """,
}


@pytest.mark.parametrize("text", CASES.values(), ids=CASES)
def test_context(text: str, check) -> None:
    check(text)
