"""What a named function or class reaches becomes async where it stands, with its tests."""

from __future__ import annotations

from textwrap import dedent

import pytest

from refactor_agent.entry import plan_in_place
from support.laid import laid

RUNNER = '[project]\nname = "shop"\nversion = "1"\ndependencies = ["httpx"]\n'
ASYNCIO = RUNNER + '[project.optional-dependencies]\ntest = ["pytest-asyncio"]\n'

CLIENT = """
import time

import httpx


class Client:
    def __init__(self, url: str) -> None:
        self._http = httpx.Client(base_url=url)

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._http.close()

    def get(self, path: str) -> str:
        time.sleep(0.1)
        return self._http.get(path).text

    def name(self) -> str:
        return "client"
"""
ASYNC_CLIENT = """
import asyncio

import httpx


class Client:
    def __init__(self, url: str) -> None:
        self._http = httpx.AsyncClient(base_url=url)

    async def __aenter__(self) -> "Client":
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self._http.aclose()

    async def get(self, path: str) -> str:
        await asyncio.sleep(0.1)
        return (await self._http.get(path)).text

    def name(self) -> str:
        return "client"
"""

CASES = [
    pytest.param(
        {
            "shop.py": """
            import queue
            import threading


            def run(names: list[str]) -> list[str]:
                jobs = queue.Queue(maxsize=10)
                done = []

                def work() -> None:
                    while True:
                        job = jobs.get()
                        if job is None:
                            return
                        done.append(job)

                worker = threading.Thread(target=work)
                worker.start()
                for name in names:
                    jobs.put(name)
                jobs.put(None)
                worker.join()
                return done
            """,
        },
        ["shop:run"],
        {
            "shop.py": """
            import asyncio


            async def run(names: list[str]) -> list[str]:
                jobs = asyncio.Queue(maxsize=10)
                done = []

                async def work() -> None:
                    while True:
                        job = await jobs.get()
                        if job is None:
                            return
                        done.append(job)

                worker = asyncio.create_task(work())
                for name in names:
                    await jobs.put(name)
                await jobs.put(None)
                await asyncio.wait([worker])
                return done
            """,
        },
        id="a thread at the other end of a queue becomes a task",
    ),
    pytest.param(
        {
            "shop.py": """
            import queue
            import threading
            import time


            def work(jobs, done):
                while True:
                    name = jobs.get()
                    if name is None:
                        break
                    time.sleep(0.01)
                    done.append(name)


            def run(names):
                jobs = queue.Queue(maxsize=4)
                done = []
                threads = [threading.Thread(target=work, args=(jobs, done)) for _ in range(2)]
                for thread in threads:
                    thread.start()
                for name in [*names, None, None]:
                    jobs.put(name)
                for thread in threads:
                    thread.join()
                return done
            """,
            "tests/test_shop.py": """
            from shop import run


            def test_run():
                assert sorted(run(["b", "a"])) == ["a", "b"]
            """,
        },
        ["shop:run"],
        {
            "shop.py": """
            import asyncio


            async def work(jobs, done):
                while True:
                    name = await jobs.get()
                    if name is None:
                        break
                    await asyncio.sleep(0.01)
                    done.append(name)


            async def run(names):
                jobs = asyncio.Queue(maxsize=4)
                done = []
                threads = [asyncio.create_task(work(jobs, done)) for _ in range(2)]
                for name in [*names, None, None]:
                    await jobs.put(name)
                for thread in threads:
                    await asyncio.wait([thread])
                return done
            """,
            "tests/test_shop.py": """
            import asyncio

            from shop import run


            def test_run():
                async def scenario():
                    assert sorted(await run(["b", "a"])) == ["a", "b"]

                asyncio.run(scenario())
            """,
        },
        id="several threads, which wait for more than the queue; a test of what is called run",
    ),
    pytest.param(
        {
            "shop.py": """
            import threading
            import time


            def run(names: list[str]) -> list[str]:
                lock = threading.Lock()
                done = []
                for name in names:
                    with lock:
                        done.append(name)
                    time.sleep(1)
                return done
            """,
        },
        ["shop:run"],
        {
            "shop.py": """
            import asyncio
            import threading


            async def run(names: list[str]) -> list[str]:
                lock = threading.Lock()
                done = []
                for name in names:
                    with lock:
                        done.append(name)
                    await asyncio.sleep(1)
                return done
            """,
        },
        id="a lock under which nothing waits stays one of threads",
    ),
    pytest.param(
        {
            "shop.py": """
            import time
            from pathlib import Path


            def rest() -> None:
                time.sleep(1)


            def read(path: Path) -> str:
                return path.read_text()


            def name(path: Path) -> bytes:
                time.sleep(2)
                return path.read_bytes()
            """
        },
        ["shop:rest", "shop:read", "shop:name"],
        {
            "shop.py": """
            import asyncio
            from pathlib import Path

            from _async_adapters import offload


            async def rest() -> None:
                await asyncio.sleep(1)


            async def read(path: Path) -> str:
                return await offload(path.read_text)


            async def name(path: Path) -> bytes:
                await asyncio.sleep(2)
                return await offload(path.read_bytes)
            """
        },
        id="functions of one file that block by different calls, whose imports move the lines",
    ),
    pytest.param(
        {"shop.py": CLIENT},
        ["shop:Client"],
        {"shop.py": ASYNC_CLIENT},
        id="a client whose vendor has an async one",
    ),
    pytest.param(
        {
            "shop.py": """
            from pathlib import Path


            def read(path: Path) -> str:
                return path.read_text()


            def both(path: Path) -> str:
                return read(path) * 2
            """
        },
        ["shop:both"],
        {
            "shop.py": """
            from pathlib import Path

            from _async_adapters import offload


            async def read(path: Path) -> str:
                return await offload(path.read_text)


            async def both(path: Path) -> str:
                return await read(path) * 2
            """
        },
        id="what has no async form goes to a bounded thread",
    ),
    pytest.param(
        {
            "shop.py": """
            import time


            class Settings:
                def __init__(self) -> None:
                    time.sleep(0.1)
                    self.name = "shop"


            def load() -> str:
                return Settings().name
            """
        },
        ["shop:load"],
        {
            "shop.py": """
            import time

            from _async_adapters import offload


            class Settings:
                def __init__(self) -> None:
                    time.sleep(0.1)
                    self.name = "shop"


            async def load() -> str:
                return (await offload(Settings)).name
            """
        },
        id="a constructor that blocks runs in a thread",
    ),
    pytest.param(
        {
            "shop.py": """
            import time


            def wait(seconds: float) -> float:
                time.sleep(seconds)
                return seconds


            def main(seconds: float = 1) -> float:
                return wait(seconds)


            if __name__ == "__main__":
                main()
            """
        },
        ["shop:main"],
        {
            "shop.py": """
            import asyncio


            async def wait(seconds: float) -> float:
                await asyncio.sleep(seconds)
                return seconds


            async def main_async(seconds: float = 1) -> float:
                return await wait(seconds)


            def main(seconds: float = 1) -> float:
                return asyncio.run(main_async(seconds))


            if __name__ == "__main__":
                main()
            """
        },
        id="a command keeps a sync face",
    ),
    pytest.param(
        {
            "shop.py": """
            import time


            def wait() -> None:
                time.sleep(1)


            async def serve() -> None:
                wait()
            """
        },
        ["shop:wait"],
        {
            "shop.py": """
            import asyncio


            async def wait() -> None:
                await asyncio.sleep(1)


            async def serve() -> None:
                await wait()
            """
        },
        id="an async caller awaits it",
    ),
    pytest.param(
        {
            "shop.py": """
            import time


            def wait() -> None:
                time.sleep(1)


            async def serve() -> None:
                wait()
            """,
            "main.py": """
            import asyncio

            from shop import serve


            async def twice() -> None:
                await serve()
                await asyncio.gather(serve(), serve())


            def main() -> None:
                asyncio.run(serve())
            """,
            "test_shop.py": """
            import asyncio

            from shop import serve


            def test_serve():
                assert asyncio.run(serve()) is None
            """,
        },
        ["shop:wait"],
        {
            "shop.py": """
            import asyncio


            async def wait() -> None:
                await asyncio.sleep(1)


            async def serve() -> None:
                await wait()
            """
        },
        id="whoever awaits an async caller goes on as before",
    ),
    pytest.param(
        {
            "shop.py": """
            import httpx

            client = httpx.Client()


            def get() -> str:
                return client.get("http://shop").text


            def post() -> str:
                return client.post("http://shop").text
            """
        },
        ["shop:get"],
        {
            "shop.py": """
            import httpx

            client = httpx.AsyncClient()


            async def get() -> str:
                return (await client.get("http://shop")).text


            async def post() -> str:
                return (await client.post("http://shop")).text
            """
        },
        id="a client of the module, with all that use it",
    ),
    pytest.param(
        {
            "pyproject.toml": ASYNCIO,
            "shop.py": "import time\n\n\ndef wait() -> int:\n    time.sleep(0)\n    return 1\n",
            "tests/test_shop.py": """
            from shop import wait


            def test_wait():
                assert wait() == 1
            """,
        },
        ["shop:wait"],
        {
            "shop.py": "import asyncio\n\n\nasync def wait() -> int:\n"
            "    await asyncio.sleep(0)\n    return 1\n",
            "tests/test_shop.py": """
            import pytest

            from shop import wait


            @pytest.mark.asyncio
            async def test_wait():
                assert await wait() == 1
            """,
        },
        id="its test, by pytest-asyncio",
    ),
    pytest.param(
        {
            "pyproject.toml": '[project]\nname = "shop"\nversion = "1"\n',
            "shop.py": "import time\n\n\ndef wait() -> int:\n    time.sleep(0)\n    return 1\n",
            "tests/test_shop.py": """
            from shop import wait


            def test_wait():
                \"\"\"It gives one.\"\"\"

                # at once
                assert wait() == 1


            def test_twice():
                assert wait() == wait()
            """,
        },
        ["shop:wait"],
        {
            "shop.py": "import asyncio\n\n\nasync def wait() -> int:\n"
            "    await asyncio.sleep(0)\n    return 1\n",
            "tests/test_shop.py": """
            import asyncio

            from shop import wait


            def test_wait():
                \"\"\"It gives one.\"\"\"

                async def run():
                    # at once
                    assert await wait() == 1

                asyncio.run(run())


            def test_twice():
                async def run():
                    assert await wait() == await wait()

                asyncio.run(run())
            """,
        },
        id="its tests without a runner, which keep their docstrings",
    ),
    pytest.param(
        {
            "pyproject.toml": ASYNCIO,
            "shop.py": """
            import time


            class Stock:
                def level(self) -> int:
                    time.sleep(0)
                    return 1
            """,
            "tests/conftest.py": """
            import pytest

            from shop import Stock


            @pytest.fixture
            def stock():
                return Stock()
            """,
            "tests/test_shop.py": """
            def test_level(stock):
                assert stock.level() == 1
            """,
        },
        ["shop:Stock"],
        {
            "shop.py": """
            import asyncio


            class Stock:
                async def level(self) -> int:
                    await asyncio.sleep(0)
                    return 1
            """,
            "tests/test_shop.py": """
            import pytest


            @pytest.mark.asyncio
            async def test_level(stock):
                assert await stock.level() == 1
            """,
        },
        id="its test, which knows it by a fixture alone: one change set",
    ),
    pytest.param(
        {
            "shop.py": """
            import time


            class Stock:
                def level(self, name):
                    time.sleep(0)
                    return 1

                def levels(self):
                    yield self.level("a")

                def size(self):
                    return 1
            """,
            "shop.pyi": """
            from collections.abc import Iterator
            from typing import overload

            class Stock:
                @overload
                def level(self, name: str) -> int: ...
                @overload
                def level(self, name: int) -> str: ...  # rare
                def levels(self) -> Iterator[int]: ...
                def size(self) -> int: ...
            """,
        },
        ["shop:Stock"],
        {
            "shop.py": """
            import asyncio


            class Stock:
                async def level(self, name):
                    await asyncio.sleep(0)
                    return 1

                async def levels(self):
                    yield await self.level("a")

                def size(self):
                    return 1
            """,
            "shop.pyi": """
            from collections.abc import AsyncIterator
            from typing import overload

            class Stock:
                @overload
                async def level(self, name: str) -> int: ...
                @overload
                async def level(self, name: int) -> str: ...  # rare
                def levels(self) -> AsyncIterator[int]: ...
                def size(self) -> int: ...
            """,
        },
        id="the stub file beside it",
    ),
    pytest.param(
        {
            "pyproject.toml": RUNNER + '[project.scripts]\nshop = "cli:main"\n',
            "shop.py": """
            import time


            def load() -> int:
                time.sleep(0)
                return 1
            """,
            "cli.py": """
            from shop import load


            def show() -> int:
                return load() + 1


            def main() -> None:
                print(show())
            """,
            "tests/test_cli.py": """
            from cli import main, show


            def test_main(capsys):
                main()
                assert capsys.readouterr().out == "2\\n"


            def test_show():
                assert show() == 2
            """,
        },
        ["shop:load"],
        {
            "shop.py": """
            import asyncio


            async def load() -> int:
                await asyncio.sleep(0)
                return 1
            """,
            "cli.py": """
            import asyncio

            from shop import load


            async def show() -> int:
                return await load() + 1


            async def main_async() -> None:
                print(await show())


            def main() -> None:
                asyncio.run(main_async())
            """,
            "tests/test_cli.py": """
            import asyncio

            from cli import main, show


            def test_main(capsys):
                main()
                assert capsys.readouterr().out == "2\\n"


            def test_show():
                async def run():
                    assert await show() == 2

                asyncio.run(run())
            """,
        },
        id="what only a command leads to waits with it, and who calls the command does not",
    ),
    pytest.param(
        {
            "shop.py": """
            import time


            def load(n: int) -> int:
                \"\"\"Give it back.

                >>> load(1)
                1
                \"\"\"
                time.sleep(0)
                return n


            def label(n: int) -> str:
                \"\"\"Name a number.

                >>> label(load(2))
                '2'
                \"\"\"
                return str(n)
            """,
        },
        ["shop:load"],
        {
            "shop.py": """
            import asyncio


            async def load(n: int) -> int:
                \"\"\"Give it back.

                >>> import asyncio
                >>> asyncio.run(load(1))
                1
                \"\"\"
                await asyncio.sleep(0)
                return n


            def label(n: int) -> str:
                \"\"\"Name a number.

                >>> import asyncio
                >>> label(asyncio.run(load(2)))
                '2'
                \"\"\"
                return str(n)
            """,
        },
        id="doctests run it, those of other functions, too",
    ),
]


