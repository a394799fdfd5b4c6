"""What a receiver is decides whether a method call blocks."""

import pytest

CASES = {
    "constructor in a local": """
        import requests

        async def f():
            session = requests.Session()
            session.get("u")  #! requests.Session.get
    """,
    "alias of a module and of a class": """
        import requests as r
        from requests import Session as S

        async def f():
            r.get("u")  #! requests.get
            S().get("u")  #! requests.Session.get
    """,
    "attribute assigned in __init__": """
        import requests

        class Client:
            def __init__(self, session=None):
                self.session = session or requests.Session()

            async def f(self):
                self.session.get("u")  #! requests.Session.get
    """,
    "attribute assigned in another method": """
        import requests

        class Client:
            session = None

            def open(self):
                self.session = requests.Session()

            async def f(self):
                self.session.get("u")  #! requests.Session.get
    """,
    "annotated parameters": """
        from pathlib import Path
        from typing import Annotated, Optional, Union
        import typing as t

        async def f(a: Path, b: Optional[Path], c: Union[str, Path], d: "Path | None",
                    e: Annotated[Path, "where"], g: t.Optional["Path"], h: str):
            a.exists()  #! pathlib.Path.exists
            b.exists()  #! pathlib.Path.exists
            c.exists()  #! pathlib.Path.exists
            d.exists()  #! pathlib.Path.exists
            e.exists()  #! pathlib.Path.exists
            g.exists()  #! pathlib.Path.exists
            h.exists()
    """,
    "type alias": """
        from pathlib import Path
        from typing import Union

        Where = Union[str, Path]
        Other: "TypeAlias" = str | Path

        async def f(a: Where, b: Other):
            a.exists()  #! pathlib.Path.exists
            b.exists()  #! pathlib.Path.exists
    """,
    "dataclass and pydantic fields": """
        from dataclasses import dataclass, field
        from pathlib import Path

        import requests
        from pydantic import BaseModel, Field, PrivateAttr

        @dataclass
        class Settings:
            root: Path
            session: requests.Session = field(default_factory=requests.Session)

        class Model(BaseModel):
            where: Path = Field(default=None)
            _session: requests.Session = PrivateAttr()
            made = Field(default_factory=requests.Session)

        async def f(settings: Settings, model: Model):
            settings.root.exists()  #! pathlib.Path.exists
            settings.session.get("u")  #! requests.Session.get
            model.where.exists()  #! pathlib.Path.exists
            model._session.get("u")  #! requests.Session.get
            model.made.get("u")  #! requests.Session.get
    """,
    "typed dict values": """
        from pathlib import Path
        from typing import TypedDict

        class Config(TypedDict, total=False):
            root: Path

        async def f(config: Config):
            config["root"].exists()  #! pathlib.Path.exists
    """,
    "annotated and inferred returns": """
        import requests
        from pathlib import Path

        def stated() -> Path:
            ...

        def inferred():
            session = requests.Session()
            session.headers["a"] = "b"
            return session

        async def f():
            stated().exists()  #! pathlib.Path.exists
            inferred().get("u")  #! requests.Session.get
    """,
    "factory methods": """
        import requests

        class Client:
            @classmethod
            def create(cls):
                return cls()

            def clone(self) -> "Client":
                return self

            def get(self):
                return requests.get("u")

        class Special(Client):
            def get(self):
                return requests.post("u")

        async def f():
            Client.create().get()  #! requests.get
            Special.create().get()  #! requests.post
            Client().clone().clone().get()  #! requests.get
    """,
    "with and its target": """
        import requests

        class Pool:
            def __enter__(self):
                return requests.Session()

            def __exit__(self, *args):
                return None

        async def f():
            with requests.Session() as session:
                session.get("u")  #! requests.Session.get
            with Pool() as pooled:
                pooled.get("u")  #! requests.Session.get
    """,
    "context manager functions": """
        from contextlib import contextmanager, closing
        import requests

        @contextmanager
        def opened():
            session = requests.Session()
            try:
                yield session
            finally:
                session.close()

        async def f():
            with opened() as session:
                session.get("u")  #! requests.Session.get
            with closing(requests.Session()) as other:
                other.get("u")  #! requests.Session.get
    """,
    "module-level singleton, imported": """
        # file: pkg/clients.py
        import requests

        session = requests.Session()

        # file: pkg/use.py
        from pkg import clients
        from pkg.clients import session

        async def f():
            session.get("u")  #! requests.Session.get
            clients.session.get("u")  #! requests.Session.get
    """,
    "global set later": """
        import requests

        _session = None

        def setup():
            global _session
            _session = requests.Session()

        async def f():
            _session.get("u")  #! requests.Session.get
    """,
    "elements of containers": """
        from pathlib import Path

        async def f(paths: list[Path], by_name: dict[str, Path], pairs: list[tuple[int, Path]]):
            for path in paths:
                path.exists()  #! pathlib.Path.exists
            for path in by_name.values():
                path.exists()  #! pathlib.Path.exists
            for name, path in by_name.items():
                name.exists()
                path.exists()  #! pathlib.Path.exists
            for _, path in pairs:
                path.exists()  #! pathlib.Path.exists
            for number, path in enumerate(sorted(paths)):
                path.exists()  #! pathlib.Path.exists
            by_name["a"].exists()  #! pathlib.Path.exists
            by_name.get("a").exists()  #! pathlib.Path.exists
            paths[0].exists()  #! pathlib.Path.exists
            [p for p in paths if p.exists()]  #! pathlib.Path.exists
            a, b = paths
            b.exists()  #! pathlib.Path.exists
    """,
    "dict of factories": """
        from pathlib import Path
        import requests

        async def f(kind):
            made = {"a": requests.Session(), "b": Path("x")}
            made["a"].get("u")  #! requests.Session.get
            made["b"].exists()  #! pathlib.Path.exists
    """,
    "operators and chained calls": """
        from pathlib import Path

        ROOT = Path(__file__).parent

        async def f(name):
            (ROOT / "a" / name).exists()  #! pathlib.Path.exists
            Path(name).with_suffix(".x").parent.mkdir()  #! pathlib.Path.mkdir
            target = ROOT / name
            target.exists()  #! pathlib.Path.exists
    """,
    "a type test": """
        from pathlib import Path

        async def f(where, other):
            if isinstance(where, Path) and where.exists():  #! pathlib.Path.exists
                where.unlink()  #! pathlib.Path.unlink
            where.unlink()
            assert isinstance(other, (Path, str))
            other.exists()  #! pathlib.Path.exists
    """,
    "what a type test leaves behind": """
        from pathlib import Path

        async def f(where, other):
            if other is None or not isinstance(where, Path):
                return
            where.exists()  #! pathlib.Path.exists
            other.exists()
    """,
    "bound in the body of a try": """
        import sqlite3

        conn = None

        async def f():
            try:
                conn = sqlite3.connect("x")  #! sqlite3.connect
            except ValueError:
                conn.rollback()  #! sqlite3.Connection.rollback
            else:
                conn.commit()  #! sqlite3.Connection.commit
            finally:
                conn.close()  #! sqlite3.Connection.close
    """,
    "what an exit stack enters": """
        from contextlib import ExitStack

        import requests

        async def f():
            with ExitStack() as stack:
                session = stack.enter_context(requests.Session())
                session.get("u")  #! requests.Session.get
    """,
    "star imports of libraries": """
        from os.path import *
        from time import *

        async def f():
            sleep(1)  #! time.sleep
            exists("x")  #! os.path.exists
            unknown("x")
    """,
    "files and their modes": """
        async def f(name):
            with open(name, "rb") as file:  #! builtins.open
                file.read()  #! io.BufferedReader.read
            with open(name) as text:  #! builtins.open
                text.read()  #! io.TextIOWrapper.read
    """,
    "properties": """
        from functools import cached_property
        from pathlib import Path

        class Store:
            @property
            def root(self) -> Path:
                return Path("x")

            @cached_property
            def inferred(self):
                return Path("x")

            async def f(self):
                self.root.mkdir()  #! pathlib.Path.mkdir
                self.inferred.mkdir()  #! pathlib.Path.mkdir
    """,
    "partials and bound methods": """
        from functools import partial
        import requests

        async def f():
            get = partial(requests.get, timeout=3)
            get("u")  #! requests.get
            post = requests.Session().post
            post("u")  #! requests.Session.post
    """,
    "getattr and cast": """
        from typing import cast
        import requests

        class Box:
            session = requests.Session()

        async def f(box: Box, thing):
            getattr(box, "session").get("u")  #! requests.Session.get
            cast("requests.Session", thing).get("u")  #! requests.Session.get
    """,
    "an injected dependency": """
        import requests
        from fastapi import Depends

        def get_session():
            session = requests.Session()
            yield session

        async def handler(session=Depends(get_session)):
            session.get("u")  #! requests.Session.get
    """,
    "subclass of a library class": """
        import requests

        class Client(requests.Session):
            def fetch(self):
                return self.get("u")

        async def f():
            Client().fetch()  #! requests.Session.get
            Client().post("u")  #! requests.Session.post
    """,
    "bound again on the way": """
        import requests

        async def f(flag, client):
            client.get("u")
            client = requests.Session()
            client.get("u")  #! requests.Session.get
            client = object()
            client.get("u")
            if flag:
                client = requests.Session()
            client.get("u")  #! requests.Session.get
    """,
    "bound again by the loop": """
        import requests

        async def f():
            client = None
            while True:
                if client is not None:
                    client.get("u")  #! requests.Session.get
                client = requests.Session()
    """,
    "result of an awaited factory": """
        import requests

        async def make():
            return requests.Session()

        async def f():
            session = await make()
            session.get("u")  #! requests.Session.get
    """,
    "matched patterns": """
        from pathlib import Path

        async def f(thing):
            match thing:
                case Path():
                    thing.exists()  #! pathlib.Path.exists
                case Path() as path:
                    path.exists()  #! pathlib.Path.exists
                case _:
                    thing.exists()
    """,
    "the object of a method that a decorator wraps": """
        import functools
        import time

        def saving(func):
            @functools.wraps(func)
            async def wrapper(self, *args):
                self.save()  #! time.sleep
                return await func(self, *args)

            return wrapper

        def marked(name):
            def mark(func):
                @functools.wraps(func)
                def wrapper(self, *args):
                    self.save()
                    return func(self, *args)

                return wrapper

            return mark

        class Team:
            def save(self):
                time.sleep(1)

            @saving
            async def run(self): ...

            @marked("go")
            def go(self): ...

        async def f(team: Team):
            team.go()  #! time.sleep
    """,
    "an attribute that holds others of its own class": """
        import time
        from typing import Optional
        from typing_extensions import Self

        class Node:
            children: list[Self]
            parent: Optional[Self] = None

            def save(self):
                time.sleep(1)

        async def f(node: Node):
            for child in node.children:
                child.save()  #! time.sleep
            node.parent.save()  #! time.sleep
    """,
    "what only subclasses have, where a library's class is a base too": """
        import time
        from abc import ABC
        from pydantic import BaseModel

        class Runner(ABC):
            def run(self): ...

        class Role(BaseModel):
            name: str

        class Threads(Runner):
            def cancel(self):
                time.sleep(1)

        class Player(Role):
            def store(self):
                open("x")

        async def f(runner: Runner, role: Role):
            if hasattr(runner, "cancel"):
                runner.cancel()  #! time.sleep
            role.store()  #! builtins.open
            role.model_dump()
    """,
}


