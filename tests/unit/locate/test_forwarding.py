"""Arguments that functions between hand on, and what the standard library calls on its own."""

import pytest

CLIENT = """
        import time

        class Client:
            def ask(self):
                time.sleep(1)
"""
SERVICE = """
        class Service:
            def __init__(self, client):
                self.client = client

            def run(self):
                return self.client.ask()
"""
CASES = {
    "a constructor that a subclass inherits": f"""{CLIENT}{SERVICE}
        class Shop(Service):
            pass

        def make():
            return Shop(Client())

        async def f(shop: Shop):
            shop.run()  #! time.sleep
    """,
    "a constructor that hands all on": f"""{CLIENT}{SERVICE}
        class Shop(Service):
            def __init__(self, *args, **kwargs):
                super().__init__(*args, **kwargs)

        def make():
            return Shop(client=Client())

        async def f(shop: Shop):
            shop.run()  #! time.sleep
    """,
    "a class method that makes an object": f"""{CLIENT}{SERVICE}
        class Shop(Service):
            @classmethod
            def create(cls, *args):
                return cls(*args)

        def make():
            return Shop.create(Client())

        async def f():
            make().run()  #! time.sleep
    """,
    "a class method of a base makes what it is called on": f"""{CLIENT}
        class Quiet:
            def ask(self): ...

        class Base:
            @classmethod
            def create(cls, *args):
                return cls(*args)

        class Loud(Base):
            def __init__(self, client):
                self.client = client

            def run(self):
                self.client.ask()

        class Silent(Base):
            def __init__(self, client):
                self.client = client

            def run(self):
                self.client.ask()

        def make():
            return Loud.create(Client()), Silent.create(Quiet())

        async def f(loud: Loud, silent: Silent):
            loud.run()  #! time.sleep
            silent.run()
    """,
    "positions behind named ones": f"""{CLIENT}
        def inner(name, client):
            client.ask()

        def outer(level, *rest):
            inner("a", *rest)

        async def f():
            outer(1, Client())  #! time.sleep
    """,
    "other keywords": f"""{CLIENT}
        def inner(client=None, other=None):
            client.ask()

        def outer(client, **rest):
            inner(**rest)

        async def f(thing):
            outer(Client(), other=thing)
    """,
    "a callable handed through": """
        import time

        class Node:
            def __init__(self, function):
                self.function = function

        class Graph:
            def __init__(self):
                self.nodes = {}

            def add(self, name, function):
                self.nodes[name] = Node(function)

            def run(self):
                for node in self.nodes.values():
                    node.function()

        def step():
            time.sleep(1)

        graph = Graph()
        graph.add("step", step)

        async def f():
            graph.run()  #! time.sleep
    """,
    "callables in a list that is declared": """
        import time
        from collections.abc import Callable

        class Bell:
            listeners: list[Callable[[], None]]

            def __init__(self):
                self.listeners = []

            def listen(self, function):
                self.listeners.append(function)

            def ring(self):
                for function in self.listeners:
                    function()

        def slow():
            time.sleep(1)

        bell = Bell()
        bell.listen(slow)

        async def f():
            bell.ring()  #! time.sleep
    """,
    "classes in a list that says nothing of them": """
        import requests
        from typing import Any

        class Search:
            def run(self):
                return requests.get("u")

        def choose():
            return [Search]

        class Agent:
            async def start(self):
                await self.ask(choose(), {"a": Search()})

            async def ask(self, searches: list, named: dict):
                for search in searches:
                    self.one(search)  #! requests.get
                named["a"].run()  #! requests.get

            def one(self, search: Any):
                search().run()
    """,
    "what a mixin calls": """
        import requests

        class Mixin:
            def load(self):
                return self.fetch()

        class Shop(Mixin):
            def fetch(self):
                return requests.get("u")

        async def f(shop: Shop):
            shop.load()  #! requests.get
    """,
    "joined lists": f"""{CLIENT}
        class Shop:
            def __init__(self, given):
                self.clients = given + [Client()]

            def run(self):
                for client in self.clients:
                    client.ask()

        async def f(shop: Shop):
            shop.run()  #! time.sleep
    """,
    "a function chosen by its argument's type": """
        import functools
        import time

        @functools.singledispatch
        def show(value): ...

        @show.register
        def _(value: int):
            time.sleep(1)

        @functools.singledispatch
        def hide(value): ...

        async def f():
            show(1)  #! time.sleep
            hide(1)
    """,
    "the default of a field": """
        import time
        from dataclasses import dataclass, field

        def load():
            time.sleep(1)

        @dataclass
        class Shop:
            stock: list = field(default_factory=load)
            other: list = field(default_factory=list)

        async def f():
            Shop()  #! time.sleep
    """,
    "a context manager around each call": """
        import contextlib
        import time

        @contextlib.contextmanager
        def turn():
            time.sleep(1)
            yield

        @turn()
        def work(): ...

        async def f():
            work()  #! time.sleep
    """,
    "validators of a model that is made": """
        from pathlib import Path

        from pydantic import BaseModel, field_validator, model_validator

        class Prompts(BaseModel):
            file: str | None = None

            @model_validator(mode="after")
            def load(self):
                open(self.file)
                return self

        class Cached(Prompts):
            def load(self):
                return self

        class Place(BaseModel):
            path: str = "."
            name: str = ""

            @field_validator("path")
            @classmethod
            def there(cls, value):
                assert Path(value).exists()
                return value

            @field_validator("name")
            @classmethod
            def named(cls, value):
                return value.strip()

        async def f(options):
            Prompts(file="a.json")  #! builtins.open
            Cached(file="a.json")
            Place(path="a")  #! pathlib.Path.exists
            Place(**options)  #! pathlib.Path.exists
            Place(name="a")
    """,
    "a task that is put into a queue, and one that is run": """
        import time

        import dramatiq
        from celery import Celery, shared_task
        from rq.decorators import job

        app = Celery("shop")

        @app.task
        def plain(user): ...

        @app.task(bind=True)
        def bound(self, user):
            time.sleep(1)

        @shared_task
        def shared(user): ...

        @job("high")
        async def queued(user): ...

        @dramatiq.actor(max_retries=3)
        def acted(user): ...

        def other(user): ...

        async def f(user):
            plain.delay(user)  #! celery.app.task.Task.delay
            bound.apply_async((user,), countdown=3)  #! celery.app.task.Task.apply_async
            shared.delay(user)  #! celery.app.task.Task.delay
            queued.delay(user)  #! rq.decorators.job.delay
            acted.send(user)  #! dramatiq.Actor.send
            plain.s(user)
            other.delay(user)
            plain(user)
    """,
    "a module that is loaded from a file, and sound that is written to one": """
        import importlib.util
        import wave

        async def f(path, sound):
            spec = importlib.util.spec_from_file_location("plugin", path)
            module = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(module)  #! importlib.abc.Loader.exec_module
            with wave.open(path, "wb") as file:  #! wave.open
                file.writeframes(sound)  #! wave.Wave_write.writeframes
    """,
    "what attrs runs once it has set the fields": """
        import attrs

        @attrs.define
        class Notes:
            path: str

            def __attrs_post_init__(self):
                open(self.path)

        async def f():
            Notes("a.txt")  #! builtins.open
    """,
    "a model whose field says how it is written out": """
        from typing import Annotated

        import requests
        from pydantic import BaseModel, SerializeAsAny

        class Store(BaseModel):
            def save(self):
                requests.post("u")

        class Flow(BaseModel):
            store: Annotated[SerializeAsAny[Store] | None, "kept"] = None

            async def resume(self):
                self.store.save()  #! requests.post
    """,
}


@pytest.mark.parametrize("source", CASES.values(), ids=CASES)
def test_what_is_called(check, source):
    check(source)


def test_an_argument_of_a_class_that_is_called_by_another_name(check):
    check("""
        import requests

        class Lock:
            def __init__(self, session):
                self.session = session

            def take(self):
                self.session.get("https://example.org")

        def make(session: requests.Session, lock_class=None):
            if lock_class is None:
                lock_class = Lock
            return lock_class(session)

        async def start(lock: Lock):
            lock.take()  #! requests.Session.get
        """)


def test_an_argument_of_a_function_that_a_variable_holds(check):
    check("""
        import requests

        def fetch(session):
            session.get("https://example.org")

        def run(session: requests.Session, is_dry: bool):
            work = print if is_dry else fetch
            work(session)

        async def start(session: requests.Session):
            run(session, False)  #! requests.Session.get
        """)
