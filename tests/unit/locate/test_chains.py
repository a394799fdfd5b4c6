"""What runs on the loop when an async function runs, however deep."""

import pytest

CASES = {
    "through helpers in other modules": """
        # file: pkg/io.py
        import time

        def wait():
            time.sleep(1)

        # file: pkg/helpers.py
        from . import io
        from .io import wait as pause

        def first():
            pause()

        def second():
            io.wait()

        # file: pkg/use.py
        from pkg.helpers import first
        from pkg import helpers

        async def f():
            first()  #! time.sleep
            helpers.second()  #! time.sleep
    """,
    "through re-exports and star imports": """
        # file: pkg/inner/deep.py
        import time

        __all__ = ["wait"]

        def wait():
            time.sleep(1)

        def hidden():
            time.sleep(1)

        # file: pkg/inner/__init__.py
        from .deep import *

        # file: pkg/__init__.py
        from pkg.inner import wait

        # file: pkg/use.py
        from pkg import wait
        from pkg.inner import *

        async def f():
            wait()  #! time.sleep
            hidden()
    """,
    "conditional and function-level imports": """
        try:
            from time import sleep as pause
        except ImportError:
            pause = None

        async def f():
            from time import sleep
            import os.path as p
            sleep(1)  #! time.sleep
            pause(1)  #! time.sleep
            p.exists("x")  #! os.path.exists
    """,
    "methods, inheritance, overriding, super": """
        import time

        class Base:
            def run(self):
                self.step()

            def step(self):
                raise NotImplementedError

            def quiet(self):
                return 1

        class Slow(Base):
            def step(self):
                time.sleep(1)

        class Child(Slow):
            def quiet(self):
                super().step()
                return super().quiet()

            async def f(self):
                self.step()  #! time.sleep
                self.quiet()  #! time.sleep
                super().quiet()

        async def g(base: Base):
            base.run()  #! time.sleep
            base.quiet()  #! time.sleep
    """,
    "constructors and properties": """
        import time

        class Thing:
            def __init__(self):
                time.sleep(1)

            @property
            def size(self):
                time.sleep(1)
                return 1

        class Child(Thing):
            pass

        async def f(thing: Thing):
            Thing()  #! time.sleep
            Child()  #! time.sleep
            return thing.size  #! time.sleep
    """,
    "special methods that syntax calls": """
        import time

        class Guard:
            def __enter__(self):
                time.sleep(1)

            def __exit__(self, *args):
                return None

        class Rows:
            def __iter__(self):
                time.sleep(1)
                return iter([])

            def __call__(self):
                time.sleep(1)

        async def f(rows: Rows):
            with Guard():  #! time.sleep
                pass
            for _ in rows:  #! time.sleep
                pass
            rows()  #! time.sleep
    """,
    "generators run where they are consumed": """
        import time

        def rows():
            time.sleep(1)
            yield 1

        async def f():
            for row in rows():  #! time.sleep
                pass
            list(rows())  #! time.sleep
            [row for row in rows()]  #! time.sleep
            lazy = rows()
            next(lazy)  #! time.sleep
            return rows()
    """,
    "closures": """
        import time

        async def f():
            def inner():
                time.sleep(1)

            def unused():
                time.sleep(1)

            wait = lambda: time.sleep(1)
            inner()  #! time.sleep
            wait()  #! time.sleep
    """,
    "an async function does not carry what it awaits": """
        import time

        async def g():
            time.sleep(1)  #! time.sleep

        async def f():
            await g()
    """,
    "decorators that keep the function": """
        import functools
        import time
        import tenacity

        def timed(function):
            @functools.wraps(function)
            def wrapper(*args):
                return function(*args)
            return wrapper

        def retry(times):
            def decorate(function):
                def wrapper(*args):
                    time.sleep(1)
                    return function(*args)
                return wrapper
            return decorate

        @timed
        def one():
            time.sleep(1)

        @tenacity.retry(stop=3)
        def two():
            time.sleep(1)

        @functools.lru_cache(maxsize=None)
        def three():
            time.sleep(1)

        @retry(3)
        def four():
            return 1

        async def f():
            one()  #! time.sleep
            two()  #! time.sleep
            three()  #! time.sleep
            four()  #! time.sleep
    """,
    "callbacks handed to sync callers": """
        import time

        def apply(function, value):
            return function(value)

        def slow(value):
            time.sleep(1)
            return value

        async def f(items):
            apply(slow, 1)  #! time.sleep
            apply(lambda x: time.sleep(x), 1)  #! time.sleep
            apply(str, 1)
            sorted(items, key=slow)  #! time.sleep
            list(map(slow, items))  #! time.sleep
    """,
    "abstract methods and protocols": """
        import time
        from abc import ABC, abstractmethod
        from typing import Protocol

        class Base(ABC):
            @abstractmethod
            def work(self):
                print("the base does something too")

        class Slow(Base):
            def work(self):
                time.sleep(1)

        class Fetch(Protocol):
            def get(self, url): ...

        class Fetcher:
            def get(self, url):
                time.sleep(1)

        class Mapping:
            def get(self, key, default):
                time.sleep(1)

        async def f(base: Base, fetch: Fetch):
            base.work()  #! time.sleep
            fetch.get("u")  #! time.sleep
    """,
    "the implementation behind overloads": """
        import time
        from typing import overload

        @overload
        def g(x: int) -> int: ...
        @overload
        def g(x: str) -> str: ...
        def g(x):
            time.sleep(1)

        async def f():
            g(1)  #! time.sleep
    """,
    "async comprehensions, generators and loops": """
        import time

        def slow(x):
            time.sleep(1)

        async def rows():
            time.sleep(1)  #! time.sleep
            yield 1

        async def f():
            [slow(x) async for x in rows()]  #! time.sleep
            async for x in rows():
                slow(x)  #! time.sleep
    """,
    "recursion": """
        import time

        def even(n):
            return odd(n - 1)

        def odd(n):
            time.sleep(1)
            return even(n - 1)

        async def f():
            even(3)  #! time.sleep
    """,
}


@pytest.mark.parametrize("text", CASES.values(), ids=CASES)
def test_chain_is_found(text: str, check) -> None:
    check(text)


def test_the_shortest_chain_is_told(check) -> None:
    located = check("""
        import time

        def far():
            middle()

        def middle():
            near()

        def near():
            time.sleep(1)

        def both():
            far()
            near()

        async def f():
            both()  #! time.sleep
    """)
    (region,) = located.regions
    assert region.chain == ("app.f", "app.both", "app.near", "time.sleep")
    assert [hop.site.span.line for hop in region.hops] == [17, 14, 10]
