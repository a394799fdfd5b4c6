"""From finding to verdict with the real stages: what the rules make passes the gate."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from refactor_agent.convert import propose
from refactor_agent.domain.proposal import Proposal
from refactor_agent.edit import apply_proposal
from refactor_agent.locate import locate
from refactor_agent.plan import make_plan
from refactor_agent.project import Project, find_interpreter, open_project
from refactor_agent.rulebook import RuleBook, load_rulebook
from refactor_agent.tree import Tree
from refactor_agent.verify import (
    Baseline,
    Bench,
    Change,
    ProcessSandbox,
    Target,
    WorkspacePool,
    make_target,
    remember_located,
    take_baseline,
    verify,
    verify_combined,
)
from support.price_server import price_test

pytestmark = pytest.mark.slow

FILES = {
    "shop/__init__.py": "",
    "shop/stock.py": """\
import time
from pathlib import Path


def wait_for(path: Path) -> str:
    while not path.exists():
        time.sleep(0.01)  # the writer is slow
    return path.read_text()


class Stock:
    def __init__(self, path: Path) -> None:
        self.path = path

    async def count(self, name: str) -> int:
        text = wait_for(self.path)
        return text.split().count(name)


async def remember(path: Path, line: str) -> None:
    with open(path, "a") as file:
        file.write(line)


async def forgotten(seconds: float) -> None:
    time.sleep(seconds)
""",
    "pyproject.toml": """\
[project]
name = "shop"
version = "0"
requires-python = ">=3.11"
dependencies = ["httpx"]
""",
    "shop/prices.py": """\
import httpx

http = httpx.Client(timeout=5)  # one pool


def fetch(url: str) -> int:
    return http.get(url).json()["price"]


async def price(url: str) -> int:
    return fetch(url)
""",
    "shop/history.py": """\
import subprocess


async def last(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=True)
    return done.stdout.strip()
""",
    "tests/test_prices.py": price_test("shop.prices", times=2),
    "tests/test_history.py": """\
import asyncio
import sys

from shop.history import last


def test_last():
    assert asyncio.run(last([sys.executable, "-c", "print('one')"])) == "one"
""",
    "tests/test_stock.py": """\
import asyncio
import threading

from shop.stock import Stock, remember


def test_count(tmp_path):
    path, draft = tmp_path / "stock", tmp_path / "draft"
    draft.write_text("pen ink pen")
    threading.Timer(0.05, draft.rename, [path]).start()  # whole from the moment it exists
    assert asyncio.run(Stock(path).count("pen")) == 2


def test_remember(tmp_path):
    asyncio.run(remember(tmp_path / "log", "a"))
    asyncio.run(remember(tmp_path / "log", "b"))
    assert (tmp_path / "log").read_text() == "ab"
""",
}


class Line:
    """The stages over one project."""

    def __init__(self, root: Path, place: Path) -> None:
        self.project: Project = open_project(root)
        self.rulebook: RuleBook = load_rulebook()
        self.base = Tree(self.project.root)
        self.plan = make_plan(self.locate(self.base), self.rulebook, self.project)
        interpreter = find_interpreter(root, self.project.config, sys.executable)
        self.target: Target = make_target(self.project, interpreter, None)
        self._place = place

    def locate(self, tree: Tree):
        return locate(self.project, self.rulebook, changes=tree.changes)

    def bench(self) -> Bench:
        pool = WorkspacePool(self.project.root, self._place, size=2)
        locator = remember_located(self.locate)
        return Bench(ProcessSandbox(), pool, asyncio.Semaphore(2), locate=locator)

    def changes(self, base: Tree) -> Iterator[Change]:
        """The first proposal of each change set, stacked."""
        for change_set in self.plan.change_sets:
            for number, attempt in enumerate(change_set.attempts):
                made = propose(change_set, number, self.base, self.rulebook)
                if isinstance(made, Proposal):
                    files = apply_proposal(base, made)
                    yield Change(change_set, made, base, files, attempt)
                    break


@pytest.fixture(scope="module")
def line(tmp_path_factory) -> tuple[Line, Baseline]:
    place = tmp_path_factory.mktemp("line")
    for file, text in FILES.items():
        (place / "project" / file).parent.mkdir(parents=True, exist_ok=True)
        (place / "project" / file).write_text(text)
    stages = Line(place / "project", place / "pool")
    watched = {ref.file for found in stages.plan.change_sets for ref in found.functions}
    return stages, asyncio.run(take_baseline(stages.target, watched, stages.bench()))


def test_each_change_alone(line):
    stages, baseline = line

    async def judge_all():
        bench = stages.bench()
        changes = list(stages.changes(stages.base))
        return await asyncio.gather(
            *(verify(change, baseline, stages.target, bench) for change in changes)
        )

    verdicts = asyncio.run(judge_all())
    found = {
        entry.name.removeprefix("shop.stock."): (verdict.outcome, verdict.reason)
        for verdict in verdicts
        for change_set in stages.plan.change_sets
        if change_set.id == verdict.change_set
        for entry in change_set.entries
    }
    assert found["Stock.count"] == ("verified", "")
    assert found["remember"] == ("verified", "")
    assert found["shop.prices.price"] == ("verified", "")
    assert found["shop.history.last"] == ("verified", "")
    assert found["forgotten"][0] == "unverified"
    assert "no passing test executes" in found["forgotten"][1]


def test_all_changes_together(line):
    stages, baseline = line
    tree, stacked = stages.base, []
    for change in stages.changes(stages.base):
        if change.change_set.entries[0].name.endswith("forgotten"):
            continue
        files = apply_proposal(tree, change.proposal)
        stacked.append(Change(change.change_set, change.proposal, tree, files, change.attempt))
        tree = tree.with_changes(files)
    verdict = asyncio.run(
        verify_combined(stacked, tree.changes, baseline, stages.target, stages.bench())
    )
    assert (verdict.outcome, verdict.reason) == ("verified", "")
    assert verdict.tests is not None
    assert verdict.tests.ran == 4
    assert b"http = PerLoop(httpx.AsyncClient, timeout=5)  # one pool" in tree.read(
        "shop/prices.py"
    )
    assert b"await run_process(command, capture_output=True" in tree.read("shop/history.py")
