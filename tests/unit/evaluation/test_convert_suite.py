"""The small projects of `convert`: what they cover, how they are read, judged and tried."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import get_args

import pytest
from eval.attacks.hazards import HAZARDS
from eval.runs.values import Case
from eval.suites.convert import by_rival, gated, judge
from eval.suites.convert.pipeline import Converted
from eval.suites.convert.project import Project, read_project, read_projects
from eval.suites.convert.trial import Trial, try_out
from eval.suites.convert.watching import Answer, beside, later, served

from refactor_agent.domain import plan

CASE = """# T

- hazard: H-S1
- area: 15 sleep
- strategy: native

```python waits/core.py
import time


async def wait(seconds):
    time.sleep(seconds)
    return seconds
```

## hidden

```python test_core.py
import asyncio

from watching import WAIT, beside

from waits.core import wait


def test_free():
    assert beside(lambda: wait(WAIT)) == WAIT


def test_result():
    assert asyncio.run(wait(0)) == 0
```

## right

```diff waits/core.py
-import time
+import asyncio

-    time.sleep(seconds)
+    await asyncio.sleep(seconds)
```

## wrong: nothing is given

```python waits/core.py
import asyncio


async def wait(seconds):
    await asyncio.sleep(seconds)
```
"""


def case(path: Path, text: str = CASE) -> Project:
    file = path / "case.md"
    file.write_text(text)
    return read_project(file)


def test_cases_cover_all_that_they_must():
    found = read_projects()
    held_out = [one for one in found if one.split == "held-out"]
    areas = {re.match(r"\d+", one.fields["area"])[0] for one in found}
    assert len(found) >= 60
    assert 0.3 <= len(held_out) / len(found) <= 0.4
    strategies = {*get_args(plan.Strategy), "leave"}  # a strategy that is new asks for a case
    assert {one.strategy for one in found} == strategies
    assert {one.strategy for one in held_out} == strategies
    assert areas == {str(number) for number in range(1, 16)}
    assert any(one.options for one in found)  # sync code that is to become async in place


def test_every_kind_of_hazard_has_a_case():
    named = {name for one in read_projects() for name in one.fields["hazard"].split(", ")}
    assert named <= HAZARDS.keys()
    assert {name[:3] for name in named} == {name[:3] for name in HAZARDS}


def test_a_case_is_read(tmp_path: Path):
    one = case(tmp_path)
    assert one.files["waits/__init__.py"] == ""
    assert 'name = "waits"' in one.files["pyproject.toml"]
    assert "await asyncio.sleep" in one.right.files["waits/core.py"]
    assert [wrong.title for wrong in one.wrong] == ["nothing is given"]
    assert list(one.hidden) == ["test_core.py"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("- strategy: native", "- strategy: hope", "needs a strategy"),
        ("- hazard: H-S1\n", "", "needs a hazard"),
        ("-    time.sleep(seconds)", "-    time.sleep(second)", "stands there 0 times"),
        ("- strategy: native", "- strategy: leave", "or is to be left"),
        ("## wrong: nothing is given", "## right", "at least one `## wrong"),
        ("## hidden", "## hiding", "what is `## hiding`"),
    ],
)
def test_what_is_wrong_in_a_case_is_said(tmp_path: Path, old: str, new: str, said: str):
    with pytest.raises(ValueError, match=f"case.md.*{re.escape(said)}"):
        case(tmp_path, CASE.replace(old, new, 1))


def converted(*statuses: str, regions: int = 1) -> Converted:
    named = {str(number): status for number, status in enumerate(statuses)}
    return Converted(named, ["why"], regions, applied="verified" in statuses)


RIGHT, HELD, BROKEN = Trial((), (), 2, ""), Trial((), ("free",), 1, ""), Trial(("x",), (), 1, "")


@pytest.mark.parametrize(
    ("made", "trial", "outcome", "counts"),
    [
        (converted("verified"), RIGHT, "right", {}),
        (converted("left"), HELD, "refused", {}),
        (converted("verified", "left"), HELD, "refused", {}),
        (converted("unverified"), HELD, "refused", {"unverified": 1}),
        (converted("verified"), HELD, "wrong", {"still blocks": 1}),
        (converted("verified"), BROKEN, "wrong", {"let through": 1}),
        (converted("failed"), HELD, "refused", {"failed": 1}),
        (converted(regions=0), HELD, "wrong", {"not found": 1}),
        (converted("verified", regions=0), HELD, "wrong", {"still blocks": 1}),
        (converted("left", regions=0), HELD, "refused", {}),
    ],
)
def test_judged(tmp_path: Path, made: Converted, trial: Trial, outcome: str, counts: object):
    verdict = judge(case(tmp_path), made, trial)
    assert (verdict.outcome, verdict.counts) == (outcome, counts)


@pytest.mark.parametrize(
    ("trial", "said", "counts"),
    [
        (BROKEN, "failed", {"gate: failed": 1, "caught": 1}),
        (BROKEN, "unverified", {"gate: unverified": 1, "caught": 1}),
        (BROKEN, "verified", {"gate: verified": 1, "let through": 1}),
        (RIGHT, "verified", {"gate: verified": 1}),
        (RIGHT, "unverified", {"gate: unverified": 1, "held back": 1}),
        (HELD, "failed", {"gate: failed": 1}),
    ],
)
def test_what_the_gate_says_of_a_rival(trial: Trial, said: str, counts: object):
    assert gated(trial, said) == counts


@pytest.mark.slow
def test_a_rival_goes_through_the_gate(tmp_path: Path):
    own = "import asyncio\n\nfrom waits.core import wait\n\n\ndef test_wait():\n"
    one = case(
        tmp_path,
        CASE.replace(
            "## hidden",
            f"""```python tests/test_own.py
{own}    assert asyncio.run(wait(0)) == 0
```

