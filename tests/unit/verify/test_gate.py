"""The gate, over a real project with its own tests."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.slow

SERVICE = """\
import asyncio
import time


def fetch(key):
    time.sleep(0.001)
    if key < 0:
        time.sleep(0.002)
        return None
    return key * 2


async def handler(key):
    value = fetch(key)
    if not value:
        return "nothing"
    return value + 1


def unseen(key):
    time.sleep(0.001)
    return key


async def lonely(key):
    return unseen(key)
"""

TESTS = """\
import asyncio

import pytest

import service


def run(coroutine):
    return asyncio.run(coroutine)


def test_handler():
    assert run(service.handler(2)) == 5


def test_is_something():
    assert run(service.handler(1)) is not None


@pytest.mark.parametrize("path", ["a b", "c::d", "é"])
def test_odd_ids(path):
    assert path


@pytest.mark.skipif(not hasattr(service, "fetch"), reason="fetch is gone")
def test_needs_fetch():
    assert run(service.handler(3)) == 7
"""

FETCH = {
    "def fetch": "async def fetch",
    "    time.sleep(0.001)\n    if": "    await asyncio.sleep(0.001)\n    if",
    "value = fetch": "value = await fetch",
}
"""The right conversion of the main path; the branch for negative keys stays as it is."""


def edited(text, edits):
    for old, new in edits.items():
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


@pytest.fixture(scope="module")
def project(make_judge):
    judge = make_judge({"service.py": SERVICE, "test_service.py": TESTS})
    return judge, judge.baseline("service.py", "test_service.py")


def test_baseline_says_what_the_suite_does(project):
    _, baseline = project
    assert (baseline.status, baseline.reason) == ("green", "")
    assert set(baseline.outcomes.values()) == {"passed"}
    assert len(baseline.outcomes) == 6
    assert baseline.lines["service.py"]["test_service.py::test_handler"] == "6-7,10,14-15,17"
    assert baseline.flaky == baseline.unstable == baseline.failing == ()


def test_right_conversion_is_verified(project, snapshot_of):
    judge, baseline = project
    before = snapshot_of(judge.root)
    verdict = judge.verdict({"service.py": edited(SERVICE, FETCH)}, baseline)
    assert (verdict.outcome, verdict.reason) == ("verified", "")
    assert verdict.covering_tests == (
        "test_service.py::test_handler",
        "test_service.py::test_is_something",
        "test_service.py::test_needs_fetch",
    )
    assert verdict.tests is not None
    assert verdict.tests.ran == 3, "only the tests that reach the change"
    assert snapshot_of(judge.root) == before


def test_combined_result_runs_the_whole_suite(project):
    judge, baseline = project
    verdict = judge.combined({"service.py": edited(SERVICE, FETCH)}, baseline)
    assert (verdict.outcome, verdict.change_set) == ("verified", "combined")
    assert verdict.tests is not None
    assert verdict.tests.ran == 6


UNVERIFIED = {
    "no test reaches it": {
        "def unseen(key):\n    time.sleep": "async def unseen(key):\n    await asyncio.sleep",
        "return unseen": "return await unseen",
    },
    "a changed branch is not reached": {
        **FETCH,
        "        time.sleep(0.002)": "        await asyncio.sleep(0.002)",
    },
}


@pytest.mark.parametrize("edits", UNVERIFIED.values(), ids=UNVERIFIED)
def test_unreached_change_is_unverified(project, edits):
    judge, baseline = project
    verdict = judge.verdict({"service.py": edited(SERVICE, edits)}, baseline)
    assert verdict.outcome == "unverified"
    assert "no passing test executes" in verdict.reason
    assert verdict.uncovered
    assert all(site.file == "service.py" for site in verdict.uncovered)


FAILED = {
    "missing await": (
        {**FETCH, "value = await fetch": "value = fetch"},
        "unawaited-call",
        "uses the bare coroutine",
    ),
    "wrong value": (
        {
            **FETCH,
            "value = fetch": "value = await fetch",
            "fetch(key)\n    if not": "fetch(key + 1)\n    if not",
        },
        "tests",
        "7 == 5",
    ),
    "import that is not there": (
        {**FETCH, "import time": "import time\nimport no_such_library"},
        "import",
        "No module named 'no_such_library'",
    ),
    "hangs": (
        {**FETCH, "    if not value": "    await asyncio.sleep(3600)\n    if not value"},
        "tests-hang",
        "hang in test_service.py::test_handler",
    ),
    "ends the process": (
        {**FETCH, "    if not value": "    __import__('os')._exit(0)\n    if not value"},
        "tests-crash",
        "ended with 0 in test_service.py::test_handler",
    ),
}


@pytest.mark.parametrize(("edits", "check", "says"), FAILED.values(), ids=FAILED)
def test_wrong_conversion_fails(project, edits, check, says):
    judge, baseline = project
    judge.limit = 20.0
    verdict = judge.verdict({"service.py": edited(SERVICE, edits)}, baseline)
    assert verdict.outcome == "failed"
    assert verdict.reason.startswith(check)
    assert any(f.check == check and says in f.message for f in verdict.failures), verdict.failures


LIES = {
    "missing await": (
        {**FETCH, "value = await fetch": "value = fetch"},
        {},
        "never-awaited",
        "the coroutine fetch was never awaited",
    ),
    "coroutine thrown away": (
        {**FETCH, "    if not value": "    _ = fetch(1)\n    if not value"},
        {},
        "never-awaited",
        "the coroutine fetch was never awaited",
    ),
    "renamed, so that a test skips itself": (
        {"def fetch": "def gather_it", "= fetch(key)": "= gather_it(key)"},
        {},
        "tests",
        "is skipped now: Skipped: fetch is gone",
    ),
    "test deleted": (
        FETCH,
        {"def test_is_something": "def was_something"},
        "collection",
        "1 tests are gone",
    ),
    "test skipped": (
        FETCH,
        {"def test_is_something": "@pytest.mark.skip\ndef test_is_something"},
        "tests",
        "is skipped now",
    ),
    "test expected to fail": (
        FETCH,
        {"def test_is_something": "@pytest.mark.xfail\ndef test_is_something", "is not": "is"},
        "tests",
        "is xfailed now",
    ),
    "test module broken": (
        FETCH,
        {"import service": "import services"},
        "collection",
        "can't be collected",
    ),
    "test added": (
        FETCH,
        {"def run": "def test_more(): pass\ndef run"},
        "collection",
        "1 tests appeared",
    ),
    "error in a task nobody looks at": (
        {
            **FETCH,
            "    if not value": "    asyncio.create_task(fetch('a'))\n"
            "    await asyncio.sleep(0.05)\n    if not value",
        },
        {},
        "loop-errors",
        "Task exception was never retrieved",
    ),
}


@pytest.mark.parametrize(("code", "tests", "check", "says"), LIES.values(), ids=LIES)
def test_run_that_lies_is_seen_through(project, code, tests, check, says):
    """By the test run alone, even where a check on the tree would have come first."""
    judge, baseline = project
    after = {"service.py": edited(SERVICE, code), "test_service.py": edited(TESTS, tests)}
    failures = judge.tests(after, baseline).failures
    assert any(f.check == check and says in f.message for f in failures), failures


def test_vacuous_test_fails(make_judge):
    """A green test that never awaited what it calls is seen through, whatever it filters."""
    judge = make_judge(
        {
            "checker.py": "import time\n\n\ndef ok(n):\n    time.sleep(0)\n    return n > 1\n",
            "tests/test_checker.py": "from checker import ok\n\n\n"
            "def test_ok():\n    assert ok(3)\n",
            "pyproject.toml": "[tool.pytest.ini_options]\nfilterwarnings = ['ignore']\n",
        }
    )
    after = {
        "checker.py": "import asyncio\n\n\nasync def ok(n):\n    await asyncio.sleep(0)\n"
        "    return n > 1\n"
    }
    verdict = judge.verdict(after)
    assert verdict.outcome == "failed"
    assert [failure.check for failure in verdict.failures] == ["never-awaited"]


@pytest.mark.parametrize(("runs", "says"), [
    ("!= 2", "passes only sometimes"),
    ("< 2", "fails without the change, too"),
])  # fmt: skip
def test_failure_by_chance_is_a_doubt(make_judge, runs, says):
    """A test that fails once and then passes, or by now also without the change, proves nothing."""
    judge = make_judge({"service.py": SERVICE, "test_service.py": TESTS})
    seen = judge.root.parent / "seen"
    judge.write(
        {
            "test_chance.py": f"""\
                import asyncio
                from pathlib import Path

                import service

                SEEN = Path({str(seen)!r})


                def test_chance():
                    assert asyncio.run(service.handler(2)) == 5
                    runs = SEEN.read_text() if SEEN.exists() else ""
                    SEEN.write_text(runs + "x")
                    assert len(runs) {runs}
                """
        }
    )
    verdict = judge.verdict({"service.py": edited(SERVICE, FETCH)})
    assert verdict.outcome == "unverified"
    assert "test_chance.py::test_chance" in verdict.reason
    assert says in verdict.reason