@pytest.mark.parametrize(("files", "entries", "expected"), CASES)
def test_converted(ground, files, entries, expected):
    made = ground({"pyproject.toml": RUNNER, **_dedented(files)})
    parts = plan_in_place(made, entries)
    for order in (parts, parts[::-1]):
        assert laid(made, order) == _dedented(expected)


REFUSED = [
    pytest.param(
        """
        import time


        def wait() -> None:
            time.sleep(1)


        def others() -> None:
            wait()
        """,
        "sync-caller",
        "shop.others calls shop.wait and stays sync",
        id="a sync caller outside",
    ),
    pytest.param(
        """
        import time


        def wait() -> list[int]:
            time.sleep(1)
            return [1]


        def rows() -> int:
            yield from wait()


        def main() -> None:
            print(dict(zip("ab", rows())))


        if __name__ == "__main__":
            main()
        """,
        "plain-reader",
        "zip would read an async iterable",
        id="read step by step by the standard library",
    ),
    pytest.param(
        {
            "shop.py": """
            import time


            def wait() -> int:
                time.sleep(1)
                return 1


            RATE = wait()
            """,
            "till.py": "from shop import RATE\n",
        },
        "sync-caller",
        "shop calls shop.wait and stays sync; nothing can wait at an import",
        id="called whenever the module is imported",
    ),
    pytest.param(
        """
        import time


        def wait() -> int:
            time.sleep(1)
            return 1


        def main() -> None:
            print(wait())


        async def serve() -> None:
            main()


        if __name__ == "__main__":
            main()
        """,
        "command-from-a-loop",
        "shop.serve calls shop.main, a command, from a loop that runs",
        id="a command that runs on a loop as well",
    ),
    pytest.param(
        """
        import time
        from threading import Thread


        def wait() -> None:
            time.sleep(1)


        def start() -> None:
            Thread(target=wait).start()
        """,
        "callback",
        "shop.wait is called by threading.Thread, which would not await it",
        id="handed to a thread",
    ),
    pytest.param(
        """
        import time


        class Store:
            def wait(self) -> int:
                time.sleep(1)
                return 1

            @property
            def size(self) -> int:
                return self.wait()
        """,
        "property",
        "shop.Store.size is a property, which can't wait",
        id="a property that would have to wait",
    ),
    pytest.param(
        """
        import os


        def sync() -> None:
            os.system("sync")


        def wait(path: str) -> None:
            with open(path) as file:
                for _ in file:
                    sync()
        """,
        "block-awaits",
        "the block that blocks also awaits",
        id="a block that can't go to a thread, below what moved it",
    ),
]


