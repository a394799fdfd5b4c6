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
}


@pytest.mark.parametrize("text", CASES.values(), ids=CASES)
def test_overrides_that_may_run(text: str, check) -> None:
    check(text)
