"""Calls behind ``iscoroutinefunction``: no sync function is called there."""

from __future__ import annotations

import pytest

CASES = {
    "names": """
        import asyncio
        import time
        from inspect import iscoroutinefunction
        def sync():
            time.sleep(1)
        async def own():
            time.sleep(2)  #! time.sleep
        async def one(fast):
            hook = sync if fast else own
            if asyncio.iscoroutinefunction(hook):
                return await hook()
            return hook()  #! time.sleep
        async def two(fast):
            hook = sync if fast else own
            if not iscoroutinefunction(hook):
                return await asyncio.to_thread(hook)
            return await hook()
        async def three(fast):
            hook = sync if fast else own
            return await hook() if iscoroutinefunction(hook) else hook()  #! time.sleep
        async def four(fast):
            hook = sync if fast else own
            if fast and iscoroutinefunction(hook):
                await hook()
    """,
    "methods": """
        import asyncio
        import inspect
        import time
        class Db:
            def find(self):
                time.sleep(1)
        class Holder:
            def __init__(self, db: Db):
                self.db = db
            async def one(self):
                if inspect.iscoroutinefunction(self.db.find):
                    return await self.db.find()
                return await asyncio.to_thread(self.db.find)
        async def two(db: Db):
            find = getattr(db, "find", None)
            if inspect.iscoroutinefunction(find):
                return await find()
            return await asyncio.to_thread(find)
    """,
    "only what was asked about, as it was": """
        import time
        from inspect import iscoroutinefunction
        def sync():
            time.sleep(1)
        class Db:
            def __init__(self, find):
                self.find = sync
        async def one(fast):
            hook = sync
            if iscoroutinefunction(hook):
                sync()  #! time.sleep
                hook = sync
                hook()  #! time.sleep
            hook()  #! time.sleep
        async def two(hooks):
            hook = None
            if iscoroutinefunction(hook):
                while True:
                    hook()  #! time.sleep
                    hook = sync
        async def three(db: Db):
            if iscoroutinefunction(db.find):
                db.find()
                db.find = sync
                db.find()  #! time.sleep
        async def four(hook=sync):
            if iscoroutinefunction(hook) or hook():  #! time.sleep
                hook()  #! time.sleep
    """,
    "decorators may make coroutine functions": """
        import time
        from inspect import iscoroutinefunction
        from elsewhere import made_async
        @made_async
        def sync():
            time.sleep(1)
        async def one():
            if iscoroutinefunction(sync):
                sync()  #! time.sleep
    """,
}


@pytest.mark.parametrize("text", CASES.values(), ids=CASES)
def test_coroutine_functions(text: str, check) -> None:
    check(text)
