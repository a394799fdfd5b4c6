"""A scan that follows another finds what a first scan finds, whatever was edited in between."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from refactor_agent.locate import Nearby, locate, regions_as_json
from refactor_agent.locate import graph as graph_module
from refactor_agent.locate.cache import SummaryCache
from refactor_agent.locate.effects import Effects
from refactor_agent.project import open_project
from refactor_agent.rulebook import load_rulebook

RULES = load_rulebook()
FILES = {
    "shop/__init__.py": "from shop.store import Store as Shop\n",
    "shop/base.py": """\
import abc


class Base(abc.ABC):
    @abc.abstractmethod
    def load(self, key): ...

    def twice(self, key):
        return self.load(key) + self.load(key)
""",
    "shop/store.py": """\
from pathlib import Path

from shop.base import Base
from shop.tools import quiet, wait


class Store(Base):
    def load(self, key):
        wait()
        return Path(key).read_text()

    @property
    def size(self):
        return wait()


def make() -> Base:
    return Store()


class Shelf:
    def __getitem__(self, key):
        return quiet()

    def __getattr__(self, name):
        return quiet()

    @property
    def label(self):
        return self[0]
""",
    "shop/tools.py": """\
import time


def wait():
    time.sleep(1)


def quiet():
    return 1
""",
    "shop/api.py": """\
import asyncio

import shop
from shop.base import Base
from shop.shown import Ticket, shown
from shop.store import Shelf, Store, make
from shop.tools import *


async def get(key):
    return make().twice(key)


async def size():
    return shop.Shop().size


async def safe():
    return await asyncio.to_thread(wait)


async def run(callback=quiet):
    return callback()


async def main():
    await run(wait)


async def first():
    return Shelf()[1], Shelf().label


async def second():
    return Shelf()[2], Shelf().label, Shelf().title


async def third():
    return Shelf().title


async def fourth(ticket: Ticket, shelf: Shelf):
    shown(ticket)
    shown(shelf)


async def fifth(base: Base, name):
    base.load("a")
    return {"shelf": Shelf, "store": Store}[name]().load("a")
""",
    "shop/shown.py": """\
from shop.store import Store
from shop.tools import wait


class Ticket:
    pass


def shown(thing):
    if isinstance(thing, Store):
        wait()
