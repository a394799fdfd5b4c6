"""Of several methods, classes or functions, a call runs those that take what it passes."""

import pytest

CASES = {
    "names and numbers of arguments": """
        import time

        class Action:
            def run(self, *args, **kwargs):
                raise NotImplementedError

        class Write(Action):
            def run(self, text, *, strict=False):
                time.sleep(1)

        class Search(Action):
            def run(self, query, limit):
                open(query)

        class Any(Action):
            def run(self, *args, **kwargs):
                print(input())

        async def f(action: Action):
            action.run("text")  #! time.sleep, builtins.input
            action.run("text", strict=True)  #! time.sleep, builtins.input
            action.run(query="a", limit=3)  #! builtins.open, builtins.input
            action.run("a", "b", "c")  #! builtins.input

        async def g(action: Action, given, named):
            action.run(*given)  #! time.sleep, builtins.open, builtins.input
            action.run(**named)  #! time.sleep, builtins.open, builtins.input
            action.run(query="a", **named)  #! builtins.open, builtins.input
            action.run(*given, strict=True)  #! time.sleep, builtins.input
        """,
    "what decorators may change, and what binds the object": """
        import functools
        import time
        from abc import ABC, abstractmethod

        def with_session(function):
            @functools.wraps(function)
            def run(self, *args):
                return function(self, object(), *args)
            return run

        class Store(ABC):
            @abstractmethod
            def get(self, key): ...

            @classmethod
            @abstractmethod
            def open(cls, path): ...

            @staticmethod
            @abstractmethod
            def name(path): ...

        class Sql(Store):
            @with_session
            def get(self, session, key):
                time.sleep(1)

            @classmethod
            def open(cls, path):
                time.sleep(1)

            @staticmethod
            def name(path):
                time.sleep(1)

        class Wide(Store):
            def get(self, key, path):
                open(key)

            @classmethod
            def open(cls, path, mode):
                open(path)

            @staticmethod
            def name(path, mode):
                open(path)

        async def f(store: Store):
            store.get("a")  #! time.sleep
            store.open("a")  #! time.sleep
            store.name("a")  #! time.sleep
        """,
    "several classes, of which only some can be made so": """
        import time

        class Plain:
            def __init__(self, query, domains=None):
                self.query = query

            def search(self):
                time.sleep(1)

        class Rich:
            def __init__(self, query, headers=None, *, researcher=None):
                open(query)

            def search(self):
                print(input())

        class Counted:
            number = 0

            def search(self):
                time.sleep(2)

        KINDS = {"plain": Plain, "rich": Rich, "counted": Counted}

        async def f(kind, name):
            found = KINDS[name]("query", researcher=kind)  #! builtins.open
            found.search()  #! builtins.input, time.sleep

        async def g(kind, given, name):
            found = KINDS[name](*given)  #! builtins.open
            found.search()  #! builtins.input, time.sleep

        async def h(name):
            found = KINDS[name]("query", "a", "b")
            found.search()  #! time.sleep
        """,
    "several functions": """
        import time

        def short(path):
            time.sleep(1)

        def long(path, mode, *, strict):
            open(path)

        class Job:
            def run(self, path):
                time.sleep(2)

        async def f(flag):
            step = short if flag else long
            step("a")  #! time.sleep
            step("a", "r", strict=True)  #! builtins.open

        async def g(flag, job: Job):
            step = job.run if flag else long
            step("a")  #! time.sleep
        """,
}


@pytest.mark.parametrize("name", CASES)
def test_signatures(name, check):
    check(CASES[name])
