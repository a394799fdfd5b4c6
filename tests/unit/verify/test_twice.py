"""The suite run twice: at once where that shows what it shows alone."""

from __future__ import annotations

import asyncio
import socket

import pytest

from refactor_agent.domain.plan import Refusal
from refactor_agent.ports import CommandResult
from refactor_agent.verify.probe_log import SuiteRun
from refactor_agent.verify.twice import Twice, run_twice

GREEN = {"a": "passed", "b": "passed"}
RED = {"a": "passed", "b": "failed"}
OTHER = {"a": "failed", "b": "passed"}
FEWER = {"a": "passed"}
HANGS: dict[str, str] = {}

# At once, kept apart, how each run ends: how many runs are made, the two that count, met.
CASES = {
    "one after the other": (False, False, [GREEN, RED], (0, 1), False),
    "alike at once": (True, False, [GREEN, GREEN], (0, 1), False),
    "a test fails in both, and nothing parts them": (True, False, [RED, RED, RED], (0, 1), False),
    "a test fails in both, kept apart": (True, True, [RED, RED], (0, 1), False),
    "both met at a port": (True, False, [RED, RED, GREEN, GREEN], (2, 3), True),
    "one had the port": (True, False, [GREEN, RED, GREEN, GREEN], (2, 3), True),
    "each had one port": (True, False, [OTHER, RED, GREEN, GREEN], (2, 3), True),
    "too slow beside the other": (True, True, [GREEN, RED, GREEN, GREEN], (2, 3), True),
    "a test gone in one": (True, True, [GREEN, FEWER, GREEN, GREEN], (2, 3), True),
    "flaky, alone too": (True, True, [GREEN, RED, RED, GREEN], (2, 3), False),
    "both waited for each other": (True, True, [HANGS, GREEN, GREEN, GREEN], (2, 3), True),
    "they hang together": (True, False, [HANGS, HANGS, GREEN, GREEN], (2, 3), True),
    "of no use, kept apart": (True, True, [HANGS, HANGS], None, False),
    "of no use, alone too": (True, False, [HANGS, HANGS, HANGS], None, False),
    "of no use at first": (False, False, [HANGS], None, False),
    "of no use later": (False, False, [GREEN, HANGS], None, False),
}


@pytest.mark.parametrize(
    ("at_once", "apart", "ends", "counts", "met"), CASES.values(), ids=CASES.keys()
)
def test_what_counts(at_once, apart, ends, counts, met):
    made: list[SuiteRun] = []  # equal runs are told apart by `seconds`
    halves: list[int] = []

    async def run(_turn: str, half: int) -> SuiteRun:
        one = SuiteRun(CommandResult(returncode=0, stdout="", stderr="", seconds=len(made)))
        one.outcomes = dict(ends[len(made)])
        made.append(one)
        halves.append(half)
        return one

    def why_unusable(one: SuiteRun) -> Refusal | None:
        return None if one.outcomes else Refusal(reason="tests-hang", message="they hang")

    found = asyncio.run(run_twice(run, why_unusable, at_once=at_once, apart=apart))
    assert len(made) == len(ends)
    if counts is None:
        assert isinstance(found, Refusal)
        return
    assert isinstance(found, Twice)
    places = [made.index(found.first), made.index(found.second)]
    assert (tuple(places), found.alone) == (counts, met)
    assert [halves[place] for place in places] == [0, 1], "together they note the lines of all"


CODE = "import time\n\n\nasync def f():\n    time.sleep(0.001)\n    return 1\n"
AFTER = CODE.replace("import time", "import asyncio").replace("time.sleep", "await asyncio.sleep")
TEST = """\
import asyncio
import socket
import time

import code_


def test_f():
    assert asyncio.run(code_.f()) == 1


def test_at_a_port():
    with socket.socket() as server:
        server.bind(("127.0.0.1", {port}))
        assert asyncio.run(code_.f()) == 1
        time.sleep(3)
"""


@pytest.mark.slow
def test_suite_that_gets_into_its_own_way(make_judge, free_port):
    """Without walls both runs want the one port; neither the test nor a change is to blame."""
    judge = make_judge({"code_.py": CODE, "test_code.py": TEST.format(port=free_port)})
    judge.jobs = 2
    baseline = judge.baseline("code_.py")
    assert baseline.outcomes == dict.fromkeys(
        ["test_code.py::test_at_a_port", "test_code.py::test_f"], "passed"
    )
    assert (baseline.status, baseline.flaky, baseline.alone) == ("green", (), True)
    verdicts = judge.verdicts([{"code_.py": AFTER}] * 2, baseline)
    assert [(one.outcome, one.reason) for one in verdicts] == [("verified", "")] * 2


@pytest.mark.slow
def test_suite_that_does_not(make_judge):
    judge = make_judge({"code_.py": CODE, "test_code.py": TEST.format(port=0)})
    judge.jobs = 2
    baseline = judge.baseline("code_.py")
    assert (baseline.status, baseline.flaky, baseline.alone) == ("green", (), False)
    assert baseline.lines["code_.py"]["test_code.py::test_f"] == "5-6"


@pytest.fixture
def free_port():
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        return server.getsockname()[1]
