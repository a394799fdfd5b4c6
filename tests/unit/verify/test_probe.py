"""The probe, in a real pytest of the target's.

``REFACTOR_AGENT_TEST_PYTHONS`` names further interpreters to try it on, separated as in ``PATH``.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from refactor_agent.verify.command import Command
from refactor_agent.verify.probe_log import SuiteRun
from refactor_agent.verify.sandbox import ProcessSandbox
from refactor_agent.verify.suite import Wanted, run_suite
from refactor_agent.verify.target import Target
from refactor_agent.verify.workspace import WorkspacePool
from support.lean_python import lean_python

pytestmark = pytest.mark.slow

FURTHER = [*filter(None, os.environ.get("REFACTOR_AGENT_TEST_PYTHONS", "").split(os.pathsep))]
PYTHONS = [sys.executable, *FURTHER]

APP = """\
import asyncio
import threading


def plain(n):
    if n:
        return "yes"
    return "no"


async def waits(n):
    await asyncio.sleep(0)
    return plain(n)


def in_thread():
    result = []
    worker = threading.Thread(target=lambda: result.append(plain(0)))
    worker.start()
    worker.join()
    return result


async def in_executor():
    return await asyncio.get_running_loop().run_in_executor(None, plain, 0)
"""

TESTS = """\
import asyncio
import os
import socket
import subprocess
import sys
import unittest
import warnings

import pytest

import app


def test_plain():
    assert app.plain(1) == "yes"


def test_waits():
    assert asyncio.run(app.waits(1)) == "yes"


def test_thread():
    assert app.in_thread() == ["no"]


def test_executor():
    assert asyncio.run(app.in_executor()) == "no"


def test_fails():
    assert app.plain(1) == "no"


@pytest.mark.skip(reason="not today")
def test_skipped():
    pass


@pytest.mark.xfail
def test_expected():
    assert False


@pytest.mark.xfail
def test_unexpected():
    pass


@pytest.fixture
def broken():
    raise RuntimeError("no set-up")


@pytest.fixture
def breaks_later():
    yield
    raise RuntimeError("no tear-down")


def test_set_up(broken):
    pass


def test_tear_down(breaks_later):
    pass


def test_never_awaited():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert app.waits(1)


def test_network():
    with pytest.raises(OSError):
        socket.create_connection(("192.0.2.1", 80), timeout=5)
    with pytest.raises(socket.gaierror):
        socket.getaddrinfo("example.invalid", 80)
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname()).close()


def test_home():
    home = os.path.expanduser("~")
    assert os.listdir(home) == []
    open(os.path.join(home, "left"), "w").close()
    assert "REFACTOR_AGENT_PROBE" not in os.environ
    assert "PYTEST_ADDOPTS" not in os.environ


def test_another_pytest_is_not_watched(tmp_path):
    (tmp_path / "test_inner.py").write_text("def test_inner(): pass")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)]
    assert subprocess.call(command, stdout=subprocess.DEVNULL) == 0


class TestOld(unittest.TestCase):
    def test_method(self):
        self.assertEqual(app.plain(0), "no")

    def test_parts(self):
        for n in (0, 1):
            with self.subTest(n=n):
                self.assertTrue(app.plain(n))

    @unittest.skip("never")
    def test_left_out(self):
        pass
