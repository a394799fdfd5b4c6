"""Regions that stay as they are, and the reasons."""

from __future__ import annotations

from pathlib import Path

import pytest

from refactor_agent.rulebook import RuleBook
from unit.plan.planning import planned

CASES = {
    "under a thread lock": (
        """
        ## app.py
        import threading
        import time
        lock = threading.Lock()
        async def main():
            with lock:
                time.sleep(1)
        """,
        ["main: leave lock-held"],
    ),
    "in a generator expression": (
        """
        ## app.py
        import shutil
        async def main(paths):
            return tell(shutil.rmtree(path) is None for path in paths)
        """,
        ["main: leave generator-expression no-async-equivalent"],
    ),
    "a property": (
        """
        ## app.py
        from pathlib import Path
        class Settings:
            @property
            def key(self):
                return Path("key").read_text()
        async def main(settings: Settings):
            return settings.key
        """,
        ["main: leave property"],
    ),
    "a generator": (
        """
        ## app.py
        def lines(path):
            with open(path) as file:
                yield from file
        async def main(path):
            for line in lines(path):
                print(line)
        """,
        ["main: leave generator no-async-equivalent"],
    ),
    "a connection made elsewhere": (
        """
        ## app.py
        import sqlite3
        class Store:
            def __init__(self, path):
                self.db = sqlite3.connect(path)
            async def save(self):
                self.db.execute("DELETE FROM x")
        """,
        ["save: leave client-not-local dependency-not-declared thread-affine"],
    ),
    "a helper that opens a connection for the loop's thread": (
        """
        ## app.py
        import sqlite3
        def connect(path):
            return sqlite3.connect(path)
        async def main(path):
            return connect(path)
        """,
        ["main: leave dependency-not-declared thread-affine"],
    ),
    "a context manager that gives a connection to the loop's thread": (
        """
        ## app.py
        import sqlite3
        from contextlib import contextmanager
        @contextmanager
        def transaction(path):
            connection = sqlite3.connect(path)
            yield connection
            connection.close()
        async def main(path):
            with transaction(path) as connection:
                return connection
        """,
        ["main: leave context-manager dependency-not-declared"],
    ),
    "a connection that a helper gets": (
        """
        ## app.py
        import sqlite3
        def count(connection: sqlite3.Connection):
            return connection.execute("SELECT 1").fetchone()
        async def main(path):
            connection = sqlite3.connect(path)
            return count(connection)
        """,
        [
            (
                "main: leave client-escapes client-not-local dependency-not-declared "
                "result-escapes thread-affine"
            )
        ],
    ),
    "a session that others share": (
        """
        ## app.py
        import requests
        class Client:
            def __init__(self):
                self.session = requests.Session()
            async def get(self, url):
                return self.session.get(url).json()
        """,
        ["get: leave client-not-local dependency-not-declared shared-unsafe-object"],
    ),
    "a callee that changes shared state": (
        """
        ## app.py
        from pathlib import Path
        class Cache:
            def load(self, path: Path):
                self.text = path.read_text()
        async def main(cache: Cache, path: Path):
            cache.load(path)
        """,
        ["main: leave no-async-equivalent shared-state"],
    ),
    "a callee that needs the loop": (
        """
        ## app.py
        import asyncio
        from pathlib import Path
        def start(path: Path):
            text = path.read_text()
            asyncio.get_running_loop().call_soon(print, text)
        async def main(path: Path):
            start(path)
        """,
        ["main: leave no-async-equivalent uses-the-loop"],
    ),
    "a callee that sets a context variable": (
        """
        ## app.py
        from contextvars import ContextVar
        from pathlib import Path
        text = ContextVar("text")
        def start(path: Path):
            text.set(path.read_text())
        async def main(path: Path):
            start(path)
        """,
        ["main: leave context-variable no-async-equivalent"],
    ),
    "a sort in place of a list that others share": (
        """
        ## app.py
        import os
        class Files:
            def __init__(self):
                self.paths = []
            async def order(self):
                self.paths.sort(key=lambda path: os.stat(path).st_mtime)
        """,
        ["order: leave lambda shared-state used-as-value"],
    ),
    "taking a lock": (
        """
        ## app.py
        import threading
        lock = threading.Lock()
        async def main():
            lock.acquire()
        """,
        ["main: leave no-async-equivalent shared-unsafe-object takes-a-lock"],
    ),
    "a function whose result is awaited": (
        """
        ## app.py
        import time
        def start():
            time.sleep(1)
            return other()
        async def other(): ...
        async def main():
            await start()
        """,
        ["main: leave returns-awaitable"],
    ),
    "a cheap call in a loop": (
        """
        ## app.py
        import os
        async def main(paths):
            for path in paths:
                os.stat(path)
                await tell(path)
        """,
        ["main: leave cheaper-than-a-hop no-async-equivalent"],
    ),
    "trio": (
        """
        ## app.py
        import time
        import trio
        async def main():
            time.sleep(1)
        """,
        ["main: leave other-event-loop"],
    ),
    "tests never give change sets": (
        """
        ## tests/test_app.py
        import time
        async def test_main():
            time.sleep(1)
        """,
        [],
    ),
}


@pytest.mark.parametrize(("text", "expected"), CASES.values(), ids=CASES)
def test_plan(text: str, expected: list[str], tmp_path: Path, rulebook: RuleBook) -> None:
    assert planned(tmp_path, text, rulebook) == expected
