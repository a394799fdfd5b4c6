"""What a model is told comes from the plan, the call graph, the rules and the source."""

from __future__ import annotations

import pytest

from refactor_agent.data import data_dir
from refactor_agent.domain.callgraph import Call, CallGraph, Function
from refactor_agent.domain.place import Site, Span
from refactor_agent.domain.plan import Attempt, CallEdit, ChangeSet, Colour, FunctionRef, Refusal
from refactor_agent.domain.region import Hop, Located, Region
from refactor_agent.llm import Ground, Offload, conventions_of, make_request
from refactor_agent.llm.neighbours import callees_of, types_used
from refactor_agent.llm.offloading import offload_for
from refactor_agent.llm.request import (
    AsyncClient,
    Callee,
    Caller,
    CallFact,
    Equivalent,
    TestHabits,
)
from refactor_agent.rulebook import RuleBook
from refactor_agent.rulebook.parse import parse_rule
from refactor_agent.tree import Tree
from support.model_session import function_request

API = """\
from app.store import Store

store = Store()


async def answer(question):
    return store.fetch(question)
"""
STORE = """\
from __future__ import annotations

import time

try:
    import ujson as json
except ImportError:
    import json

PAUSE = 0.5
UNUSED = 1


class Store(Base, metaclass=Meta):
    limit: int = 3

    def __init__(self):
        self.url = "http://localhost"

    def fetch(self, question):
        if question:
            time.sleep(PAUSE)
        return json.loads(question)

    def other(self): ...
"""
ENTRY = FunctionRef(file="app/api.py", name="app.api.answer")
FETCH = FunctionRef(file="app/store.py", name="app.store.Store.fetch")
SLEEP = Site("app/store.py", Span(22, 12, 22, 29))
CALL = Site("app/api.py", Span(7, 11, 7, 32))


def graph() -> CallGraph:
    """Give the call graph of the two files, and of a sync script beside them."""
    functions = {
        ENTRY.name: Function(ENTRY.name, ENTRY.file, Span(6, 0, 7, 32), is_async=True),
        FETCH.name: Function(FETCH.name, FETCH.file, Span(20, 4, 23, 35)),
    }
    calls = [
        Call(ENTRY.name, CALL, (FETCH.name,)),
        Call(FETCH.name, SLEEP, ("time.sleep",)),
        Call("app.script", Site("app/script.py", Span(1, 0, 1, 9)), (FETCH.name,)),
    ]
    modules = {"app.api": "app/api.py", "app.store": "app/store.py"}
    return CallGraph(
        functions, calls, modules=modules, imports={"app/store.py": frozenset({"time", "ujson"})}
    )


def change_set(**changes: object) -> ChangeSet:
    """Make the change set of the one region."""
    return ChangeSet(
        id="001-answer",
        title="Stop answer from blocking",
        entries=(ENTRY,),
        regions=("r1",),
        functions=(ENTRY, FETCH),
        refusals=(Refusal(reason="no-way", message="no rule knows how"),),
        model_may_try=True,
    ).model_copy(update=changes)


@pytest.fixture
def ground(tmp_path):
    """Lay the project down and give what a run knows of it."""
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "api.py").write_text(API)
    (tmp_path / "app" / "store.py").write_text(STORE)
    hops = (
        Hop(function=ENTRY.name, site=CALL, callee=FETCH.name),
        Hop(function=FETCH.name, site=SLEEP, callee="time.sleep"),
    )
    sleep = data_dir("rules") / "stdlib" / "time-sleep.md"
    rulebook = RuleBook([parse_rule(sleep.read_text(), "stdlib/time-sleep.md")])
    other = Region(id="r2", rule="RA101", hops=hops[1:], weight=9)
    located = Located((Region(id="r1", rule="RA101", hops=hops, weight=9), other), graph())
    conventions = conventions_of(
        located.graph, python="3.11", offload=Offload(module="app._async_adapters")
    )
    return Ground(located, Tree(tmp_path), rulebook, conventions)


