"""What a region says of the project: async twins, worker threads elsewhere, computing."""

import json
from textwrap import dedent

import pytest

from refactor_agent.locate import (
    Shown,
    SourceLines,
    locate,
    notes,
    regions_as_json,
    render_text,
)
from refactor_agent.project import open_project

TWINS = {
    "a method": """
        import asyncio
        import time

        class Lock:
            def acquire(self):
                time.sleep(1)

            async def aacquire(self):
                await asyncio.sleep(1)

        async def f():
            Lock().acquire()
    """,
    "a method of a base": """
        import asyncio
        import time

        class Base:
            async def save_async(self):
                await asyncio.to_thread(self.save)

            def save(self): ...

        class Store(Base):
            def save(self):
                time.sleep(1)

        async def f(store: Store):
            store.save()
    """,
    "a function of the module": """
        import asyncio
        import time

        def _invoke():
            time.sleep(1)

        async def _ainvoke():
            await asyncio.sleep(1)

        async def f():
            _invoke()
    """,
    "a sync one named as such": """
        import asyncio
        import time

        def load_sync():
            time.sleep(1)

        async def load():
            await asyncio.sleep(1)

        async def f():
            load_sync()
    """,
    "the abstract twin of a base": """
        import time
        from abc import ABC, abstractmethod

        class Base(ABC):
            @abstractmethod
            async def asave(self): ...

            def save(self):
                time.sleep(1)

        async def f(store: Base):
            store.save()
    """,
}

NONE = {
    "the twin itself": """
        import time

        class Store:
            def save(self):
                time.sleep(1)

            async def asave(self):
                self.save()
    """,
    "a twin that blocks in the same call": """
        import time

        class Store:
            def save(self):
                time.sleep(1)

            async def asave(self):
                self.save()

        async def f(store: Store):
            store.save()
    """,
    "a twin that refuses": """
        import time

        class Tool:
            def run(self):
                time.sleep(1)

            async def arun(self):
                raise NotImplementedError

        async def f(tool: Tool):
            tool.run()
    """,
    "a sync function of such a name": """
        import time

        def save():
            time.sleep(1)

        def asave():
            save()

        async def f():
            save()
    """,
    "one of another class": """
        import asyncio
        import time

        class Store:
            def save(self):
                time.sleep(1)

        class Other:
            async def asave(self):
                await asyncio.sleep(1)

        async def f(store: Store):
            store.save()
    """,
}


GUESSED = {
    "the twin awaits what the sync one calls": """
        class Store:
            def __init__(self, session, asession):
                self.session = session
                self.asession = asession

            def save(self, row):
                self.session.execute(row)

            async def asave(self, row):
                await self.asession.aexecute(row)

        async def f(store: Store):
            store.save(1)
    """,
    "of a library that no rule knows": """
        import newdb

        client = newdb.Client()
        async_client = newdb.AsyncClient()

        def load():
            return client.fetch()

        async def load_async():
            return await async_client.fetch()

        async def f():
            load()
    """,
    "the twin hands it to a thread": """
        import asyncio

        class Model:
            def __init__(self, engine):
                self.engine = engine

            def invoke(self):
                return self.engine.generate()

            async def ainvoke(self):
                return await asyncio.to_thread(self.invoke)

        async def f(model: Model):
            model.invoke()
    """,
}

NOT_GUESSED = {
    "a container's method": """
        class Cache:
            def __init__(self, table, remote):
                self.table = table
                self.remote = remote

            def look(self, key):
                return self.table.get(key)

            async def alook(self, key):
                return await self.remote.get(key)

        async def f(cache: Cache):
            cache.look(1)
    """,
    "nothing unknown is called": """
        import asyncio

        class Rates:
            def mean(self, values: list[float]):
                return sum(values)

            async def amean(self, values: list[float]):
                return await asyncio.to_thread(self.mean, values)

        async def f(rates: Rates):
            rates.mean([1.0])
    """,
    "the twin calls it": """
        class Cache:
            def __init__(self, table):
                self.table = table

            def look(self, key):
                return self.table.find(key)

            async def alook(self, key):
                return self.look(key)

        async def f(cache: Cache):
            cache.look(1)
    """,
    "awaited, as a wrapper makes it async": """
        class Store:
            def __init__(self, session):
                self.session = session

            def save(self, row):
                return self.session.execute(row)

            async def asave(self, row):
                return await self.session.execute(row)

        async def f(store: Store):
            await store.save(1)
    """,
    "in a sync function": """
        class Store:
            def __init__(self, session):
                self.session = session

            def save(self, row):
                return self.session.execute(row)

            async def asave(self, row):
                return await self.session.execute(row)

        def f(store: Store):
            store.save(1)
    """,
}


@pytest.mark.parametrize("text", GUESSED.values(), ids=GUESSED)
def test_what_the_twin_says_is_a_guess(write, rules, text) -> None:
    (region,) = regions_of(write, rules, text)
    assert (region.rule, region.kind, region.confidence) == ("RA105", "twin", "low")


@pytest.mark.parametrize("text", NOT_GUESSED.values(), ids=NOT_GUESSED)
def test_what_a_twin_does_not_say(write, rules, text) -> None:
    assert regions_of(write, rules, text) == ()


