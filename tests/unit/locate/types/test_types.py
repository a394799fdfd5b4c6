"""A type server tells the receivers that stay unknown: a real one, over its protocol."""

import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from refactor_agent.errors import UsageError
from refactor_agent.locate.types import Environment, locate_with_types
from refactor_agent.locate.types.questions import Question, positions
from refactor_agent.locate.types.server import started
from refactor_agent.project import open_project
from refactor_agent.rulebook import load_rulebook

PYREFLY = Path(sys.executable).parent / "pyrefly"
needs_server = pytest.mark.skipif(not PYREFLY.exists(), reason="pyrefly is not installed")

CODE = """
    import heapq
    import statistics
    from pathlib import Path

    class Store:
        def load(self):
            return open("x").read()

    async def handler(names: list[Path], stores: list[Store], anything):
        chosen = statistics.mode(names)
        chosen.exists()
        first = heapq.heapreplace(stores, stores[0])
        first.load()
        anything.load()
        statistics.mode(["x"]).strip()
"""


@pytest.fixture
def root(tmp_path):
    (tmp_path / "app.py").write_text(dedent(CODE).lstrip("\n"), encoding="utf-8")
    return tmp_path


@pytest.fixture
def environment(tmp_path):
    return Environment(sys.executable, (tmp_path / "nowhere",))


def ask(root, environment, seconds=30.0):
    rulebook = load_rulebook()
    methods = rulebook.blocking_methods()
    return locate_with_types(open_project(root), rulebook, methods, environment, seconds)


@needs_server
@pytest.mark.slow
def test_what_the_server_knows_is_found_and_says_so(root, environment):
    located, asked = ask(root, environment)
    assert asked.fault == ""
    found = {
        (region.hops[0].site.span.line, region.callee)
        for region in located.regions
        if region.evidence == "types"
    }
    assert found == {
        (11, "pathlib.Path.exists"),
        (13, "builtins.open"),
        (13, "io.TextIOWrapper.read"),
    }
    assert (asked.answers, len(located.regions)) == (2, 3)


@needs_server
@pytest.mark.slow
def test_without_time_all_is_as_without_the_server(root, environment):
    located, asked = ask(root, environment, seconds=0.0)
    assert "within 0 s" in asked.fault
    assert {region.evidence for region in located.regions} <= {"rules"}


@needs_server
@pytest.mark.slow
def test_the_server_is_gone_afterwards(root, environment):
    before = _children()
    ask(root, environment)
    with pytest.raises(ZeroDivisionError), started(root, sys.executable, 30):
        _ = 1 / 0
    assert _children() == before


def _children():
    listed = subprocess.run(["ps", "-eo", "comm"], capture_output=True, text=True, check=True)
    return listed.stdout.split().count("pyrefly")


def test_a_missing_server_is_told_in_one_line(root, environment, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    with pytest.raises(UsageError, match=r"pip install refactor-agent\[types\]"):
        ask(root, environment)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("client.get()", (0, 0)),
        ("self.über.client.get()", (0, 10)),
        ("'é𝄞', client.get()", (0, 7)),
        ("(\n  self\n  .client\n  .get()\n)", (2, 3)),
        ("make().get()", None),
        ("[1].get()", None),
    ],
)
def test_where_to_ask(text, expected):
    import ast

    call = next(
        node
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "get"
    )
    place = (call.lineno, call.col_offset, call.end_lineno, call.end_col_offset)
    question = Question("app.py", place, ("app", ("g", "client")), "get")
    found = [(line, column) for _, line, column in positions(text, [question])]
    assert found == ([] if expected is None else [expected])