def test_functions_stand_with_their_callers(ground):
    request = make_request(change_set(), ground)
    entry, fetch = request.functions
    assert (entry.change, entry.is_async, entry.is_entry) == ("body", True, True)
    assert (fetch.change, fetch.is_async, fetch.is_entry) == ("twin", False, False)
    assert fetch.code.startswith("def fetch(self, question):\n    if question:\n")
    assert fetch.callers == (
        Caller(name=ENTRY.name, is_async=True, planned=True),
        Caller(name="app.script", is_async=False, planned=False),
    )
    assert fetch.new_name == "fetch_async", "the script beside them stays sync"
    assert request.refusals == change_set().refusals


def test_calls_are_counted_from_the_functions_first_line(ground):
    request = make_request(change_set(), ground)
    assert request.calls == (
        CallFact(function=ENTRY.name, line=2, callee=FETCH.name, becomes="coroutine"),
        CallFact(
            function=FETCH.name, line=3, callee="time.sleep", becomes="blocks", rule="RA101"
        ),
    )  # fmt: skip


def test_what_surrounds_the_functions_is_what_they_use(ground):
    request = make_request(change_set(), ground)
    api, store = request.files
    assert api.context == "store = Store()"
    assert store.imports == (
        "from __future__ import annotations\nimport time\n"
        "try:\n    import ujson as json\nexcept ImportError:\n    import json"
    )
    assert store.context == (
        "PAUSE = 0.5\n\nclass Store(Base, metaclass=Meta):\n    limit: int = 3\n"
        '    def __init__(self):\n        self.url = "http://localhost"'
    )


def test_rules_come_with_their_example_and_equivalents(ground):
    (card,) = make_request(change_set(), ground).rules
    assert card.id == "RA101"
    assert card.equivalents == (
        Equivalent(callee="time.sleep", target="asyncio.sleep", available=True),
    )
    assert "time.sleep(" in card.before
    assert "await asyncio.sleep(" in card.after
    assert card.blocks
    assert card.differs


def test_an_attempt_binds_the_model(ground):
    twin = Colour(function=FETCH, mode="twin", new_name="afetch")
    edit = CallEdit(site=CALL, function=ENTRY.name, callee=FETCH.name, action="await")
    attempt = Attempt(strategy="native", colours=(twin,), calls=(edit,))
    request = make_request(change_set(attempts=(attempt,)), ground, attempt)
    entry, fetch = request.functions
    assert (entry.change, entry.new_name) == ("body", "answer")
    assert (fetch.change, fetch.new_name) == ("twin", "afetch")
    assert [call.becomes for call in request.calls] == ["await", "blocks"]


def test_conventions_are_the_projects_own(ground):
    conventions = ground.conventions
    assert conventions.libraries == ("app", "time", "ujson")
    assert conventions.python == "3.11"


def test_the_same_plan_gives_the_same_request(ground):
    first, second = (make_request(change_set(), ground) for _ in range(2))
    assert first.model_dump_json() == second.model_dump_json()


@pytest.mark.parametrize(
    ("file", "text", "reason"),
    [
        ("app/api.py", "x = 1\n", "no-such-function"),
        ("app/store.py", "def (:\n", "does-not-parse"),
    ],
)
def test_source_that_can_not_be_taken_apart_is_refused(ground, file, text, reason):
    (ground.tree.root / file).write_text(text)
    refusal = make_request(change_set(), ground)
    assert isinstance(refusal, Refusal)
    assert refusal.reason == reason


def in_project(tmp_path, files):
    """Locate in a real project; give the graph and the tree."""
    from refactor_agent.locate import locate
    from refactor_agent.project import open_project
    from refactor_agent.rulebook import load_rulebook

    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    project = open_project(tmp_path)
    return locate(project, load_rulebook([], [])).graph, Tree(project.root)


HTTP = """\
import httpx
import redis.asyncio

client = httpx.AsyncClient(timeout=5)


async def page(url: str) -> str:
    return (await client.get(url)).text


async def both(url: str) -> None:
    await client.get(url)
    await client.post(url)
"""


