"""Code that no run reaches, and definitions that others have taken the place of."""

import pytest

CASES = {
    "conditions that are constants": """
        import time
        from typing import TYPE_CHECKING
        import typing

        if TYPE_CHECKING:
            from requests import Session

        async def f(session: "Session", quick):
            session.get("u")  #! requests.Session.get
            if TYPE_CHECKING:
                time.sleep(1)
            if typing.TYPE_CHECKING and quick:
                time.sleep(1)
            if not TYPE_CHECKING:
                time.sleep(1)  #! time.sleep
            else:
                time.sleep(1)
            if False:
                time.sleep(1)
            elif quick:
                time.sleep(1)  #! time.sleep
            while 0:
                time.sleep(1)
            rest = None if True else time.sleep(1)
            return rest, time.sleep(1) if quick else None  #! time.sleep
    """,
    "what follows a statement that leaves": """
        import time

        async def off(items):
            for item in items:
                if item:
                    time.sleep(1)  #! time.sleep
                    continue
                    time.sleep(1)
            return
            time.sleep(1)

        async def none():
            raise NotImplementedError
            with open("x") as file:
                yield file.read()
    """,
    "what is bound there stays known": """
        from typing import TYPE_CHECKING, Any

        if TYPE_CHECKING:
            from pathlib import Path as Place
        else:
            Place = Any

        async def f(place: Place):
            place.mkdir()  #! pathlib.Path.mkdir
    """,
    "the last definition counts": """
        import time

        def wait():
            time.sleep(1)

        def wait():
            return 1

        def rest():
            time.sleep(1)

        rest = lambda: None

        try:
            from fast import nap
        except ImportError:
            def nap():
                time.sleep(1)

        if time.time():
            def pause():
                time.sleep(1)
        else:
            def pause():
                return None

        class Clock:
            def tick(self):
                time.sleep(1)

            def tick(self):
                return 1

            if time.time():
                def ring(self):
                    time.sleep(1)
            else:
                def ring(self):
                    return 1

        async def f():
            wait()
            rest()
            nap()  #! time.sleep
            pause()  #! time.sleep
            Clock().tick()
            Clock().ring()  #! time.sleep
    """,
    "a declaration outlives what is bound first": """
        from pathlib import Path

        where: Path = None
        where = find()

        def choose(given):
            global chosen
            chosen = Path(given)

        chosen = None
        chosen = None

        async def f():
            where.mkdir()  #! pathlib.Path.mkdir
            chosen.mkdir()  #! pathlib.Path.mkdir
    """,
}


@pytest.mark.parametrize("text", CASES.values(), ids=CASES)
def test_never_run(text: str, check) -> None:
    check(text)