## hidden""",
        ),
    )

    def rival(root: Path) -> None:
        core = root / "waits" / "core.py"
        core.write_text(one.wrong[0].files["waits/core.py"])

    found = by_rival(Case("t", "dev", "g", "0"), one, "other", rival, sys.executable)
    assert (found.outcome, found.points) == ("wrong", 0.0)
    assert found.counts == {"gate: failed": 1, "caught": 1}


@pytest.mark.slow
def test_tried_as_it_is_and_converted(tmp_path: Path):
    one = case(tmp_path)
    assert try_out(one, one.files)[:3] == ((), ("test_free",), 1)
    assert try_out(one, {**one.files, **one.right.files})[:3] == ((), (), 2)
    (wrong,) = one.wrong
    assert set(try_out(one, {**one.files, **wrong.files}).broken) == {"test_result"}


@pytest.mark.slow
def test_a_rival_that_breaks_is_counted(tmp_path: Path):
    def rival(root: Path) -> None:
        program = [sys.executable, "-c", "raise SystemExit('no such node')"]
        subprocess.run(program, cwd=root, check=True, capture_output=True)

    found = by_rival(Case("t", "dev", "g", "0"), case(tmp_path), "other", rival, sys.executable)
    assert (found.outcome, found.points, found.of) == ("error", 0.0, 1.0)
    assert found.reason == "it broke: no such node"


def test_a_crash_takes_no_test_out_of_the_count(tmp_path: Path):
    one = case(tmp_path)
    ends = "import os\n\n\nasync def wait(seconds):\n    os._exit(3)\n"
    trial = try_out(one, {**one.files, "waits/core.py": ends})
    assert trial[:3] == (("test_result",), ("test_free",), 0)


@pytest.mark.slow
def test_other_work_beside():
    assert beside(lambda: asyncio.sleep(0.05, "x")) == "x"
    with pytest.raises(AssertionError, match="the loop was held"):
        beside(lambda: blocking(1.0))


async def blocking(seconds: float) -> None:
    time.sleep(seconds)  # noqa: ASYNC251 - that is what is tried


def test_the_server_keeps_what_it_was_asked():
    import httpx

    done = []
    with served(lambda asked: Answer(201, {"path": asked.path})) as server:
        said = httpx.post(f"{server.url}/a?b=1", content=b"x", headers={"X-Y": "z"})
        with later(lambda: done.append(1), 0.01):
            pass
    assert (said.status_code, said.json(), done) == (201, {"path": "/a"}, [1])
    (asked,) = server.asked
    assert (asked.query, asked.headers["x-y"], asked.body) == ({"b": ["1"]}, "z", b"x")