@pytest.mark.parametrize(("text", "reason", "says"), REFUSED)
def test_refused(ground, text, reason, says):
    files = text if isinstance(text, dict) else {"shop.py": text}
    entry = "shop:Store" if "class Store" in files["shop.py"] else "shop:wait"
    [planned] = plan_in_place(ground(_dedented(files)), [entry])
    assert planned.proposal is None
    assert planned.change_set.attempts == ()
    found = {refusal.reason: refusal.message for refusal in planned.change_set.refusals}
    assert says in found[reason]


def test_apart_where_nothing_ties_them(ground):
    text = "import time\n\n\ndef wait() -> None:\n    time.sleep(1)\n"
    made = plan_in_place(ground({"one.py": text, "two.py": text}), ["two:wait", "one:wait"])
    files = [[new.file for new in one.proposal.files] for one in made if one.proposal]
    assert files == [["one.py"], ["two.py"]]
    assert [one.change_set.entries[0].name for one in made] == ["one.wait", "two.wait"]


def _dedented(files):
    return {file: dedent(text).lstrip() for file, text in files.items()}


REQUESTS = """
import requests


def get(url: str) -> int:
    return requests.get(url, timeout=5).status_code
"""
ANSWERED = """
import responses

from shop import get


@responses.activate
def test_get():
    responses.add(responses.GET, "http://shop/a", status=201)
    assert get("http://shop/a") == 201
"""