@pytest.mark.parametrize("text", CASES.values(), ids=CASES)
def test_blocking_method_is_found_through_its_receiver(text: str, check) -> None:
    check(text)


FLOWS = {
    "what callers pass for a bare parameter": """
        import requests

        class Client:
            def __init__(self, session, other):
                self.session = session
                self.other = other

            async def f(self):
                self.session.get("u")  #! requests.Session.get
                self.other.get("u")

        def fetch(session, url):
            return session.get(url)

        async def f(unknown):
            Client(requests.Session(), other=unknown)
            fetch(requests.Session(), "u")  #! requests.Session.get
    """,
    "what a test passes says nothing": """
        # file: pkg/code.py
        async def f(session):
            session.get("u")

        # file: tests/test_code.py
        import requests
        from pkg.code import f

        async def test_f():
            await f(requests.Session())
    """,
    "elements put in later": """
        import requests

        class Pool:
            def __init__(self):
                self.by_name = {}
                self.all = []

            def add(self, name):
                self.by_name[name] = requests.Session()
                self.all.append(requests.Session())

            async def f(self, name):
                self.by_name[name].get("u")  #! requests.Session.get
                for session in self.all:
                    session.get("u")  #! requests.Session.get

        async def g():
            found = []
            for _ in range(3):
                found.append(requests.Session())
            found[0].get("u")  #! requests.Session.get
    """,
    "type variables and new types": """
        from pathlib import Path
        from typing import NewType, TypeVar

        P = TypeVar("P", bound=Path)
        Q = NewType("Q", Path)

        async def f(p: P, q: Q):
            p.exists()  #! pathlib.Path.exists
            q.exists()  #! pathlib.Path.exists
    """,
    "the element a key function is given": """
        from pathlib import Path

        async def f(paths: list[Path]):
            sorted(paths, key=lambda path: path.stat().st_mtime)  #! pathlib.Path.stat
            list(map(lambda path: path.exists(), paths))  #! pathlib.Path.exists
    """,
}


@pytest.mark.parametrize("text", FLOWS.values(), ids=FLOWS)
def test_receiver_is_followed_through_calls_and_containers(text: str, check) -> None:
    check(text)