"""

OUTCOMES = {
    "test_plain": "passed",
    "test_waits": "passed",
    "test_thread": "passed",
    "test_executor": "passed",
    "test_fails": "failed",
    "test_skipped": "skipped",
    "test_expected": "xfailed",
    "test_unexpected": "xpassed",
    "test_set_up": "error",
    "test_tear_down": "error",
    "test_never_awaited": "passed",
    "test_network": "passed",
    "test_home": "passed",
    "test_another_pytest_is_not_watched": "passed",
    "TestOld::test_method": "passed",
    "TestOld::test_parts": "passed",
    "TestOld::test_left_out": "skipped",
}


@pytest.fixture(scope="module", params=["lean", *FURTHER])
def python(request, tmp_path_factory) -> str:
    return (
        lean_python(tmp_path_factory.mktemp("lean")) if request.param == "lean" else request.param
    )


def has(python: str, module: str) -> bool:
    command = [python, "-c", f"import {module}"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


@pytest.fixture(scope="module", params=PYTHONS, ids=lambda path: Path(path).parts[-3])
def run(request, tmp_path_factory) -> SuiteRun:
    """A suite with every outcome, under options that get in the way where they are installed."""
    place, python = tmp_path_factory.mktemp("probe"), request.param
    root = place / "project"
    root.mkdir()
    options = ["-x"]
    options += ["-n", "2", "--dist", "loadfile"] if has(python, "xdist") else []
    options += ["--cov=app", "--cov-fail-under=99"] if has(python, "pytest_cov") else []
    (root / "pytest.ini").write_text(f"[pytest]\naddopts = {' '.join(options)}\n")
    (root / "app.py").write_text(APP)
    (root / "test_app.py").write_text(TESTS)
    (root / "test_broken.py").write_text("import not_there\n")
    return asyncio.run(run_once(root, place / "pool", python))


async def run_once(
    root: Path, pool: Path, python: str, select=None, *, variables=None, **asked
) -> SuiteRun:
    target = Target(snapshot=root, fingerprint="", python=python, version=(3, 0, 0))
    command = Command(words=(python, "-m", "pytest"), environment=variables or {})
    async with WorkspacePool(root, pool, 1).lease({}) as workspace:
        wanted = Wanted(watch=["app.py"], select=select, limit=120, **asked)
        return await run_suite(target, command, workspace, ProcessSandbox(), wanted)


def test_outcomes(run):
    found = {test.removeprefix("test_app.py::"): how for test, how in run.outcomes.items()}
    assert found == OUTCOMES
    assert run.finished


def test_why_a_test_did_not_pass(run):
    assert "assert 'yes' == 'no'" in run.texts["test_app.py::test_fails"]
    assert "not today" in run.texts["test_app.py::test_skipped"]


def test_file_that_cannot_be_collected(run):
    assert list(run.collect_errors) == ["test_broken.py"]
    assert "No module named 'not_there'" in run.collect_errors["test_broken.py"]
    assert len(run.collected) == len(OUTCOMES)


@pytest.mark.parametrize(
    ("test", "lines"),
    [
        ("test_plain", "6-7"),
        ("test_waits", "6-7,12-13"),
        ("test_thread", "6,8,17-21"),
        ("test_executor", "6,8,25"),
        ("TestOld::test_method", "6,8"),
        ("TestOld::test_parts", "6-8"),
    ],
)
def test_lines(run, test, lines):
    assert run.lines["app.py"][f"test_app.py::{test}"] == lines


def test_lost_coroutine_is_heard_of_under_any_filter(run):
    assert dict(run.never_awaited) == {"app.py:waits": 1}
    assert run.lost["app.py:waits"] == "test_app.py::test_never_awaited"


def test_network_is_closed(run):
    assert dict(run.blocked) == {"192.0.2.1": 1, "example.invalid": 1}


def test_lines_of_some_tests_only(python, tmp_path):
    root = tmp_path / "project"
    root.mkdir()
    (root / "app.py").write_text(APP)
    (root / "test_app.py").write_text(TESTS)
    noted = ["test_app.py::test_waits", "test_app.py::TestOld::test_method"]
    run = asyncio.run(run_once(root, tmp_path / "pool", python, noted=noted))
    assert len(run.outcomes) == len(OUTCOMES), "all of them run"
    assert dict(run.lines["app.py"]) == {
        "test_app.py::test_waits": "6-7,12-13",
        "test_app.py::TestOld::test_method": "6,8",
    }


def test_two_halves_note_the_lines_of_all_tests(python, tmp_path):
    root = tmp_path / "project"
    root.mkdir()
    (root / "app.py").write_text(APP)
    (root / "test_app.py").write_text(TESTS)
    whole, first, second = (
        asyncio.run(run_once(root, tmp_path / f"pool-{half}", python, half=half))
        for half in (None, 0, 1)
    )
    found = [dict(run.lines["app.py"]) for run in (first, second)]
    assert all(found), "each notes some"
    assert found[0].keys().isdisjoint(found[1])
    assert {**found[0], **found[1]} == dict(whole.lines["app.py"])


def test_a_command_with_an_import_path_of_its_own(python, tmp_path):
    root = tmp_path / "project"
    (root / "lib").mkdir(parents=True)
    (root / "app.py").write_text(APP)
    (root / "lib" / "helper.py").write_text("VALUE = 1\n")
    (root / "test_own.py").write_text(
        "import app\nfrom helper import VALUE\n\n\ndef test():\n    assert VALUE\n"
    )
    variables = {"PYTHONPATH": "lib"}
    run = asyncio.run(run_once(root, tmp_path / "pool", python, variables=variables))
    assert dict(run.outcomes) == {"test_own.py::test": "passed"}


def test_selected_tests_only(python, tmp_path):
    root = tmp_path / "project"
    root.mkdir()
    (root / "app.py").write_text(APP)
    (root / "test_app.py").write_text(TESTS)
    wanted = ["test_app.py::test_plain", "test_app.py::TestOld::test_method"]
    run = asyncio.run(run_once(root, tmp_path / "pool", python, wanted))
    assert sorted(run.outcomes) == sorted(wanted)
    assert len(run.collected) == len(OUTCOMES), "what there is is told all the same"
