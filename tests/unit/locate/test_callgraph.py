"""The facts of the call graph that the planner decides by."""

import pytest

from refactor_agent.domain.callgraph import Call, CallGraph
from refactor_agent.locate import locate
from refactor_agent.project import open_project
from refactor_agent.rulebook import RuleBook


@pytest.fixture
def graph(write, rules: RuleBook):
    def build(text: str) -> CallGraph:
        return locate(open_project(write(text)), rules).graph

    return build


def the_call(graph: CallGraph, callee: str) -> Call:
    (call,) = graph.calls_of(callee)
    return call


def test_functions_carry_their_kind(graph) -> None:
    functions = graph("""
        import functools
        from contextlib import contextmanager

        class Box:
            @property
            def size(self):
                return 1

            @functools.lru_cache(maxsize=None)
            def cached(self):
                return 1

            @contextmanager
            def opened(self):
                yield 1

            async def work(self):
                await other()

                def inner():
                    return 1

        async def other():
            return 1
    """).functions
    assert functions["app.Box.size"].is_property
    assert functions["app.Box.cached"].decorators == ("functools.lru_cache",)
    assert functions["app.Box.opened"].decorators == ("contextlib.contextmanager",)
    assert functions["app.Box.opened"].is_generator
    assert functions["app.Box.work"].is_async
    assert functions["app.Box.work"].awaits
    assert not functions["app.other"].awaits
    assert functions["app.Box.work"].owner == "app.Box"
    assert functions["app.Box.work.inner"].nested
    assert functions["app.Box.size"].span[:2] == (5, 4)


def test_families_by_overriding(graph) -> None:
    functions = graph("""
        import requests

        class Base:
            def run(self): ...
            def alone(self): ...

        class One(Base):
            def run(self): ...

        class Two(One):
            def run(self): ...

        class Mixin:
            def run(self): ...

        class Both(Mixin, Two): ...

        class Client(requests.Session):
            def get(self, url): ...
    """).functions
    assert functions["app.Base.run"].family == ("app.Mixin.run", "app.One.run", "app.Two.run")
    assert functions["app.Base.alone"].family == ()
    assert not functions["app.Base.run"].open_family
    assert functions["app.Client.get"].open_family


def test_writes_outside_the_function(graph) -> None:
    functions = graph("""
        import os
        from sys import modules

        CACHE = {}
        count = 0

        class Box:
            def fill(self, other):
                self.total += 1
                self.items.append(1)
                self.table["a"] = 1
                CACHE["a"] = 1
                local = []
                local.append(1)

            def read(self):
                return self.total

        def bump():
            global count
            count += 1

        def clear():
            os.remove("x")
            os.environ["x"] = "y"
            modules.pop("x")
    """).functions
    assert set(functions["app.Box.fill"].writes) == {
        "self.total", "self.items", "self.table", "app.CACHE",
    }  # fmt: skip
    assert functions["app.Box.read"].writes == ()
    assert functions["app.bump"].writes == ("app.count",)
    assert functions["app.clear"].writes == ("app.os.environ", "app.modules")


def test_exported_names(graph) -> None:
    functions = graph("""
        # file: pkg/__init__.py
        from pkg.inner import shown, Public

        # file: pkg/inner.py
        __all__ = ["listed"]

        def shown(): ...
        def listed(): ...
        def own(): ...

        class Public:
            def method(self): ...
    """).functions
    exported = {name for name, function in functions.items() if function.exported}
    assert exported == {"pkg.inner.shown", "pkg.inner.listed", "pkg.inner.Public.method"}


FRAMES = {
    "loop": ("for x in y:\n        wait()", ("loop",)),
    "while test": ("while wait():\n        pass", ("loop",)),
    "try": ("try:\n        wait()\n    except ValueError:\n        pass", ("try",)),
    "handler": ("try:\n        pass\n    except ValueError:\n        wait()", ("handler",)),
    "finally": ("try:\n        pass\n    finally:\n        wait()", ("finally",)),
    "lambda": ("z = lambda: wait()", ("lambda",)),
    "generator": ("z = any(wait() for x in y)", ("generator_expression",)),
    "comprehension": ("z = [wait() for x in y]", ("comprehension",)),
    "with": ("with y:\n        wait()", ("with",)),
    "lock": ("with lock:\n        wait()", ("lock", "with")),
    "lock in loop": (
        "for x in y:\n        with lock:\n            wait()",
        ("lock", "with", "loop"),
    ),
    "attribute named lock": ("with y._lock:\n        wait()", ("lock", "with")),
    "async lock": ("async with alock:\n        wait()", ("with",)),
    "default value": ("def inner(z=wait()):\n        pass", ("signature",)),
    "class body": ("class Inner:\n        z = wait()", ("class_body",)),
}


@pytest.mark.parametrize(("body", "frames"), FRAMES.values(), ids=FRAMES)
def test_frames(body: str, frames: tuple[str, ...], graph) -> None:
    text = f"""\
import asyncio
import threading

lock = threading.Lock()
alock = asyncio.Lock()

def wait():
    pass

async def f(y):
    {body}
"""
    call = the_call(graph(text), "app.wait")
    assert call.frames == frames
    assert call.caller == "app.f"


RECEIVERS = {
    "self": ("self.session.get('u')", "self"),
    "parameter": ("given.get('u')", "parameter"),
    "local": ("requests.Session().get('u')", "result"),
    "module": ("SESSION.get('u')", "module"),
}