MARKED = """
import pytest

from shop import get
{above}

class TestGet:
{within}    def test_get(self):
        get("http://shop")
"""
MARKS = "pytestmark = [\n    pytest.mark.unit,\n    pytest.mark.{},\n]\n"


@pytest.mark.parametrize(("above", "within", "marked"), [
    (MARKS.format("asyncio"), "", False),
    ("", "    pytestmark = pytest.mark.asyncio\n\n", False),
    (MARKS.format("slow"), "    pytestmark = [pytest.mark.slow]\n\n", True),
])  # fmt: skip
def test_a_mark_of_the_module_or_the_class_is_enough(ground, above, within, marked):
    test = MARKED.format(above=above, within=within)
    files = {"pyproject.toml": ASYNCIO, "shop.py": REQUESTS, "tests/test_shop.py": test}
    [planned] = plan_in_place(ground(_dedented(files)), ["shop:get"])
    assert planned.proposal is not None
    [text] = [new.text for new in planned.proposal.files if new.file == "tests/test_shop.py"]
    assert ("    @pytest.mark.asyncio\n    async def test_get" in text) is marked
    assert "    async def test_get" in text


@pytest.mark.parametrize(("test", "call", "notes"), [
    (ANSWERED, "(await offload(requests.get, url, timeout=5)).status_code",
     "requests is kept, in a thread: tests answer for it with responses"),
    ("from shop import get\n\n\ndef test_get():\n    get('http://shop')\n",
     "await client.get(url, timeout=5", ""),
])  # fmt: skip
def test_a_library_that_tests_answer_for_stays(ground, test, call, notes):
    files = {"pyproject.toml": RUNNER, "shop.py": REQUESTS, "tests/test_shop.py": test}
    [planned] = plan_in_place(ground(_dedented(files)), ["shop:get"])
    assert planned.proposal is not None
    [shop] = [new.text for new in planned.proposal.files if new.file == "shop.py"]
    assert call in shop
    assert (notes in planned.proposal.notes) is bool(notes)
