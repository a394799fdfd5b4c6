"""What runs in a target's interpreter does so in every Python from 3.9 on."""

from __future__ import annotations

import asyncio
import json
import subprocess
from pathlib import Path

import pytest

from refactor_agent.verify import ProcessSandbox, WorkspacePool
from refactor_agent.verify.both_sides import Trials, compare_sides
from support.pythons import interpreter_or_skip

PROBE = Path(__file__).parents[3] / "agent/refactor_agent/verify/probe"
VERSIONS = ["3.9", "3.13"]
SERVICE = """\
import time


async def wait(seconds):
    time.sleep(seconds)
    return 1


async def app(scope, receive, send):
    if scope["type"] == "http":
        await wait(0)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"1"})
"""
CASES = """\
import socket
import unittest

from service import wait


class WaitTest(unittest.IsolatedAsyncioTestCase):
    async def test_wait(self):
        self.assertEqual(await wait(0.1), 1)

    async def test_lost(self):
        wait(0)

    def test_out(self):
        with self.assertRaises(OSError):
            socket.create_connection(("192.0.2.1", 80), timeout=1)

    @unittest.skip("later")
    def test_later(self):
        self.fail()
"""
FUNCTIONS = """\
import asyncio

from service import wait


def test_wait():
    assert asyncio.run(wait(0.1)) == 1
"""


@pytest.fixture(params=VERSIONS)
def python(request):
    return interpreter_or_skip(request.param)


@pytest.fixture
def judge(make_judge, python):
    judge = make_judge({"service.py": SERVICE})
    judge.python = python
    return judge


def test_unittest_is_watched(judge, request):
    judge.write({"test_service.py": CASES})
    judge.command = "python -m unittest"
    baseline = judge.baseline("service.py")

    assert baseline.status == "green"
    assert baseline.python.startswith(request.node.callspec.params["python"])
    ends = {test.rpartition("::")[2]: outcome for test, outcome in baseline.outcomes.items()}
    assert ends == {
        "test_wait": "passed", "test_lost": "passed", "test_out": "passed",
        "test_later": "skipped",
    }  # fmt: skip
    assert baseline.lines["service.py"]["test_service.py::WaitTest::test_wait"] == "5-6"
    assert list(baseline.never_awaited) == ["service.py:wait"]
    assert list(baseline.blocked) == ["192.0.2.1"]
    assert [call.primitive for call in baseline.loops.blocking] == ["time.sleep"]
    assert baseline.imports.imports == {}


def test_pytest_is_watched(judge, python):
    has = subprocess.run([python, "-c", "import pytest"], capture_output=True, check=False)
    if has.returncode:
        pytest.skip(f"{python} has no pytest")
    judge.write({"test_service.py": FUNCTIONS})
    judge.command = "python -m pytest"
    baseline = judge.baseline("service.py")

    assert baseline.outcomes == {"test_service.py::test_wait": "passed"}
    assert baseline.lines["service.py"] == {"test_service.py::test_wait": "5-6"}


BEFORE = """\
import json
from urllib.request import urlopen


def price(server):
    with urlopen(server + "/good") as answer:
        return json.load(answer)["price"]
"""
AFTER = BEFORE.replace("def price", "def _price") + (
    "\n\nasync def price(server):\n    import asyncio\n\n"
    "    return await asyncio.get_running_loop().run_in_executor(None, _price, server)\n"
)


@pytest.mark.parametrize(("after", "differs"), [
    (AFTER, ""),
    (AFTER.replace("/good", "/moved"), "asks for GET /good, and then for GET /moved, GET /good"),
])  # fmt: skip
def test_both_sides_are_compared(tmp_path, python, after, differs):
    example = {
        "title": "A price", "before": BEFORE, "after": after, "calls": ("price(server)",),
        "packages": ("json",), "server": "http",
    }  # fmt: skip
    trials = Trials(
        rule="RA1", environment={}, exceptions={}, examples=(example,), packages=("json",)
    )
    (tmp_path / "empty").mkdir()
    pool = WorkspacePool(tmp_path / "empty", tmp_path / "pool", 1)

    async def ask(last=None):
        async with pool.lease({}) as place:
            return await compare_sides(trials, python, place, ProcessSandbox(), last)

    found = asyncio.run(ask())
    [run] = found.runs
    assert (run.not_run, run.calls) == ("", 1)
    assert differs in run.differs
    assert bool(run.differs) is bool(differs)


def test_an_application_is_driven(tmp_path, python):
    (tmp_path / "service.py").write_text(SERVICE)
    settings = {
        "app": "service:app", "requests": [["GET", "/", ""]], "endpoints": [],
        "root": str(tmp_path), "concurrency": 2, "count": 4, "seconds": 1,
        "log": str(tmp_path / "log"),
    }  # fmt: skip
    (tmp_path / "settings").write_text(json.dumps(settings))
    command = [python, "-m", "refactor_agent_probe.load", "settings"]
    paths = {"PYTHONPATH": f"{PROBE}:{tmp_path}"}
    subprocess.run(command, cwd=tmp_path, env=paths, check=True, timeout=60)
    told = json.loads((tmp_path / "log").read_text())
    assert (told["statuses"], told["errors"]) == ([200], 0)
    assert told["throughput"] > 0
