"""Values, functions and classes kept in containers."""

import pytest

CASES = {
    "what a subclass puts into a container of its base": """
        import requests

        class Base:
            def __init__(self):
                self.clients = {}
                self.names = {}

            def find(self, key):
                client = self.clients[key]
                return client

        class Pool(Base):
            def open(self, key):
                self.clients[key] = requests.Session()
                self.names[key] = "name"

        async def f(pool: Pool, key):
            pool.find(key).get("u")  #! requests.Session.get
            pool.names[key].get("u")
    """,
    "lists in a dict": """
        import time
        from collections import defaultdict

        class Hub:
            def __init__(self):
                self.handlers = {}
                self.later = defaultdict(list)
                self.on("wait", self.wait)

            def on(self, name, handler):
                self.handlers.setdefault(name, []).append(handler)
                self.later[name].append(handler)

            def wait(self):
                time.sleep(1)

            async def f(self, name):
                for handler in self.handlers[name]:
                    handler()  #! time.sleep

            async def g(self, name):
                for handler in self.later[name]:
                    handler()  #! time.sleep
    """,
    "attributes that hold containers": """
        import requests
        from collections import defaultdict, OrderedDict

        class Pool:
            def __init__(self):
                self.clients = {"a": requests.Session()}
                self.typed: dict[str, requests.Session] = {}
                self.lazy = defaultdict(requests.Session)
                self.pairs = (requests.Session(), "x")
                self.names = {"a": "b"}
                self.ordered = OrderedDict()
                self.ordered["x"] = requests.Session()
                self.built = {name: requests.Session() for name in "ab"}
                self.listed = [requests.Session() for _ in range(3)]
                self.via = dict(a=requests.Session())
                self.zipped = dict(zip("ab", self.listed))

            async def f(self, key):
                self.clients["a"].get("u")  #! requests.Session.get
                self.clients[key].get("u")  #! requests.Session.get
                self.typed[key].get("u")  #! requests.Session.get
                self.lazy[key].get("u")  #! requests.Session.get
                self.pairs[0].get("u")  #! requests.Session.get
                self.pairs[1].get("u")
                self.names[key].get("u")
                self.ordered[key].get("u")  #! requests.Session.get
                self.built[key].get("u")  #! requests.Session.get
                self.listed[0].get("u")  #! requests.Session.get
                self.listed[-1:][0].get("u")  #! requests.Session.get
                self.via["a"].get("u")  #! requests.Session.get
                self.zipped["a"].get("u")  #! requests.Session.get
                self.clients.pop("a").get("u")  #! requests.Session.get
                self.clients.setdefault("b", requests.Session()).get("u")  #! requests.Session.get
                for client in self.clients.values():
                    client.get("u")  #! requests.Session.get
                for name, client in sorted(self.clients.items()):
                    client.get("u")  #! requests.Session.get
                    name.get("u")
                for client in self.clients:
                    client.get("u")
                if (found := self.typed.get(key)) is not None:
                    found.get("u")  #! requests.Session.get
                next(iter(self.clients.values())).get("u")  #! requests.Session.get
                [*self.listed][0].get("u")  #! requests.Session.get
                {**self.clients}["a"].get("u")  #! requests.Session.get
                (self.listed + self.listed)[0].get("u")  #! requests.Session.get
                max(self.listed, key=str).get("u")  #! requests.Session.get
                self.clients.get("x")
    """,
    "registries of functions": """
        import time
        from enum import Enum
        import requests

        def slow(x):
            time.sleep(1)

        def quick(x):
            return x

        async def later(x):
            return x

        HANDLERS = {"slow": slow, "quick": quick}
        QUICK = {"quick": quick}
        LATER = {"later": later}
        PAIRS = [("a", slow), ("b", quick)]
        REGISTRY = {}

        def register(name):
            def wrap(function):
                REGISTRY[name] = function
                return function
            return wrap

        REGISTRY["x"] = slow

        class Kind(Enum):
            SESSION = requests.Session

        class Table:
            handlers = {"slow": slow}

            def __init__(self):
                self.own = {"slow": self.slow}

            def slow(self):
                time.sleep(1)

            async def f(self, name):
                self.handlers[name](1)  #! time.sleep
                self.own[name]()  #! time.sleep

        async def f(name):
            HANDLERS[name](1)  #! time.sleep
            HANDLERS["quick"](1)
            HANDLERS.get(name)(1)  #! time.sleep
            HANDLERS.get("quick")(1)
            handler = HANDLERS.get(name, quick)
            handler(1)  #! time.sleep
            QUICK[name](1)
            await LATER[name](1)
            REGISTRY[name](1)  #! time.sleep
            for _, function in PAIRS:
                function(1)  #! time.sleep
            for function in (slow, quick):
                function(1)  #! time.sleep
            for function in HANDLERS.values():
                function(1)  #! time.sleep
    """,
    "registries of classes": """
        import requests
        from pathlib import Path

        class Base:
            def run(self):
                return None

        class Loud(Base):
            def run(self):
                requests.get("u")

        class Quiet(Base):
            pass

        CLASSES = {"loud": Loud, "quiet": Quiet}
        KINDS: dict[str, type[Base]] = {"loud": Loud}

        def make(name):
            return CLASSES[name]()

        def chosen(name: str):
            match name:
                case "loud":
                    return Loud
                case _:
                    return Quiet

        async def f(name):
            CLASSES[name]().run()  #! requests.get
            CLASSES["quiet"]().run()
            make(name).run()  #! requests.get
            chosen(name)().run()  #! requests.get
            KINDS[name]().run()  #! requests.get
    """,
    "registry filled by a decorator": """
        import time

        REGISTRY = {}

        def register(name):
            def wrap(function):
                REGISTRY[name] = function
                return function
            return wrap

        @register("slow")
        def slow():
            time.sleep(1)

        PLAIN = []

        def plain(function):
            PLAIN.append(function)
            return function

        @plain
        def other():
            time.sleep(2)

        async def f(name):
            REGISTRY[name]()  #! time.sleep
            for function in PLAIN:
                function()  #! time.sleep
    """,
    "containers made empty and filled by a method": """
        import collections, sqlite3
        from typing import TypedDict
        class Store:
            def __init__(self):
                self.connection = sqlite3.connect("a")
        class State(TypedDict):
            connection: sqlite3.Connection
        class App:
            def __init__(self):
                self.stores = collections.OrderedDict()
                self.others = dict()
                self.add(Store(), "a")
            def add(self, store, name):
                stores = self.stores.copy()
                stores[name] = store
                self.stores = stores
                self.others[name] = store
            async def go(self, state: State):
                for store in self.stores.values():
                    store.connection.commit()  #! sqlite3.Connection.commit
                self.others.pop("a").connection.commit()  #! sqlite3.Connection.commit
                state.get("connection").commit()  #! sqlite3.Connection.commit
    """,
    "generators that are read at once": """
        import time

        def lines():
            time.sleep(1)
            yield 1

        async def f(found: list):
            a, b = lines()  #! time.sleep
            c, *rest = lines()  #! time.sleep
            print(*lines())  #! time.sleep
            held = [*lines()]  #! time.sleep
            held += lines()  #! time.sleep
            held[:] = lines()  #! time.sleep
            later = lines()
            return 3 in lines()  #! time.sleep
    """,
    "context variables": """
        from contextvars import ContextVar
        from pathlib import Path
        import requests

        session: ContextVar[requests.Session] = ContextVar("session")
        place = ContextVar("place", default=Path("x"))
        home = ContextVar[Path]("home")
        said = ContextVar("said")

        async def f():
            session.get().get("u")  #! requests.Session.get
            place.get().mkdir()  #! pathlib.Path.mkdir
            home.get().mkdir()  #! pathlib.Path.mkdir
            said.get().mkdir()
    """,
    "generic classes of libraries that are made of a type": """
        from collections import defaultdict, deque
        from pathlib import Path
        import asyncio

        waiting = asyncio.Queue[Path]()
        last = deque[Path]()
        named = defaultdict[str, Path](Path)

        async def f(name):
            (await waiting.get()).mkdir()  #! pathlib.Path.mkdir
            last.pop().mkdir()  #! pathlib.Path.mkdir
            named[name].mkdir()  #! pathlib.Path.mkdir
    """,
    "what the standard library picks, passes on or refers to": """
        import heapq
        import itertools
        import random
        import weakref
        from pathlib import Path
        from tqdm import tqdm

        class Owner:
            def __init__(self, path: Path):
                self.path = weakref.ref(path)

            async def f(self, places: list[Path], groups: list[list[Path]]):
                random.choice(places).mkdir()  #! pathlib.Path.mkdir
                heapq.heappop(places).mkdir()  #! pathlib.Path.mkdir
                self.path().mkdir()  #! pathlib.Path.mkdir
                for place in tqdm(places, disable=True):
                    place.mkdir()  #! pathlib.Path.mkdir
                for place in itertools.chain.from_iterable(groups):
                    place.rmdir()  #! pathlib.Path.rmdir
                for place in itertools.chain(["x"], places):
                    place.exists()  #! pathlib.Path.exists
                for place in itertools.takewhile(bool, places):
                    place.touch()  #! pathlib.Path.touch
    """,
}


@pytest.mark.parametrize("text", CASES.values(), ids=CASES)
def test_content_is_known(text: str, check) -> None:
    check(text)


def test_a_registry_of_many_classes(check) -> None:
    kinds = "".join(
        f"""
class Quiet{number}:
    def run(self):
        return None
"""
        for number in range(20)
    )
    table = ", ".join(f'"{number}": Quiet{number}' for number in range(20))
    check(f"""import time
{kinds}
class Loud:
    def run(self):
        time.sleep(1)

KINDS = {{{table}, "loud": Loud}}

async def f(name):
    KINDS[name]().run()  #! time.sleep
""")


def test_a_parameter_with_many_callers(check) -> None:
    callers = "".join(f"\ndef caller{number}(x):\n    fetch(x)\n" for number in range(40))
    check(f"""import requests

async def fetch(session):
    session.get("u")  #! requests.Session.get
{callers}
async def f():
    await fetch(requests.Session())
""")
