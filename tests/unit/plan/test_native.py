"""Chains that become async all the way down."""

from __future__ import annotations

from pathlib import Path

import pytest

from refactor_agent.rulebook import RuleBook
from unit.plan.planning import planned

CASES = {
    "a direct call": (
        """
        ## app.py
        import time
        async def main():
            time.sleep(1)
        """,
        ["main: native sleep@3=native"],
    ),
    "in a generator expression, of which the converter makes a list": (
        """
        ## app.py
        import time
        async def main():
            return sum(time.sleep(1) or n for n in range(3))
        """,
        ["main: native sleep@3=native"],
    ),
    "a chain with async callers only is coloured in place": (
        """
        ## app.py
        from helpers import pause
        async def one():
            pause(1)
        async def two():
            pause(2)
        ## helpers.py
        import time
        def pause(n):
            _wait(n)
        def _wait(n):
            time.sleep(n)
        """,
        [
            (
                "one, two: native _wait! pause! pause@3=await pause@5=await _wait@3=await "
                "sleep@5=native | offload"
            )
        ],
    ),
    "a sync caller keeps the sync function, and all that it needs": (
        """
        ## app.py
        import time
        def pause(n):
            wait(n)
        def wait(n):
            time.sleep(n)
        async def main():
            pause(1)
        def command():
            pause(2)
        """,
        [
            (
                "main: native pause>pause_async wait>wait_async wait@3=await sleep@5=native "
                "pause@7=await | offload"
            )
        ],
    ),
    "code at module level keeps the sync function": (
        """
        ## app.py
        import time
        def pause():
            time.sleep(1)
        async def main():
            pause()
        pause()
        """,
        ["main: native pause>pause_async sleep@3=native pause@5=await | offload"],
    ),
    "a test that calls it keeps the sync function": (
        """
        ## app.py
        import time
        def pause():
            time.sleep(1)
        async def main():
            pause()
        ## tests/test_app.py
        from app import pause
        def test_pause():
            pause()
        """,
        ["main: native pause>pause_async sleep@3=native pause@5=await | offload"],
    ),
    "a function used as a value keeps the sync function": (
        """
        ## app.py
        import time
        def pause():
            time.sleep(1)
        async def main(on_exit):
            pause()
            on_exit.append(pause)
        """,
        ["main: native pause>pause_async sleep@3=native pause@5=await | offload"],
    ),
    "an exported function keeps its sync form": (
        """
        ## app.py
        import time
        __all__ = ["pause"]
        def pause():
            time.sleep(1)
        async def main():
            pause()
        """,
        ["main: native pause>pause_async sleep@4=native pause@6=await | offload"],
    ),
    "a name in a string may be the function": (
        """
        ## app.py
        import time
        def pause():
            time.sleep(1)
        async def main():
            pause()
        ## other.py
        def call(module):
            getattr(module, "pause")()
        """,
        ["main: native pause>pause_async sleep@3=native pause@5=await | offload"],
    ),
    "the project's own way of naming twins is followed": (
        """
        ## app.py
        import time
        def load(): ...
        async def aload(): ...
        def save(): ...
        async def asave(): ...
        def _pause():
            time.sleep(1)
        async def main():
            _pause()
        _pause()
        """,
        ["main: native _pause>_apause sleep@7=native _pause@9=await | offload"],
    ),
    "a twin's name is free and no keyword": (
        """
        ## app.py
        import time
        def load(): ...
        async def aload(): ...
        def wait():
            time.sleep(1)
        def wait_async(): ...
        async def main():
            wait()
        wait()
        """,
        ["main: native wait>async_wait sleep@5=native wait@8=await | offload"],
    ),
    "methods of unrelated classes that one call may reach": (
        """
        ## app.py
        import time
        class Slow:
            def pause(self):
                time.sleep(1)
        class Slower:
            def pause(self):
                time.sleep(2)
        async def main(job: Slow | Slower):
            job.pause()
        def command(job: Slower):
            job.pause()
        """,
        [
            (
                "main: native pause>pause_async pause>pause_async sleep@4=native sleep@7=native "
                "pause@9=await | offload"
            )
        ],
    ),
    "an override family changes colour together": (
        """
        ## app.py
        import time
        class Base:
            def wait(self):
                time.sleep(1)
        class Quick(Base):
            def wait(self):
                pass
        async def main(base: Base):
            base.wait()
        """,
        ["main: native wait! wait! sleep@4=native wait@9=await | offload"],
    ),
    "functions that call each other": (
        """
        ## app.py
        import time
        def ping(n):
            time.sleep(1)
            if n:
                pong(n - 1)
        def pong(n):
            ping(n)
        async def main():
            ping(3)
        """,
        [
            (
                "main: native ping! pong! sleep@3=native pong@5=await ping@7=await ping@9=await "
                "| offload"
            )
        ],
    ),
    "what has no async equivalent is offloaded inside the coloured function": (
        """
        ## app.py
        import shutil
        import time
        def clean(path):
            shutil.rmtree(path)
            time.sleep(1)
        async def main(path):
            clean(path)
        """,
        ["main: native clean! rmtree@4=offload sleep@5=native clean@7=await | offload"],
    ),
    "every blocking call of a coloured function, not only the first of its kind": (
        """
        ## app.py
        import time
        def wait():
            time.sleep(1)
            time.sleep(2)
            shorter()
        def shorter():
            time.sleep(3)
        async def main():
            wait()
        """,
        [
            (
                "main: native shorter! wait! sleep@3=native sleep@4=native shorter@5=await "
                "sleep@7=native wait@9=await | offload"
            )
        ],
    ),
    "what does not block, or may as a comment says, stays as it is in a coloured function": (
        """
        ## app.py
        import queue
        import time
        class Worker:
            def wait(self, pending: queue.Queue):
                time.sleep(1)
                pending.get(block=False)
                time.sleep(2)  # refactor-agent: ignore[RA101] short in practice
                pause()  # refactor-agent: ignore
            async def main(self, pending: queue.Queue):
                self.wait(pending)
        def pause():
            time.sleep(3)
        """,
        ["main: native wait! sleep@5=native wait@10=await | offload"],
    ),
    "a key that blocks is not awaited: the whole call goes to a thread": (
        """
        ## app.py
        import os
        import time
        def newest(paths):
            time.sleep(1)
            return sorted(paths, key=os.path.getmtime)
        async def main(paths):
            newest(paths)
        """,
        ["main: native newest! sleep@4=native sorted@5=offload newest@7=await | offload"],
    ),
    "what is too cheap to matter stays as it is": (
        """
        ## app.py
        import os
        import time
        class Poller:
            def wait(self, paths):
                self.ready = self.all_there(paths)
                time.sleep(1)
            def all_there(self, paths):
                self.asked = True
                for path in paths:
                    os.stat(path)
            async def main(self, paths):
                self.wait(paths)
        """,
        [
            "main: native wait! sleep@6=native wait@12=await",
            "main: leave no-async-equivalent shared-state",
        ],
    ),
    "an extra asks for the library that is imported": (
        """
        ## pyproject.toml
        [project]
        name = "shop"
        [project.optional-dependencies]
        llm = ["openai>=2"]
        ## app.py
        from openai import OpenAI
        async def main(text):
            with OpenAI() as client:
                return client.embeddings.create(model="m", input=text)
        """,
        ["main: native create@4=native | offload"],
    ),
    "an extra asks for another library": (
        """
        ## pyproject.toml
        [project]
        name = "shop"
        [project.optional-dependencies]
        web = ["httpx"]
        ## app.py
        import requests
        async def main(url):
            return requests.get(url, timeout=3).text
        """,
        ["main: offload get@3=offload"],
    ),
    "a list comprehension can await": (
        """
        ## app.py
        import time
        def wait(n):
            time.sleep(n)
        async def main():
            return [wait(n) for n in range(3)]
        """,
        ["main: native wait! sleep@3=native wait@5=await | offload"],
    ),
}


@pytest.mark.parametrize(("text", "expected"), CASES.values(), ids=CASES)
def test_plan(text: str, expected: list[str], tmp_path: Path, rulebook: RuleBook) -> None:
    assert planned(tmp_path, text, rulebook) == expected
