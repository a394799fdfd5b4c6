"""Methods called through a base class may be those of a subclass."""

import pytest

CASES = {
    "overrides behind a base class": """
        import requests
        import time

        class Base:
            def fetch(self):
                return None

            def other(self):
                return None

        class Loud(Base):
            def fetch(self):
                time.sleep(1)

        class Unrelated:
            def fetch(self):
                time.sleep(1)

        async def f(base: Base):
            base.fetch()  #! time.sleep
            base.other()
            Base().fetch()
            own = Base()
            own.fetch()
    """,
    "overrides behind self": """
        import time

        class Base:
            async def run(self):
                self.step()  #! time.sleep

            async def own(self):
                self.step()

            def step(self):
                return None

        class Loud(Base):
            async def own(self):
                return None

            def step(self):
                time.sleep(1)

        class Quiet:
            async def run(self):
                self.step()

            def step(self):
                return None

        class Louder(Quiet):
            async def run(self):
                return None

            def step(self):
                time.sleep(1)
    """,
    "super calls what it names": """
        import time

        class Base:
            def step(self):
                return None

        class Middle(Base):
            async def f(self):
                super().step()

        class Loud(Middle):
            def step(self):
                time.sleep(1)
    """,
    "an override beside the known class": """
        import time
        from abc import ABC, abstractmethod

        class Base(ABC):
            @abstractmethod
            def step(self): ...

        class Middle(Base):
            pass

        class Below(Middle):
            def step(self):
                return None

        class Beside(Base):
            def step(self):
                time.sleep(1)

        async def f(middle: Middle, base: Base):
            middle.step()
            base.step()  #! time.sleep
    """,
    "classes that tests make": """
        # file: pkg/base.py
        class Base:
            def step(self):
                return None

        async def f(base: Base):
            base.step()

        # file: tests/test_base.py
        import time
        from pkg.base import Base

        class Fake(Base):
            def step(self):
                time.sleep(1)
    """,
    "a class that is chosen by its base": """
        import time

        class Base:
            def step(self):
                return None

        class Loud(Base):
            def step(self):
                time.sleep(1)

        KINDS: dict[str, type[Base]] = {"loud": Loud}

        async def f(name, kind: type[Base]):
            KINDS[name]().step()  #! time.sleep
            kind().step()  #! time.sleep
            Base().step()
    """,
    "a protocol that any container fits": """
        import time
        from typing import Protocol

        class Iterable(Protocol):
            def __iter__(self): ...

        class Rows:
            def __iter__(self):
                time.sleep(1)

        class Named(Iterable):
            def __iter__(self):
                time.sleep(1)

        class Counted(Protocol):
            def __iter__(self): ...

        async def f(given: Counted, named: Iterable):
            list(given)
            for _ in named:  #! time.sleep
                pass
    """,
    "what only some of a protocol's classes have": """
        import time
        from typing import Any, Protocol

        class Model(Protocol):
            def run(self, messages: list) -> dict: ...

        class Slow:
            def run(self, messages: list, tools: Any = None, **more) -> dict:
                return {}

            def warm_up(self):
                time.sleep(1)

        class Other:
            def run(self, texts: list) -> dict:
                return {}

            def warm_up(self):
                open("x")

        class Stricter:
            def run(self, messages: list, tools: Any) -> dict:
                return {}

            def warm_up(self):
                open("x")

        async def f(model: Model):
            if hasattr(model, "warm_up"):
                model.warm_up()  #! time.sleep
    """,
    "a protocol whose method gives what is awaited": """
        import time
        from collections.abc import Awaitable
        from typing import Protocol

        class Fetching(Protocol):
            def get(self, url: str) -> Awaitable[bytes]: ...

        class Sync:
            def get(self, url: str, timeout=None) -> bytes:
                time.sleep(1)

        class Async:
            async def get(self, url: str, timeout=None) -> bytes:
                time.sleep(1)  #! time.sleep

            def close(self):
                open("x")

        async def f(client: Fetching):
            await client.get("u")
            client.close()  #! builtins.open
    """,
    "a base's method that runs what the object's own class has": """
        import time

        class Base:
            @classmethod
            def pick(cls):
                return list(cls.names())

            @classmethod
            def names(cls):
                return []

            def prepare(self):
                self.warm_up()

            def warm_up(self):
                return None

        class Loud(Base):
            @classmethod
            def names(cls):
                time.sleep(1)

            def warm_up(self):
                time.sleep(1)

            async def f(self):
                self.pick()  #! time.sleep
                self.prepare()  #! time.sleep

        class Quiet(Base):
            @classmethod
            async def f(cls):
                cls.pick()

            async def g(self):
                self.prepare()

        class QuietParent(Base):
            async def f(self):
                self.prepare()  #! time.sleep

        class BelowIt(QuietParent):
            def warm_up(self):
                time.sleep(1)

        async def by_name(base: Base):
            Quiet.pick()
            Quiet().prepare()
            Loud.pick()  #! time.sleep
            Loud().prepare()  #! time.sleep
            Base().prepare()
            base.prepare()  #! time.sleep
    """,
    "what an object is, through super() and constructors": """
        import time

        class Base:
            def __init__(self):
                self.connect()

            def connect(self):
                return None

            def stop(self):
                self.flush()

            def flush(self):
                return None

        class Loud(Base):
            def connect(self):
                time.sleep(1)

            def flush(self):
                time.sleep(1)

        class Quiet(Base):
            def __init__(self):
                super().__init__()

            def stop(self):
                super().stop()

            async def f(self):
                self.stop()

        async def f():
            Quiet().stop()
            Loud().stop()  #! time.sleep
            Quiet()
            Loud()  #! time.sleep
    """,
    "a mixin whose other half an object has": """
        import time

        class Mixin:
            def go(self):
                self.step()

            def step(self):
                return None

        class Slow:
            def step(self):
                time.sleep(1)

        class Whole(Slow, Mixin):
            async def f(self):
                self.go()  #! time.sleep

        class Plain(Mixin):
            async def f(self):
                self.go()
    """,
    "generators that subclasses put in the place of an abstract one": """
        import time
        from abc import ABC, abstractmethod
        from collections.abc import AsyncGenerator, Iterator
        from contextlib import asynccontextmanager, contextmanager
        from pathlib import Path

        class Store(ABC):
            @asynccontextmanager
            async def open(self) -> AsyncGenerator[Path]:
                '''Open it.'''

            @contextmanager
            @abstractmethod
            def lock(self) -> Iterator[None]: ...

            @abstractmethod
            def items(self) -> Iterator[Path]: ...

        class Local(Store):
            @contextmanager
            def lock(self):
                time.sleep(1)
                yield

            def items(self):
                open("x")
                yield Path()

        async def f(store: Store):
            async with store.open() as path:
                path.mkdir()  #! pathlib.Path.mkdir
            with store.lock():  #! time.sleep
                pass
            for item in store.items():  #! builtins.open
                item.mkdir()  #! pathlib.Path.mkdir
    """,
}


@pytest.mark.parametrize("text", CASES.values(), ids=CASES)
def test_overrides_that_may_run(text: str, check) -> None:
    check(text)
