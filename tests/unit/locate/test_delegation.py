"""What runs because of ``__getattr__``, ``__await__`` and metaclasses."""

import pytest

CASES = {
    "an object that hands on to another": """
        import asyncio
        import time
        import requests

        class Tool:
            def run(self):
                time.sleep(1)

        class Proxy:
            def __init__(self, tool: Tool):
                self.tool = tool
                self.own = requests.Session()

            def __getattr__(self, name):
                return getattr(self.tool, name)

            def stay(self):
                return 1

        class Counting:
            def __init__(self):
                self.tool = Tool()

            def __getattr__(self, name):
                found = getattr(self.tool, name)
                if not callable(found):
                    return found

                def counted(*args):
                    return found(*args)

                return counted

        class Threaded:
            def __init__(self):
                self.tool = Tool()

            def __getattr__(self, name):
                found = getattr(self.tool, name)
                if not callable(found):
                    return found

                async def threaded(*args):
                    return await asyncio.to_thread(found, *args)

                return threaded

        async def f():
            proxy = Proxy(Tool())
            proxy.run()  #! time.sleep
            proxy.stay()
            proxy.own.get("u")  #! requests.Session.get
            Counting().run()  #! time.sleep
            await Threaded().run()
            task = asyncio.create_task(Threaded().run())
    """,
    "an attribute that is fetched when it is asked for": """
        import requests

        class Remote:
            limit = 3

            def __getattr__(self, name):
                return requests.get(name).text

            def local(self):
                return 1

        remote = Remote()

        async def f():
            remote.local()
            remote.limit
            remote.title  #! requests.get
            remote.title.upper()  #! requests.get
    """,
    "what await runs": """
        import time
        from pathlib import Path

        class Slow:
            def __await__(self):
                time.sleep(1)
                yield

        class Opening:
            def __await__(self):
                return self.open().__await__()

            async def open(self):
                return Path("x")

        class Ready:
            def __await__(self):
                yield from self.open().__await__()
                return self

            async def open(self):
                return None

            def wait(self):
                time.sleep(1)

        async def f():
            await Slow()  #! time.sleep
            slow = Slow()
            await slow  #! time.sleep
            path = await Opening()
            path.mkdir()  #! pathlib.Path.mkdir
            (await Ready()).wait()  #! time.sleep
    """,
    "what a metaclass runs": """
        import time

        class Single(type):
            made = {}

            def __call__(cls, *args):
                time.sleep(1)
                return super().__call__(*args)

            def clear(cls):
                open("x")

        class Store(metaclass=Single):
            def get(self):
                open("y")

        class Sub(Store):
            pass

        async def f():
            store = Store()  #! time.sleep
            store.get()  #! builtins.open
            Sub()  #! time.sleep
            Store.clear()  #! builtins.open
    """,
    "a property that gives what is called": """
        import time

        class Box:
            @property
            def act(self):
                time.sleep(1)
                return print

        async def f():
            Box().act("x")  #! time.sleep
    """,
}


@pytest.mark.parametrize("text", CASES.values(), ids=CASES)
def test_delegation(text: str, check) -> None:
    check(text)
