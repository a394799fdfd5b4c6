"""What only the first call runs is told as such, and left out where an import made that call."""

from textwrap import dedent

import pytest

from refactor_agent.locate import locate
from refactor_agent.project import open_project

ONCE = {
    "a cached function without arguments": """
        from functools import lru_cache

        @lru_cache(maxsize=None)
        def settings():
            return open("settings.json").read()

        async def serve():
            return settings()
        """,
    "the cache as an attribute, below a helper": """
        import functools

        @functools.cache
        def settings():
            return open("settings.json").read()

        def limit():
            return settings()

        async def serve():
            return limit()
        """,
    "a variable of the module": """
        _model = None

        def model():
            global _model
            if _model is None:
                _model = open("weights.bin").read()
            return _model

        async def serve():
            return model()
        """,
    "a variable of the module, asked for first": """
        _model = None

        def model():
            global _model
            if _model:
                return _model
            _model = open("weights.bin").read()
            return _model

        async def serve():
            return model()
        """,
    "behind a lock": """
        import threading

        _lock = threading.Lock()
        _model = None

        def model():
            global _model
            if not _model:
                with _lock:
                    if not _model:
                        _model = open("weights.bin").read()
            return _model

        async def serve():
            return model()
        """,
    "an attribute of the class": """
        class Store:
            _table = None

            @classmethod
            def table(cls):
                if cls._table is None:
                    cls._table = open("table.csv").read()
                return cls._table

        async def serve():
            return Store.table()
        """,
    "by the async function itself": """
        _table = None

        async def serve():
            global _table
            if _table is None:
                _table = open("table.csv").read()
            return _table
        """,
}

EACH_TIME = {
    "kept for each argument": """
        from functools import lru_cache

        @lru_cache
        def text(path):
            return open(path).read()

        async def serve(path):
            return text(path)
        """,
    "kept for each object": """
        class Page:
            def __init__(self):
                self._text = None

            def text(self):
                if self._text is None:
                    self._text = open("page.html").read()
                return self._text

        async def serve():
            return Page().text()
        """,
    "another way to the same call runs each time": """
        from functools import lru_cache

        def read():
            return open("settings.json").read()

        @lru_cache
        def settings():
            return read()

        def fresh():
            return again()

        def again():
            return read()

        def either(anew):
            return fresh() if anew else settings()

        async def serve(anew):
            return either(anew)
        """,
    "set elsewhere than behind the test": """
        _table = None

        def table():
            if _table is None:
                return open("table.csv").read()
            return _table

        async def serve():
            return table()
        """,
}

AT_IMPORT = {
    "by the module itself": """
        from functools import lru_cache

        @lru_cache
        def settings():
            return open("settings.json").read()

        LIMIT = settings()

        async def serve():
            return settings()
        """,
    "by a module that the caller's imports": """
        # file: shop/config.py
        from functools import lru_cache

        @lru_cache
        def settings():
            return open("settings.json").read()

        # file: shop/db.py
        from .config import settings

        URL = settings()

        # file: shop/app.py
        from shop import db
        from shop.config import settings

        async def serve():
            return settings()
        """,
    "through functions and attributes": """
        from functools import lru_cache

        @lru_cache
        def settings():
            return open("settings.json").read()

        class Lazy:
            def __getattr__(self, name):
                return getattr(settings(), name)

        lazy = Lazy()

        def level():
            return lazy.level

        LEVEL = level()

        async def serve():
            return lazy.name
        """,
    "a variable of the module": """
        _model = None

        def model():
            global _model
            if _model is None:
                _model = open("weights.bin").read()
            return _model

        model()

        async def serve():
            return model()
        """,
}

NOT_FOR_CERTAIN = {
    "behind a condition": """
        import os

        if os.environ.get("EAGER"):
            settings()
        """,
    "where an error is caught": """
        try:
            settings()
        except OSError:
            pass
        """,
    "behind an operator that may end early": """
        import os

        EAGER = os.environ.get("EAGER") and settings()
        """,
    "in a loop": """
        for _ in range(int(input())):
            settings()
        """,
    "after a return that may come first": """
        import os

        def warm():
            if not os.environ.get("EAGER"):
                return
            settings()

        warm()
        """,
    "where errors are suppressed": """
        from contextlib import suppress

        with suppress(OSError):
            settings()
        """,
    "with another argument": """
        settings("other")
        """,
    "when it is run as a program": """
        if __name__ == "__main__":
            settings()
        """,
}

_CACHED = """
from functools import lru_cache

@lru_cache
def settings(name="settings"):
    return open(name).read()

async def serve():
    return settings()
"""


def _opens(located):
    return [region for region in located.regions if region.callee == "builtins.open"]


@pytest.fixture
def opens(write, rules):
    """Give the regions of a project that end in opening a file."""
    return lambda text: _opens(locate(open_project(write(text)), rules))


@pytest.mark.parametrize("text", ONCE.values(), ids=ONCE)
def test_what_is_had_once_weighs_less_and_says_so(opens, text):
    """It is found, with the function that keeps its result."""
    (region,) = opens(text)
    assert region.once in region.chain
    assert (region.weight, region.confidence) == (2, "medium")


@pytest.mark.parametrize("text", EACH_TIME.values(), ids=EACH_TIME)
def test_what_runs_each_time_weighs_what_it_did(opens, text):
    """A result that is kept for one argument or object says nothing of the next."""
    assert {(region.once, region.weight) for region in opens(text)} == {("", 3)}


@pytest.mark.parametrize("text", AT_IMPORT.values(), ids=AT_IMPORT)
def test_what_an_import_has_had_blocks_nobody(opens, text):
    """By the time that the loop runs the result is there."""
    assert opens(text) == []


@pytest.mark.parametrize("text", NOT_FOR_CERTAIN.values(), ids=NOT_FOR_CERTAIN)
def test_an_import_that_need_not_call_is_no_evidence(opens, text):
    """The first call may be the async function's."""
    assert len(opens(_CACHED + dedent(text))) == 1


def test_a_module_that_need_not_be_imported_is_no_evidence(opens):
    """Only what the functions on the chain cannot do without counts."""
    text = """
        # file: shop/config.py
        from functools import lru_cache

        @lru_cache
        def settings():
            return open("settings.json").read()

        # file: shop/command.py
        from shop.config import settings

        print(settings())

        # file: shop/app.py
        from shop.config import settings

        async def serve():
            return settings()
        """
    assert len(opens(text)) == 1
