"""What context managers bind, and what entering and leaving them runs."""

import pytest

CASES = {
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