@pytest.mark.parametrize(
    ("test", "habits"),
    [
        (
            "import pytest\n\n\n@pytest.mark.anyio\nasync def test_a(): ...\n",
            TestHabits(runner="pytest", mark="pytest.mark.anyio", async_tests=True),
        ),
        (
            "import asyncio\nimport pytest\n\n\ndef test_a():\n    asyncio.run(b())\n",
            TestHabits(runner="pytest", starts_loops=True),
        ),
        (
            (
                "import unittest\n\n\nclass A(unittest.IsolatedAsyncioTestCase):\n"
                "    async def test_a(self): ...\n"
            ),
            TestHabits(runner="unittest", async_tests=True),
        ),
    ],
    ids=["marked", "loops of their own", "unittest"],
)
def test_how_tests_run_is_seen(tmp_path, test, habits):
    graph, _ = in_project(tmp_path, {"app/http.py": HTTP, "tests/test_a.py": test})
    assert conventions_of(graph).tests == habits


def test_the_async_clients_that_are_there_are_seen(tmp_path):
    graph, _ = in_project(tmp_path, {"app/__init__.py": "", "app/http.py": HTTP})
    assert conventions_of(graph).clients == (
        AsyncClient(name="httpx.AsyncClient", awaited=3, made_at="app/http.py:4"),
    )


def test_functions_that_are_called_stand_with_their_signature(tmp_path):
    files = {
        "app/__init__.py": "",
        "app/text.py": "def trim(text: str, *, most: int = 9) -> str:\n    return text[:most]\n",
        "app/api.py": (
            "from app.text import trim\n\n\nasync def a(text):\n    return trim(text)\n"
        ),
    }
    graph, tree = in_project(tmp_path, files)
    assert callees_of("app.api.a", ["app.api.a"], graph, tree) == [
        Callee(name="app.text.trim", is_async=False, signature="(text: str, *, most: int=9) -> str")
    ]
    assert callees_of("app.api.a", ["app.api.a", "app.text.trim"], graph, tree) == []


@pytest.mark.parametrize(
    "line", ["from app.models import Question", "from .models import Question"]
)
def test_types_of_other_files_are_told_in_brief(tmp_path, line):
    files = {
        "app/__init__.py": "",
        "app/models.py": "class Question(Base):\n    text: str\n\n    def ask(self): ...\n",
    }
    _, tree = in_project(tmp_path, {**files, "app/jobs.py": f"{line}\n"})
    part = function_request("def poll(job: Question):\n    return job").functions[0]
    modules = {"app": "app/__init__.py", "app.models": "app/models.py", "app.jobs": "app/jobs.py"}
    assert types_used("app/jobs.py", (part,), modules, tree) == (
        "# app/models.py\nclass Question(Base):\n    text: str"
    )


@pytest.mark.parametrize(
    ("file", "module", "boundary"),
    [
        ("src/app/store.py", "app.store", ("app._async_adapters", "src/app/_async_adapters.py")),
        ("app/a/__init__.py", "app.a", ("app._async_adapters", "app/_async_adapters.py")),
        ("app/__init__.py", "app", ("app._async_adapters", "app/_async_adapters.py")),
        ("lib/one.py", "one", ("_async_adapters", "lib/_async_adapters.py")),
    ],
)
def test_the_bounded_limiter_lies_in_the_top_level_package(tmp_path, file, module, boundary):
    found = offload_for(planned(file, module), {module: file}, Tree(tmp_path))
    assert found is not None
    assert found.new_file is not None
    assert (found.module, found.new_file.file) == boundary


def test_where_a_thread_was_refused_no_model_is_offered_one(tmp_path):
    """The planner refuses for danger, such as an object that belongs to one thread."""
    refused = Refusal(reason="shared-unsafe-object", message="no", strategy="offload")
    made = planned("app/store.py", "app.store").model_copy(update={"refusals": (refused,)})
    assert offload_for(made, {"app.store": "app/store.py"}, Tree(tmp_path)) is None


def planned(file, module) -> ChangeSet:
    ref = FunctionRef(file=file, name=f"{module}.f")
    return ChangeSet(id="001-f", title="f", entries=(ref,), regions=(), functions=(ref,))
