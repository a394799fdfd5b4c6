"""Attributes set from outside their class, and those that run code."""

import pytest

CASES = {
    "attributes set from outside": """
        import requests
        from pathlib import Path

        class Holder:
            client = None

        class Owner:
            def __init__(self):
                self.other = Holder()
                self.other.client = requests.Session()

            async def f(self, holder: Holder):
                self.other.client.get("u")  #! requests.Session.get
                holder.client.get("u")  #! requests.Session.get
                holder.name.get("u")

        def setup(holder: Holder, unknown):
            holder.path = Path("x")
            unknown.where = Path("x")

        async def g(holder: Holder, other):
            holder.path.exists()  #! pathlib.Path.exists
            holder.where.exists()
            other.where.exists()
    """,
    "the state of an application": """
        from contextlib import asynccontextmanager
        import requests
        from pathlib import Path
        from fastapi import FastAPI, Request

        @asynccontextmanager
        async def lifespan(app: FastAPI):
            app.state.client = requests.Session()
            app.state.name = "x"
            yield

        app = FastAPI(lifespan=lifespan)

        @app.on_event("startup")
        async def startup():
            app.state.root = Path("x")

        @app.get("/")
        async def f(request: Request):
            request.app.state.client.get("u")  #! requests.Session.get
            request.app.state.root.exists()  #! pathlib.Path.exists
            request.app.state.name.get("u")
            app.state.client.get("u")  #! requests.Session.get
            client = request.app.state.client
            client.get("u")  #! requests.Session.get
            request.state.client.get("u")
    """,
    "the state of a request": """
        import requests
        from starlette.requests import Request

        async def middleware(request: Request, call_next):
            request.state.session = requests.Session()
            return await call_next(request)

        async def f(request: Request):
            request.state.session.get("u")  #! requests.Session.get
            request.state.other.get("u")
    """,
    "an aiohttp application's keys": """
        import requests
        from aiohttp import web

        def make():
            app = web.Application()
            app["session"] = requests.Session()
            app["name"] = "x"
            return app

        async def f(request: web.Request):
            request.app["session"].get("u")  #! requests.Session.get
            request.app["name"].get("u")
    """,
    "property setters": """
        import time
        from pathlib import Path

        class Thing:
            @property
            def size(self):
                return self._size

            @size.setter
            def size(self, value):
                time.sleep(1)
                self._size = value

            @size.deleter
            def size(self):
                Path("x").unlink()

        async def f(thing: Thing, other):
            thing.size = 3  #! time.sleep
            thing.size += 3  #! time.sleep
            del thing.size  #! pathlib.Path.unlink
            print(thing.size)
            other.size = 3
            thing.other = 3
    """,
    "descriptors": """
        import time
        from pathlib import Path

        class Lazy:
            def __init__(self, factory):
                self.factory = factory

            def __get__(self, instance, owner):
                time.sleep(1)
                return Path("x")

            def __set__(self, instance, value):
                Path("x").write_text(value)

        class Thing:
            where = Lazy(str)
            plain = str

        async def f(thing: Thing):
            thing.where  #! time.sleep
            thing.where.exists()  #! time.sleep, pathlib.Path.exists
            thing.where = "x"  #! pathlib.Path.write_text
            thing.plain
    """,
    "objects of the standard library that take attributes": """
        import threading

        import requests

        local = threading.local()

        def setup():
            local.session = requests.Session()

        async def f():
            local.name.get("u")
            local.session.get("u")  #! requests.Session.get
    """,
    "members of enumerations and classes in classes": """
        import enum, time
        class Speed(str, enum.Enum):
            SLOW = "a"
            def wait(self):
                time.sleep(1)
        class Level(enum.IntEnum):
            LOW = 1
            @property
            def text(self):
                time.sleep(1)
                return ""
        class Shop:
            class Stock:
                def load(self):
                    time.sleep(1)
        async def f():
            Speed.SLOW.wait()  #! time.sleep
            Level.LOW.text  #! time.sleep
            Shop.Stock().load()  #! time.sleep
    """,
}


@pytest.mark.parametrize("text", CASES.values(), ids=CASES)
def test_attribute(text: str, check) -> None:
    check(text)


def test_an_attribute_that_a_method_sets_on_its_class(check):
    check("""
        import requests

        class Lock:
            session = None

            def __init__(self):
                cls = self.__class__
                cls.session = requests.Session()
                type(self).other = requests.Session()

            @classmethod
            def prepare(cls):
                cls.third = requests.Session()

            async def take(self):
                self.session.get("https://example.org")  #! requests.Session.get
                self.other.get("https://example.org")  #! requests.Session.get
                self.third.get("https://example.org")  #! requests.Session.get
        """)
