"""What conditions and patterns say of a value."""

import pytest

CASES = {
    "walrus": """
        import requests
        from pathlib import Path

        def find() -> Path | None: ...

        async def f(xs):
            if (path := find()) is not None:
                path.exists()  #! pathlib.Path.exists
            if not (other := find()):
                return
            other.exists()  #! pathlib.Path.exists
            while (s := requests.Session()):
                s.get("u")  #! requests.Session.get
                break
            [y for x in xs if (y := Path(x)).exists()]  #! pathlib.Path.exists
            (lambda: None)()
    """,
    "match captures": """
        from dataclasses import dataclass
        from pathlib import Path
        import requests

        @dataclass
        class Job:
            where: Path
            session: requests.Session
            name: str

        class Point:
            __match_args__ = ("path", "name")
            path: Path
            name: str

        async def f(thing):
            match thing:
                case Job(where=where, session=requests.Session() as s, name=name):
                    where.exists()  #! pathlib.Path.exists
                    s.get("u")  #! requests.Session.get
                    name.exists()
                case Job(a, b):
                    a.exists()  #! pathlib.Path.exists
                    b.get("u")  #! requests.Session.get
                case Point(path, name):
                    path.exists()  #! pathlib.Path.exists
                    name.exists()
                case Path() | requests.Session():
                    thing.exists()  #! pathlib.Path.exists
                    thing.close

        async def g(pair: tuple[Path, str], jobs: dict[str, Path], many: list[Path], u: Path | str):
            match pair:
                case (path, name):
                    path.exists()  #! pathlib.Path.exists
                    name.exists()
            match jobs:
                case {"a": found, **rest}:
                    found.exists()  #! pathlib.Path.exists
                    rest["b"].exists()  #! pathlib.Path.exists
            match many:
                case [first, *others]:
                    first.exists()  #! pathlib.Path.exists
                    others[0].exists()  #! pathlib.Path.exists
            match u:
                case str():
                    u.exists()
                case other:
                    other.exists()  #! pathlib.Path.exists
    """,
    "isinstance and its relatives": """
        from pathlib import Path
        import requests

        class Job:
            where = None

        def is_path(x): ...

        async def f(a, b, c, job: Job, kind, u: "str | Path"):
            if isinstance(a, Path):
                a.exists()  #! pathlib.Path.exists
            else:
                a.exists()
            if isinstance(job.where, Path):
                job.where.exists()  #! pathlib.Path.exists
            if not isinstance(b, Path):
                raise TypeError
            b.exists()  #! pathlib.Path.exists
            size = c.stat() if isinstance(c, Path) else 0  #! pathlib.Path.stat
            if isinstance(c, Path) or c is None:
                c.exists()
            if type(kind) is Path:
                kind.exists()  #! pathlib.Path.exists
            if isinstance(u, str):
                u.exists()
                return
            u.exists()  #! pathlib.Path.exists
    """,
    "a test of an attribute": """
        from pathlib import Path
        class Job:
            def __init__(self, where):
                self.where = where
            async def f(self):
                if isinstance(self.where, Path) and self.where.exists():  #! pathlib.Path.exists
                    self.where.unlink()  #! pathlib.Path.unlink
                self.where.unlink()
    """,
    "the branch where a test fails": """
        import time
        from pathlib import Path

        class Sync:
            def post(self):
                time.sleep(1)

        class Async:
            async def post(self):
                return None

        async def f(client: Sync | Async | None = None):
            if client is None or not isinstance(client, Async):
                chosen = Async()
            else:
                chosen = client
            await chosen.post()

        async def g(client: Sync | Async):
            if not isinstance(client, Sync):
                return
            elif client:
                client.post()  #! time.sleep

        async def chosen_by_value(where, client: Sync | Async):
            size = 0 if not isinstance(where, Path) else where.stat()  #! pathlib.Path.stat
            if isinstance(where, Path):
                return size
            else:
                where.stat()
    """,
    "a property that a condition speaks of": """
        import time
        from pathlib import Path

        class Job:
            @property
            def where(self):
                time.sleep(1)

            async def f(self):
                if isinstance(self.where, Path):  #! time.sleep
                    return self.where.exists()  #! time.sleep, pathlib.Path.exists
    """,
    "what is awaited": """
        import time

        class Sync:
            def post(self):
                time.sleep(1)

        class Async:
            async def post(self):
                return None

        async def f(client: Sync | Async):
            await client.post()

        async def g(client: Sync | Async):
            client.post()  #! time.sleep
    """,
}


@pytest.mark.parametrize("text", CASES.values(), ids=CASES)
def test_condition_tells_the_type(text: str, check) -> None:
    check(text)


def test_the_async_one_of_two_engines(check) -> None:
    check("""
        from typing import Union

        from sqlalchemy import Engine
        from sqlalchemy.ext.asyncio import AsyncEngine

        class Store:
            def __init__(self, engine: Union[Engine, AsyncEngine]):
                self.engine = engine

            async def create(self):
                assert isinstance(self.engine, AsyncEngine)
                async with self.engine.begin() as session:
                    return session

            async def wrong(self):
                with self.engine.begin() as session:  #! sqlalchemy.Engine.begin
                    return session
    """)
