"""Generators are coloured together with all that read them."""

from __future__ import annotations

from pathlib import Path

import pytest

from refactor_agent.rulebook import RuleBook
from unit.plan.planning import planned

CASES = {
    "two generators, one of which delegates": (
        """
        ## app.py
        from feed import events
        async def main():
            for event in events(3):
                print(event)
        ## feed.py
        import time
        def pages(n):
            while n:
                time.sleep(n)
                yield [n]
        def events(n):
            yield from pages(n)
        """,
        [("main: native events! pages! events@3=await sleep@4=native pages@7=await")],
    ),
    "what has no async form is offloaded below": (
        """
        ## app.py
        import shutil
        import time
        def copies(paths):
            for path in paths:
                shutil.copytree(path, "there")
                time.sleep(1)
                yield path
        async def main(paths):
            for path in copies(paths):
                print(path)
        """,
        ["main: native copies! copytree@5=offload sleep@6=native copies@9=await"],
    ),
    "a sync reader keeps the sync generator": (
        """
        ## app.py
        import time
        def ticks():
            time.sleep(1)
            yield 1
        async def main():
            for tick in ticks():
                print(tick)
        def command():
            return list(ticks())
        """,
        ["main: native ticks>ticks_async sleep@3=native ticks@6=await"],
    ),
    "a reader that has no async form": (
        """
        ## app.py
        import time
        def ticks():
            time.sleep(1)
            yield 1
        async def main():
            for tick, number in zip(ticks(), range(3)):
                print(tick, number)
        """,
        ["main: leave generator unknown-reader"],
    ),
    "a value at the end": (
        """
        ## app.py
        import time
        def ticks():
            time.sleep(1)
            yield 1
            return 2
        async def main():
            for tick in ticks():
                print(tick)
        """,
        ["main: leave generator generator-result"],
    ),
    "a file that is open while it yields": (
        """
        ## app.py
        def lines(path):
            with open(path) as file:
                for line in file:
                    yield line
        async def main(path):
            for line in lines(path):
                print(line)
        """,
        ["main: leave generator no-async-equivalent"],
    ),
    "what it opens is left, and what stands beside it goes on": (
        """
        ## app.py
        import shutil
        def lines(path):
            file = open(path)
            while line := file.readline():
                yield line
        async def main(path):
            for line in lines(path):
                print(line)
            shutil.copytree(path, "there")
        """,
        ["main: offload copytree@9=offload", "main: leave generator no-async-equivalent"],
    ),
    "a context manager is entered by an async with": (
        """
        ## app.py
        import time
        from contextlib import contextmanager
        @contextmanager
        def held(name):
            time.sleep(1)
            yield name
        async def main():
            with held("a") as name:
                print(name)
        """,
        ["main: native held! sleep@5=native held@8=await | offload"],
    ),
    "a context manager that a stack enters": (
        """
        ## app.py
        import time
        from contextlib import ExitStack, contextmanager
        @contextmanager
        def held(name):
            time.sleep(1)
            yield name
        async def main():
            with ExitStack() as stack:
                stack.enter_context(held("a"))
        """,
        ["main: leave context-manager used-as-value"],
    ),
    "a context manager beside another": (
        """
        ## app.py
        import time
        from contextlib import contextmanager
        @contextmanager
        def held(name):
            time.sleep(1)
            yield name
        async def main(other):
            with held("a") as name, other:
                print(name)
        """,
        ["main: leave context-manager"],
    ),
    "a context manager around a call of what is handed in": (
        """
        ## app.py
        import time
        from contextlib import contextmanager
        @contextmanager
        def held(name):
            time.sleep(1)
            yield name
        async def main(action):
            with held("a") as name:
                return action(name)
        """,
        ["main: native held! sleep@5=native held@8=await"],
    ),
    "a context manager under another decorator": (
        """
        ## app.py
        import time
        from contextlib import contextmanager
        from shop import counted
        @counted
        @contextmanager
        def held(name):
            time.sleep(1)
            yield name
        async def main():
            with held("a") as name:
                print(name)
        """,
        ["main: offload held@10=offload"],
    ),
    "what overrides the method that a call names": (
        """
        ## app.py
        import time
        class Step:
            def prepare(self):
                return None
            async def run(self):
                self.prepare()
        class Slow(Step):
            def prepare(self):
                time.sleep(1)
        """,
        ["run: native prepare! prepare! prepare@6=await sleep@9=native | offload"],
    ),
    "of a family, not all are generators": (
        """
        ## app.py
        import time
        class Feed:
            def items(self):
                return []
        class Slow(Feed):
            def items(self):
                time.sleep(1)
                yield 1
        async def main(feed: Slow):
            for item in feed.items():
                print(item)
        """,
        ["main: leave generator"],
    ),
}


@pytest.mark.parametrize(("text", "expected"), CASES.values(), ids=CASES)
def test_plan(text: str, expected: list[str], tmp_path: Path, rulebook: RuleBook) -> None:
    assert planned(tmp_path, text, rulebook) == expected
