"""Type variables, and what they stand for where a value is used."""

import sys

import pytest

CASES = {
    "an attribute of a generic class": """
        from pathlib import Path
        from typing import Generic, TypeVar

        import requests

        T = TypeVar("T")

        class Repository(Generic[T]):
            item: T

            def get(self) -> T:
                return self.item

            def all(self) -> list[T]:
                return [self.item]

        class Sessions(Repository[requests.Session]):
            pass

        async def f(paths: Repository[Path], names: Repository[str], bare: Repository):
            paths.get().exists()  #! pathlib.Path.exists
            paths.item.exists()  #! pathlib.Path.exists
            for path in paths.all():
                path.exists()  #! pathlib.Path.exists
            names.get().exists()
            bare.get().exists()
            Repository[Path]().get().exists()  #! pathlib.Path.exists
            Sessions().get().get("u")  #! requests.Session.get
            Sessions().item.exists()
    """,
    "a constructor tells the parameter of its class": """
        from pathlib import Path
        from typing import Generic, TypeVar

        T = TypeVar("T")

        class Box(Generic[T]):
            def __init__(self, item: T) -> None:
                self.item = item

            def get(self) -> T:
                return self.item

        async def f():
            Box(Path("x")).get().exists()  #! pathlib.Path.exists
            Box("x").get().exists()
            box = Box(Path("x"))
            box.item.exists()  #! pathlib.Path.exists
    """,
    "functions that give what they are given": """
        from pathlib import Path
        from typing import Callable, TypeVar, Type, Awaitable

        import requests

        T = TypeVar("T")

        def same(value: T) -> T:
            return value

        def first(items: list[T]) -> T:
            return items[0]

        def make(kind: Type[T]) -> T:
            return kind()

        def build(kind: type[T], name: str = "") -> T:
            return kind()

        def call(function: Callable[[], T]) -> T:
            return function()

        async def wait(aw: Awaitable[T]) -> T:
            return await aw

        async def give() -> Path:
            return Path("x")

        class Model:
            @classmethod
            def make(cls: type[T]) -> T:
                return cls()

            def load(self):
                Path("x").read_text()

        class Special(Model):
            def load(self):
                requests.get("u")

        async def f(paths: list[Path]):
            same(Path("x")).exists()  #! pathlib.Path.exists
            same("x").exists()
            first(paths).exists()  #! pathlib.Path.exists
            first(["x"]).exists()
            make(requests.Session).get("u")  #! requests.Session.get
            make(dict).get("u")
            build(kind=requests.Session).get("u")  #! requests.Session.get
            call(lambda: requests.Session()).get("u")  #! requests.Session.get
            (await wait(give())).exists()  #! pathlib.Path.exists
            Model.make().load()  #! pathlib.Path.read_text
            Special.make().load()  #! requests.get
    """,
    "Self": """
        import requests
        from typing import Self

        class Builder:
            def with_name(self, name) -> Self:
                self.name = name
                return self

            def __enter__(self) -> Self:
                return self

            def __exit__(self, *args):
                return None

            def run(self):
                return None

        class Loud(Builder):
            def run(self):
                requests.get("u")

        async def f():
            Loud().with_name("a").with_name("b").run()  #! requests.get
            Builder().with_name("a").run()
            with Loud() as loud:
                loud.run()  #! requests.get
    """,
    "new types and type aliases": """
        from pathlib import Path
        from typing import NewType, TypeAlias, Optional

        Root = NewType("Root", Path)
        Where: TypeAlias = "Path | None"
        Maybe = Optional[Path]
        Name = NewType("Name", str)

        async def f(root: Root, where: Where, maybe: Maybe, name: Name):
            root.exists()  #! pathlib.Path.exists
            where.exists()  #! pathlib.Path.exists
            maybe.exists()  #! pathlib.Path.exists
            name.exists()
            Root(Path("x")).exists()  #! pathlib.Path.exists
            Name("x").exists()
    """,
    "bounds and constraints of type variables": """
        from pathlib import Path
        from typing import TypeVar

        class Loader:
            def load(self):
                return Path("x").read_text()

        L = TypeVar("L", bound="Loader")
        C = TypeVar("C", Path, str)

        async def f(loader: L, where: C, kind: type[L]):
            loader.load()  #! pathlib.Path.read_text
            where.exists()  #! pathlib.Path.exists
            kind().load()  #! pathlib.Path.read_text
    """,
    "what a callable that is handed over gives": """
        import asyncio
        import functools
        from typing import Callable, ParamSpec, TypeVar

        import boto3
        from pydantic import BaseModel, Secret

        P = ParamSpec("P")
        R = TypeVar("R")

        class Access(BaseModel):
            def key(self):
                return open("x")

        class Settings(BaseModel):
            access: Secret[Access]

        async def run(func: Callable[P, R], *args: P.args, **given: P.kwargs) -> R:
            return await asyncio.to_thread(func, *args)

        async def f(settings: Settings):
            client = await asyncio.to_thread(boto3.client, "s3")
            found = await run(client.get_object, Bucket="x")
            found["Body"].read()  #! botocore.response.StreamingBody.read
            again = await run(functools.partial(client.get_object, Bucket="x"))
            again["Body"].read()  #! botocore.response.StreamingBody.read
            settings.access.get_secret_value().key()  #! builtins.open
    """,
}


@pytest.mark.parametrize("text", CASES.values(), ids=CASES)
def test_type_variables_are_settled(text: str, check) -> None:
    check(text)


@pytest.mark.skipif(sys.version_info < (3, 12), reason="the syntax is newer")
def test_type_parameters_in_brackets(check) -> None:
    check("""
        from pathlib import Path

        class Box[T]:
            def __init__(self, item: T) -> None:
                self.item = item

            def get(self) -> T:
                return self.item

        def first[K](items: list[K]) -> K:
            return items[0]

        async def f(box: Box[Path], paths: list[Path]):
            box.get().exists()  #! pathlib.Path.exists
            box.item.exists()  #! pathlib.Path.exists
            first(paths).exists()  #! pathlib.Path.exists
            first(["a"]).exists()
    """)


@pytest.mark.skipif(sys.version_info < (3, 12), reason="the syntax is newer")
def test_aliases_by_statement(check) -> None:
    check("""
        from pathlib import Path

        type Where = Path | None

        class Model:
            @classmethod
            def make[T](cls: type[T]) -> T:
                return cls()

            def load(self):
                Path("x").read_text()

        async def f(where: Where, more: list[Where]):
            where.exists()  #! pathlib.Path.exists
            for one in more:
                one.exists()  #! pathlib.Path.exists
            Model.make().load()  #! pathlib.Path.read_text
    """)
