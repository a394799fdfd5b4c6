"""Published migrations of real projects from requests or urllib3 to async code, scored honestly.

A point is a project none of whose files imports the library any longer, whose tests that passed
before all pass after, and ran: no coroutine was lost. A project that became async and keeps the
library, in threads, has none. The published tool's recorded runs are scored
by the same words, as far as the records tell.

The projects are not part of this: ``--packages`` names a directory with a git clone of each, called
``owner@name``, that has its commit. A scenario without a clone, or whose environment was not set up
here, is counted for the published tool alone.
"""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from eval.runs.environments import environment
from eval.runs.values import NULL, SUBJECT, Case, Outcome, Result, Setting
from eval.suites.convert.pipeline import Converted, convert_tree, model_options
from eval.suites.migrations.entries import entries, users_of
from eval.suites.migrations.scenario import SCENARIOS, Scenario, read_scenarios
from eval.suites.wild.own_tests import passing

__all__ = ["ABOUT", "NAME", "cases", "run"]

NAME = "migrations"
ABOUT = "Published migrations: a point is a project off the sync library, its tests green and run."

_PUBLISHED = "published tool"
_TESTS = "PYTHONPATH=. python -m pytest -p no:cacheprovider"
_ALLOWED = '\n[tool.refactor-agent]\nallow-dependencies = ["httpx"]\n'
"""What a user who wants off a sync library says: the async one may come in."""


def cases(setting: Setting) -> list[Case]:
    """Give one case per scenario."""
    return [
        Case(one.id, "dev", one.source, one.digest, needs=("clones",))
        for one in read_scenarios(setting.cases or SCENARIOS)
    ]


def run(asked: Sequence[Case], setting: Setting) -> Iterator[Result]:
    """Score the recorded run of each, and convert those that can be set up here."""
    known = {one.id: one for one in read_scenarios(setting.cases or SCENARIOS)}
    for case in asked:
        scenario = known[case.id]
        if scenario.tests:
            yield _recorded(case, scenario)
        clone = setting.packages / scenario.directory if setting.packages else None
        if clone and clone.exists() and scenario.requirements:
            yield from _tried(case, scenario, clone, setting)
        elif not scenario.tests:
            lacks = f"no clone {scenario.directory} under --packages, or no environment for it"
            yield Result(
                NAME, case.id, case.split, case.group, case.digest, "error", of=1, reason=lacks
            )


def _recorded(case: Case, scenario: Scenario) -> Result:
    green = scenario.published == scenario.tests
    right = green and not scenario.never_awaited
    reason = "tests that were never awaited" if green else "tests that passed before fail"
    return Result(
        NAME, case.id, case.split, case.group, case.digest, "right" if right else "wrong",
        _PUBLISHED, float(right), 1.0, {"vacuous": int(green and not right)},
        "" if right else reason,
    )  # fmt: skip


def _tried(case: Case, scenario: Scenario, clone: Path, setting: Setting) -> Iterator[Result]:
    place = setting.cache / "migrations"
    python = environment(place, scenario.directory, scenario.requirements)
    with tempfile.TemporaryDirectory(prefix="mig-") as scratch:
        root = Path(scratch).resolve() / "project"
        _lay(clone, scenario.commit, root)
        before = passing(root, python, _TESTS)
        _allow(root)
        began = time.monotonic()
        named = [word for name in entries(root, scenario.source) for word in ("--entry", name)]
        options = (*named, "--in-place", "--test-command", _TESTS, *model_options(setting))
        try:
            converted = convert_tree(root, Path(scratch, "home"), options, str(python))
        except RuntimeError as error:
            converted = Converted(reasons=str(error).strip().splitlines()[-1:])
        seconds = time.monotonic() - began
        lost = sorted(before - passing(root, python, _TESTS))
        left = users_of(root, scenario.source)
    yield _result(case, converted, (lost, left), seconds, setting)
    if setting.stand_ins:
        yield Result(
            NAME, case.id, case.split, case.group, case.digest, "refused", NULL, 0.0, 1.0,
            reason="nothing was changed",
        )  # fmt: skip


def _lay(clone: Path, commit: str, root: Path) -> None:
    """Write the tree of a commit, without its history."""
    root.mkdir()
    packed = subprocess.run(
        ["git", "-C", str(clone), "archive", commit], capture_output=True, check=True
    )
    subprocess.run(["tar", "x", "-C", str(root)], input=packed.stdout, check=True)


def _allow(root: Path) -> None:
    """Let the async library in, in the project's own settings."""
    path = root / "pyproject.toml"
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    path.write_text(text + _ALLOWED, encoding="utf-8")


def _result(
    case: Case,
    converted: Converted,
    after: tuple[Sequence[str], Sequence[str]],
    seconds: float,
    setting: Setting,
) -> Result:
    lost, left = after
    outcome: Outcome = "wrong" if lost else "refused" if left else "right"
    ends = Counter(converted.statuses.values())
    why = converted.reasons[:3] or [f"still used, in threads, by {', '.join(left)}"]
    reason = f"no longer pass: {', '.join(lost[:5])}" if lost else "; ".join(why)
    name = f"{NAME}-{case.id.replace('/', '@')}"
    place = setting.artefacts / name
    place.mkdir(parents=True, exist_ok=True)
    (place / "report.md").write_text(converted.page, encoding="utf-8")
    return Result(
        NAME, case.id, case.split, case.group, case.digest, outcome, SUBJECT,
        float(outcome == "right"), 1.0,
        {**ends, "let through": int(bool(lost)), "still used by": len(left)},
        "" if outcome == "right" else reason, seconds, converted.tokens, name,
    )  # fmt: skip