@pytest.mark.parametrize(("body", "origin"), RECEIVERS.values(), ids=RECEIVERS)
def test_receivers(body: str, origin: str, graph) -> None:
    text = f"""\
import requests

SESSION = requests.Session()

class Client:
    def __init__(self):
        self.session = requests.Session()

    def f(self, given: requests.Session):
        {body}
"""
    call = the_call(graph(text), "requests.Session.get")
    assert (call.receiver, call.receiver_origin) == ("requests.Session", origin)


def test_argument_types(graph) -> None:
    call = the_call(
        graph("""
            import sqlite3

            def use(connection, name):
                return connection

            def f():
                use(sqlite3.connect("x"), name=1)
        """),
        "app.use",
    )
    assert call.argument_types == ("sqlite3.Connection", "builtins.int")


def test_constructors_properties_and_awaits(graph) -> None:
    found = graph("""
        class Made:
            def __init__(self): ...

            @property
            def size(self):
                return 1

        class Plain: ...

        async def g(): ...

        async def f():
            Plain()
            await g()
            return Made().size
    """)
    assert the_call(found, "app.Made.__init__").caller == "app.f"
    assert the_call(found, "app.Plain").caller == "app.f"
    assert the_call(found, "app.Made.size").receiver == "app.Made"
    assert the_call(found, "app.g").awaited is True


def test_offloaded_calls_and_references(graph) -> None:
    found = graph("""
        import asyncio
        import threading
        from functools import partial

        def slow(x=0): ...
        def kept(x=0): ...
        def loud(x=0): ...

        async def in_thread(function, *args):
            return await asyncio.to_thread(function, *args)

        async def f():
            await asyncio.to_thread(slow, 1)
            await asyncio.to_thread(partial(slow, 1))
            await asyncio.to_thread(lambda: loud(2))
            await in_thread(slow)
            threading.Thread(target=slow).start()

            def work():
                loud(3)

            await asyncio.to_thread(work)
            sorted([], key=kept)
            return kept
    """)
    assert [(ref.passed_to, ref.offloaded) for ref in found.references_to("app.slow")] == [
        ("asyncio.to_thread", True),
        ("functools.partial", True),
        ("app.in_thread", True),
        ("threading.Thread", True),
    ]
    assert [(ref.passed_to, ref.offloaded) for ref in found.references_to("app.kept")] == [
        ("builtins.sorted", False),
        (None, False),
    ]
    calls = found.calls_of("app.loud")
    assert [(call.caller, call.offloaded) for call in calls] == [
        ("app.f", True),
        ("app.f.work", True),
    ]


def test_tests_are_in_the_graph(graph) -> None:
    found = graph("""
        # file: pkg/code.py
        def helper(): ...

        # file: tests/test_code.py
        from pkg.code import helper

        def test_it():
            helper()
    """)
    assert found.functions["tests.test_code.test_it"].is_test
    assert the_call(found, "pkg.code.helper").caller == "tests.test_code.test_it"
    assert found.modules["pkg.code"] == "pkg/code.py"
    assert found.imports["tests/test_code.py"] == frozenset({"pkg"})


def test_variants_of_one_name(graph) -> None:
    found = graph("""
        import sys

        if sys.platform == "win32":
            def f(): ...
        else:
            async def f(): ...

        def g():
            f()
    """)
    assert found.functions["app.f"].is_async is False
    assert found.functions["app.f#2"].is_async is True
    (call,) = found.calls_in("app.g")
    assert call.callees == ("app.f", "app.f#2")


def test_configured_wrappers_and_the_boundary_offload(graph) -> None:
    found = graph("""
        # file: pyproject.toml
        [tool.refactor-agent]
        offload-wrappers = ["pkg.pool.later"]

        # file: pkg/_async_adapters.py
        async def offload(function, *args): ...

        # file: pkg/pool.py
        def later(function): ...

        # file: pkg/use.py
        from pkg._async_adapters import offload
        from pkg.pool import later

        def slow(): ...

        async def f():
            later(slow)
            await offload(slow)
            print(slow)
    """)
    references = found.references_to("pkg.use.slow")
    assert [reference.offloaded for reference in references] == [True, True, False]


def test_calls_that_block(graph) -> None:
    found = graph("""
        import asyncio
        import os
        import queue
        import time

        def work(pending: queue.Queue, paths):
            time.sleep(1)
            pending.get()
            pending.get(block=False)
            sorted(paths, key=os.path.getmtime)
            time.sleep(2)  # refactor-agent: ignore[RA101] start-up
            time.sleep(3)  # refactor-agent: ignore[RA202] not the rule that it breaks
            helper()  # refactor-agent: ignore

            def later():
                time.sleep(4)

            asyncio.to_thread(later)

        def helper(): ...
    """)
    calls = [*found.calls_in("app.work"), *found.calls_in("app.work.later")]
    seen = [(call.callees[0], call.blocks, call.ignores) for call in calls]
    assert seen == [
        ("time.sleep", "RA101", None),
        ("queue.Queue.get", "RA103", None),
        ("queue.Queue.get", None, None),
        ("builtins.sorted", "RA203", None),
        ("time.sleep", None, ("RA101",)),
        ("time.sleep", "RA101", ("RA202",)),
        ("app.helper", None, ()),
        ("asyncio.to_thread", None, None),
        ("time.sleep", None, None),
    ]
    assert [bool(call.weight) for call in calls] == [bool(call.blocks) for call in calls]


def test_names_that_modules_import_from_each_other(graph) -> None:
    found = graph("""
        # file: pkg/one.py
        from pkg.two import Kind, helper

        Alias = Alias = Kind
        Kind = Alias

        def use(kind: "Kind", other: "Alias"):
            helper(kind.run())

        # file: pkg/two.py
        from pkg.one import Kind, helper

        helper = helper
    """)
    assert found.calls_in("pkg.one.use")