""",
}
EDITS = {
    "a line on top": lambda text: f"# a remark\n{text}",
    "a line at the end": lambda text: f"{text}\n# the end\n",
    "no more sleep": lambda text: text.replace("time.sleep(1)", "pass"),
    "a file is read": lambda text: text.replace("return 1", "return open('x').read()"),
    "another name": lambda text: text.replace("quiet", "silent"),
    "another base": lambda text: text.replace("(Base)", "(object)"),
    "no star": lambda text: text.replace("import *", "import quiet, wait"),
    "less exported": lambda text: f"__all__ = ['quiet']\n{text}",
    "a plain method": lambda text: text.replace("    @property\n", ""),
    "no type": lambda text: text.replace(" -> Base", ""),
    "another override": lambda text: (
        f"{text}\n\nfrom shop.base import Base\n\n\nclass Other(Base):\n"
        "    def load(self, key):\n        return input()\n"
    ),
    "a caller more": lambda text: (
        f"{text}\n\nasync def more():\n    from shop.tools import wait\n\n    wait()\n"
    ),
    "a class of both": lambda text: (
        f"{text}\n\nfrom shop.shown import Ticket\n\n\nclass Both(Ticket, Store):\n    pass\n"
    ),
    "another class asked for": lambda text: text.replace("thing, Store", "thing, Ticket"),
    "a parameter more": lambda text: text.replace("self, key)", "self, key, limit)"),
    "made with something": lambda text: text.replace(
        "class Store(Base):\n", "class Store(Base):\n    def __init__(self, path): ...\n\n"
    ),
    "the same call again": lambda text: text.replace(
        "    time.sleep(1)\n", "    time.sleep(1)\n    time.sleep(1)\n"
    ),
    "one call of two": lambda text: text.replace("    time.sleep(1)\n", "", 1),
    "a twin": lambda text: f"{text}\n\nasync def aquiet():\n    return 1\n",
    "a twin that blocks": lambda text: (
        f"{text}\n\nasync def aquiet():\n    return open('x').read()\n"
    ),
    "handed to a thread": lambda text: (
        f"{text}\n\nasync def hand():\n    import asyncio\n    from shop.tools import quiet\n\n"
        "    await asyncio.to_thread(quiet)\n"
    ),
    "by a wrapper": lambda text: (
        f"{text}\n\nasync def hand(work):\n    import asyncio\n\n"
        "    return await asyncio.to_thread(work)\n\n\n"
        "async def handing():\n    from shop.tools import quiet\n\n    await hand(quiet)\n"
    ),
    "a comment": lambda text: text.replace(
        "time.sleep(1)\n", "time.sleep(1)  # refactor-agent: ignore\n"
    ),
    "kept": lambda text: text.replace(
        "def wait():\n", "import functools\n\n\n@functools.cache\ndef wait():\n"
    ),
    "had by an import": lambda text: f"{text}\n\nimport shop.tools\n\nshop.tools.wait()\n",
    "had perhaps": lambda text: (
        f"{text}\n\nimport shop.tools\n\nif input():\n    shop.tools.wait()\n"
    ),
    "another text": lambda text: text.replace("make().twice(key)", "make().twice( key )"),
    "nothing left": lambda _: "",
    "broken": lambda _: "def (:\n",
    "gone": lambda _: None,
}
MOVES = st.lists(
    st.tuples(st.sampled_from(sorted(FILES)), st.sampled_from(sorted(EDITS))),
    min_size=1,
    max_size=4,
)

SYNTAX_BLOCKS = [("shop/tools.py", "a file is read"), ("shop/tools.py", "nothing left")]
"""What a subscript runs does not block, does, and does not."""
TWICE = [
    ("shop/tools.py", "the same call again"),
    ("shop/tools.py", "a line on top"),
    ("shop/tools.py", "one call of two"),
]
"""Calls that read alike are told apart by their number."""
TWINS = [
    ("shop/tools.py", "a file is read"),
    ("shop/tools.py", "a twin"),
    ("shop/tools.py", "a twin that blocks"),
    ("shop/shown.py", "handed to a thread"),
]
"""What is said of a function beside the chain."""
HAD = [
    ("shop/tools.py", "kept"),
    ("shop/base.py", "had by an import"),
    ("shop/base.py", "had perhaps"),
    ("shop/base.py", "gone"),
]
"""What an import has run is run no more."""


def found(root: Path, cache: Path | None) -> tuple[str, str]:
    located = locate(open_project(root), RULES, cache=cache, when_asked=cache is not None)
    return regions_as_json(located), located.graph.model_dump_json() if hasattr(
        located.graph, "model_dump_json"
    ) else repr(list(located.graph.calls))


def write(root: Path, files: dict[str, str]) -> None:
    for file, text in files.items():
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).write_text(text)


def edit(root: Path, file: str, name: str) -> None:
    path = root / file
    text = EDITS[name](path.read_text() if path.exists() else FILES[file])
    if text is None:
        path.unlink(missing_ok=True)
    else:
        path.write_text(text)


@settings(max_examples=60, deadline=None)
@given(MOVES)
@example(SYNTAX_BLOCKS)
@example(TWICE)
@example(TWINS)
@example(HAD)
def test_an_edit_is_seen_as_by_a_first_scan(moves):
    with tempfile.TemporaryDirectory() as directory:
        root, cache = Path(directory) / "project", Path(directory) / "cache"
        write(root, FILES)
        found(root, cache)
        for file, name in moves:
            edit(root, file, name)
            assert found(root, cache) == found(root, None), (file, name)


@settings(max_examples=20, deadline=None)
@given(MOVES, st.data())
def test_files_that_come_and_go_are_seen(moves, data):
    names = sorted(FILES)
    with tempfile.TemporaryDirectory() as directory:
        root, cache = Path(directory) / "project", Path(directory) / "cache"
        write(root, {name: FILES[name] for name in names[::2]})
        found(root, cache)
        for file, name in moves:
            edit(root, file, name)
            other = data.draw(st.sampled_from(names))
            if (root / other).exists():
                (root / other).unlink()
            else:
                write(root, {other: FILES[other]})
            if any(root.rglob("*.py")):
                assert found(root, cache) == found(root, None), (file, name, other)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    write(tmp_path / "project", FILES)
    return tmp_path / "project"


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The functions that are worked out, not taken from an earlier scan."""
    names: list[str] = []
    original = Effects.of

    def of(self, function):
        names.append(function.name)
        return original(self, function)

    monkeypatch.setattr(Effects, "of", of)
    return names


