"""Calls that go to a worker thread."""

from __future__ import annotations

from pathlib import Path

import pytest

from refactor_agent.rulebook import RuleBook
from unit.plan.planning import plan_for, planned

CASES = {
    "a cheap call in a loop that never awaits": (
        """
        ## app.py
        import os
        async def main(paths):
            for path in paths:
                os.stat(path)
            return any(os.path.exists(path) for path in paths)
        """,
        ["main: offload stat@4=offload exists@5=offload"],
    ),
    "the largest block goes in one hop": (
        """
        ## app.py
        def render(path):
            return load(path).upper()
        def load(path):
            with open(path) as file:
                return file.read()
        async def main(path):
            return render(path)
        """,
        ["main: offload render@7=offload"],
    ),
    "a constructor of plain data": (
        """
        ## app.py
        from pathlib import Path
        class Library:
            def __init__(self, directory: Path):
                self.text = (directory / "x").read_text()
        async def main(directory: Path):
            return Library(directory)
        """,
        ["main: offload __init__@6=offload"],
    ),
    "a connection opened, used and closed in one call": (
        """
        ## app.py
        import sqlite3
        def count(path):
            connection = sqlite3.connect(path)
            try:
                return connection.execute("SELECT 1").fetchone()
            finally:
                connection.close()
        async def main(path):
            return count(path)
        """,
        ["main: offload count@9=offload"],
    ),
    "a connection that a context manager gives within one call": (
        """
        ## app.py
        import sqlite3
        from collections.abc import Iterator
        from contextlib import closing, contextmanager
        @contextmanager
        def transaction(path) -> Iterator[sqlite3.Connection]:
            with closing(sqlite3.connect(path)) as connection, connection:
                yield connection
        def count(path):
            with transaction(path) as connection:
                return connection.execute("SELECT 1").fetchone()
        async def main(path):
            return count(path)
        """,
        ["main: offload count@12=offload"],
    ),
    "the block that a context manager of the project opens": (
        """
        ## app.py
        import os
        from contextlib import contextmanager
        @contextmanager
        def written(path):
            with open(path + ".part", "w") as file:
                yield file
            os.replace(path + ".part", path)
        async def main(path, text):
            with written(path) as file:
                file.write(text)
        """,
        ["main: offload written@9=offload write@10=offload"],
    ),
    "a dependency that is not declared is not added": (
        """
        ## app.py
        import requests
        async def main(url):
            return requests.get(url).json()
        """,
        ["main: offload get@3=offload"],
    ),
    "a declared one is used": (
        """
        ## pyproject.toml
        [project]
        name = "x"
        dependencies = ["httpx", "requests"]
        ## app.py
        import requests
        async def main(url):
            return requests.get(url).json()
        """,
        ["main: native get@3=native | offload"],
    ),
    "an allowed one is added": (
        """
        ## pyproject.toml
        [tool.refactor-agent]
        allow-dependencies = ["HTTPX"]
        ## app.py
        import requests
        async def main(url):
            return requests.get(url).json()
        """,
        ["main: native get@3=native | offload"],
    ),
    "a call that is handed what blocks": (
        """
        ## app.py
        import os
        def modified(path):
            return os.stat(path).st_mtime
        async def main(paths):
            return sorted(paths, key=modified)
        """,
        ["main: offload sorted@5=offload"],
    ),
    "one call of functions with different names": (
        """
        ## app.py
        import time
        def short():
            time.sleep(1)
        def long():
            time.sleep(2)
        async def main(slow):
            action = long if slow else short
            action()
        """,
        ["main: offload long@8=offload"],
    ),
    "a function that is defined twice": (
        """
        ## app.py
        import time
        try:
            import quick
            def pause():
                quick.pause()
        except ImportError:
            def pause():
                time.sleep(1)
        async def main():
            pause()
        """,
        ["main: offload pause#2@10=offload"],
    ),
    "cheap calls in a loop on what is opened here": (
        """
        ## app.py
        async def main(rows, path):
            with open(path, "w") as file:
                for row in rows:
                    file.write(row)
        """,
        ["main: offload open@2=offload write@4=offload"],
    ),
    "a lambda that blocks": (
        """
        ## app.py
        import time
        def retry(action):
            return action()
        async def main():
            retry(lambda: time.sleep(1))
        """,
        ["main: offload retry@5=offload"],
    ),
    "an async twin that is there already is not made again": (
        """
        ## app.py
        import time
        def wait():
            time.sleep(1)
        async def wait_async(): ...
        async def main():
            wait()
        """,
        ["main: offload wait@6=offload"],
    ),
    "a retry decorator does not retry coroutines": (
        """
        ## app.py
        import time
        from tenacity import retry
        @retry
        def wait():
            time.sleep(1)
        async def main():
            wait()
        """,
        ["main: offload wait@7=offload"],
    ),
}


RETRY = """## pyproject.toml
[project]
name = "x"
dependencies = ["httpx"]
## app.py
import time
import requests
async def main(url):
    while True:
        try:
            return requests.get(url).text
        except requests.RequestException:
            time.sleep(1)
"""


def test_nobody_needs_a_thread_to_sleep(tmp_path: Path, rulebook: RuleBook) -> None:
    (change_set,) = plan_for(tmp_path, RETRY, rulebook).change_sets
    native, offload = change_set.attempts
    assert [edit.action for edit in native.calls] == ["native", "native"]
    assert [(edit.callee, edit.action) for edit in offload.calls] == [
        ("requests.get", "offload"),
        ("time.sleep", "native"),
    ]


@pytest.mark.parametrize(("text", "expected"), CASES.values(), ids=CASES)
def test_plan(text: str, expected: list[str], tmp_path: Path, rulebook: RuleBook) -> None:
    assert planned(tmp_path, text, rulebook) == expected
