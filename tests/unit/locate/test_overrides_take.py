"""Of the methods of subclasses, a call runs those that take what it passes."""

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
}


@pytest.mark.parametrize("name", CASES)
def test_overrides_take(name, check):
    check(CASES[name])