def test_only_what_an_edit_can_have_changed_is_worked_out(project, tmp_path, counted):
    cache = tmp_path / "cache"
    found(project, cache)
    counted.clear()
    found(project, cache)
    assert counted == []
    edit(project, "shop/tools.py", "a line on top")
    found(project, cache)
    assert set(counted) <= {"shop.tools", "shop.tools.wait", "shop.tools.quiet"}


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda data: data[: len(data) // 2], id="cut off"),
        pytest.param(lambda data: data[:-1] + bytes([data[-1] ^ 1]), id="a bit turned"),
        pytest.param(lambda _: b"", id="empty"),
    ],
)
def test_a_damaged_state_is_not_believed(project, tmp_path, damage):
    cache = tmp_path / "cache"
    expected = found(project, cache)
    (state,) = (cache / "effects").iterdir()
    state.write_bytes(damage(state.read_bytes()))
    assert found(project, cache) == expected
    assert found(project, cache) == expected


def test_a_state_whose_summaries_are_gone_is_not_believed(project, tmp_path):
    cache = tmp_path / "cache"
    found(project, cache)
    for directory in cache.iterdir():
        if directory.name != "effects":
            shutil.rmtree(directory)
    edit(project, "shop/tools.py", "no more sleep")
    assert found(project, cache) == found(project, None)


WRAPPED = "async def fifth():\n    wrap(open)\n\n\ndef wrap(work):\n    work('x')\n"


def test_other_rules_and_settings_are_seen(project, tmp_path):
    cache = tmp_path / "cache"
    write(
        project,
        {"shop/more.py": WRAPPED},
    )
    wrapper = '[tool.refactor-agent]\noffload_wrappers = ["shop.more.wrap"]\n'
    disabled = '[tool.refactor-agent]\ndisable = ["RA104"]\n'
    for settings_of_it in ("", wrapper, disabled, ""):
        (project / "pyproject.toml").write_text(settings_of_it)
        opened = open_project(project)
        rules = load_rulebook(disable=opened.config.disable)
        kept = locate(opened, rules, cache=cache, when_asked=True)
        assert regions_as_json(kept) == regions_as_json(locate(opened, rules)), settings_of_it


def test_what_was_quoted_of_a_file_that_had_changed_is_not_kept(project, tmp_path):
    cache = tmp_path / "cache"
    expected = found(project, None)[0]
    located = locate(open_project(project), RULES, cache=cache, when_asked=True)
    text = FILES["shop/tools.py"]
    (project / "shop/tools.py").write_text(text.replace("time.sleep(1)", "time.sleep(9)"))
    assert regions_as_json(located) != expected
    (project / "shop/tools.py").write_text(text)
    assert found(project, cache)[0] == expected


def test_a_file_that_changes_while_its_lost_summary_is_made_again(project, tmp_path, monkeypatch):
    cache, original = tmp_path / "cache", SummaryCache.read
    found(project, cache)
    edit(project, "shop/tools.py", "a file is read")
    state = open_project(project)
    lost: list[str] = []

    def read(self, key):
        data = original(self, key)
        if data is not None and b"shop.base.Base.twice" in data and not lost:
            lost.append(key)
            edit(project, "shop/base.py", "a parameter more")
            edit(project, "shop/base.py", "another override")
        return None if key in lost else data

    monkeypatch.setattr(SummaryCache, "read", read)
    located = regions_as_json(locate(state, RULES, cache=cache, when_asked=True))
    assert lost
    assert located == found(project, None)[0]