def test_what_is_known_to_block_is_not_guessed_too(write, rules) -> None:
    text = GUESSED["the twin awaits what the sync one calls"].replace(
        "self.session.execute(row)\n", "self.session.execute(row)\n                open('x')\n", 1
    )
    (region,) = regions_of(write, rules, text)
    assert (region.callee, region.kind) == ("builtins.open", "twin")


def regions_of(write, rules, text):
    return locate(open_project(write(text)), rules).regions


@pytest.mark.parametrize("text", TWINS.values(), ids=TWINS)
def test_a_call_beside_an_async_twin_is_a_kind_of_its_own(write, rules, text) -> None:
    (region,) = regions_of(write, rules, text)
    assert region.kind == "twin"
    assert region.callee == "time.sleep"


@pytest.mark.parametrize("text", NONE.values(), ids=NONE)
def test_what_is_no_twin(write, rules, text) -> None:
    regions = regions_of(write, rules, text)
    assert regions
    assert {region.kind for region in regions} <= {"direct", "transitive"}


def test_a_twin_deeper_on_the_chain_is_told_but_not_the_kind(write, rules) -> None:
    text = TWINS["a method"].replace(
        "async def f():\n            Lock().acquire()",
        "def lock():\n            Lock().acquire()\n\n        async def f():\n            lock()",
    )
    (region,) = regions_of(write, rules, text)
    assert region.kind == "transitive"
    assert list(notes(region)) == ["`Lock.acquire` has an async twin, `Lock.aacquire`"]


ELSEWHERE = {
    "by reference": "await asyncio.to_thread(pause)",
    "in a lambda": "await asyncio.to_thread(lambda: pause())",
    "in a nested function": "def work():\n        pause()\n    await asyncio.to_thread(work)",
    "in a partial": "await asyncio.to_thread(functools.partial(pause))",
    "to a wrapper of the project": "await off_loop(pause)",
    "to an executor": "await asyncio.get_running_loop().run_in_executor(None, pause)",
    "to another name of an offload": "await in_thread(pause)",
    "to an import under another name": "await as_thread(pause)",
}


@pytest.mark.parametrize("call", ELSEWHERE.values(), ids=ELSEWHERE)
def test_a_helper_that_is_offloaded_elsewhere(write, rules, call) -> None:
    text = (
        "import asyncio\nimport functools\nimport time\nfrom asyncio import to_thread as as_thread"
        "\n\nin_thread = asyncio.to_thread\n\n\nasync def off_loop(work):\n"
        "    return await asyncio.to_thread(work)\n\n\ndef pause():\n    time.sleep(1)\n\n\n"
        f"async def bare():\n    pause()\n\n\nasync def good():\n    {call}\n"
    )
    (region,) = regions_of(write, rules, text)
    assert region.entry == "app.bare"
    assert region.offloaded_at is not None
    assert region.offloaded_at.callee == "app.pause"
    line = text.count("\n")
    assert list(notes(region)) == [f"`app.pause` is offloaded elsewhere, at app.py:{line}"]


QUIET = {
    "only in a test": """
        # file: app.py
        import time

        def pause():
            time.sleep(1)

        async def bare():
            pause()

        # file: tests/test_app.py
        import asyncio
        from app import pause

        async def test_it():
            await asyncio.to_thread(pause)
    """,
    "another function of the same name": """
        import asyncio
        import time

        def pause():
            time.sleep(1)

        class Other:
            def pause(self):
                pass

        async def bare():
            pause()

        async def good(other: Other):
            await asyncio.to_thread(other.pause)
    """,
}


@pytest.mark.parametrize("text", QUIET.values(), ids=QUIET)
def test_what_is_no_offload_elsewhere(write, rules, text) -> None:
    (region,) = regions_of(write, rules, text)
    assert region.offloaded_at is None


TOLD = """
    import asyncio
    import hashlib
    import time


    class Lock:
        def acquire(self):
            time.sleep(1)

        async def aacquire(self):
            await asyncio.to_thread(self.acquire)


    async def f():
        Lock().acquire()
        hashlib.scrypt(b"", salt=b"", n=2, r=1, p=1)
"""


def test_how_it_is_told_to_people(write, rules) -> None:
    root = write(TOLD)
    project = open_project(root)
    lines = SourceLines({item.file: item.path for item in project.sources.files})
    text = render_text(Shown(locate(project, rules).regions), lines, rules)
    assert "  note: `Lock.acquire` is offloaded elsewhere, at app.py:11\n" in text
    assert "  help: call the async `Lock.aacquire` in place of `Lock.acquire`\n" in text
    assert " async function `app.f` computes on the loop: hashlib.scrypt\n" in text
    assert text.splitlines()[-1].endswith("(1 of them computing)")


def test_how_it_is_told_to_programs(write, rules) -> None:
    root = write(dedent(TOLD))
    located = locate(open_project(root), rules)
    twin, computing = json.loads(regions_as_json(located))["regions"]
    assert (twin["kind"], twin["category"]) == ("twin", "sleep")
    assert twin["twin"] == "app.Lock.aacquire"
    assert twin["offloaded_at"] == {
        "function": "app.Lock.acquire",
        "file": "app.py",
        "line": 11,
        "in": "app.Lock.aacquire",
    }
    assert (computing["kind"], computing["category"]) == ("direct", "cpu")
    assert computing["twin"] is None
    assert computing["offloaded_at"] is None