def test_an_edit_at_the_end_of_a_very_long_chain_is_seen(tmp_path):
    length = 1_200
    root, cache = tmp_path / "project", tmp_path / "cache"
    links = (f"def f{n}():\n    return f{n + 1}()\n" for n in range(length))
    start = "async def start(url):\n    f0().get(url)\n"
    end = "import requests\n\ndef f{}():\n    return {}\n"
    write(root, {"chain.py": f"from end import f{length}\n\n{''.join(links)}\n{start}"})
    for made, is_found in (("None", False), ("requests.Session()", True), ("print", False)):
        write(root, {"end.py": end.format(length, made)})
        assert ("requests.Session.get" in found(root, cache)[0]) is is_found, made


@pytest.fixture
def side_by_side(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let processes be started for however little there is to do."""
    monkeypatch.setattr("refactor_agent.locate.incremental.side_by_side._WORTH_A_PROCESS", 3)
    monkeypatch.setattr("refactor_agent.locate.found._WORTH_A_PROCESS", 1)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="processes share memory on Linux")
@pytest.mark.usefixtures("side_by_side")
@pytest.mark.parametrize("name", sorted(EDITS))
def test_processes_side_by_side_find_what_one_finds(project, tmp_path, counted, name):
    cache = tmp_path / "cache"
    located = locate(open_project(project), RULES, cache=cache, jobs=3, when_asked=True)
    assert counted == []  # in this process
    assert regions_as_json(located) == found(project, None)[0]
    counted.clear()
    edit(project, "shop/tools.py", name)
    assert found(project, cache) == found(project, None)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="processes share memory on Linux")
@pytest.mark.usefixtures("side_by_side")
@pytest.mark.parametrize("when_asked", [False, True])
def test_what_processes_found_is_there_for_the_next_scan(project, tmp_path, counted, when_asked):
    cache = tmp_path / "cache"
    locate(open_project(project), RULES, cache=cache, jobs=3, when_asked=when_asked)
    located = locate(open_project(project), RULES, cache=cache, jobs=1)
    assert counted == []
    assert regions_as_json(located) == found(project, None)[0]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="processes share memory on Linux")
@pytest.mark.usefixtures("side_by_side")
def test_a_process_that_fails_costs_time_and_nothing_else(project, tmp_path, monkeypatch):
    parent = os.getpid()
    original = Effects.of

    def of(self, function):
        if os.getpid() != parent and function.name == "shop.tools.wait":
            os._exit(9)  # as when the system ends it
        return original(self, function)

    monkeypatch.setattr(Effects, "of", of)
    located = locate(open_project(project), RULES, cache=tmp_path / "cache", jobs=3)
    assert regions_as_json(located) == found(project, None)[0]


@settings(max_examples=60, deadline=None)
@given(MOVES)
@example(SYNTAX_BLOCKS)
def test_the_graph_of_a_tree_nearby_is_the_one_made_from_nothing(moves):
    with tempfile.TemporaryDirectory() as directory:
        root, cache, nearby = Path(directory) / "project", Path(directory) / "cache", Nearby()
        write(root, FILES)
        base = locate(open_project(root), RULES, cache=cache, nearby=nearby).graph
        assert base == locate(open_project(root), RULES).graph
        for file, name in moves:
            edit(root, file, name)
            project = open_project(root)
            found = locate(project, RULES, cache=cache, nearby=nearby)
            assert found.graph == locate(project, RULES).graph, (file, name)


def test_the_graph_of_a_tree_nearby_asks_only_of_what_can_differ(project, tmp_path, monkeypatch):
    asked: list[str] = []
    original = graph_module.function_calls

    def function_calls(effects, function):
        asked.append(function.name)
        return original(effects, function)

    monkeypatch.setattr(graph_module, "function_calls", function_calls)
    nearby, cache = Nearby(), tmp_path / "cache"
    whole = locate(open_project(project), RULES, cache=cache, nearby=nearby).graph
    assert {call.caller for call in whole.calls} <= set(asked)
    asked.clear()
    edit(project, "shop/tools.py", "a line on top")
    moved = locate(open_project(project), RULES, cache=cache, nearby=nearby).graph
    assert set(asked) == {"shop.tools", "shop.tools.wait", "shop.tools.quiet"}
    assert len(moved.calls) == len(whole.calls)
