"""Published migrations of real projects from requests or urllib3 to async code, scored honestly.

A point is a project none of whose files imports the library any longer, whose tests that passed
before all pass after, and ran: no coroutine was lost. A project that became async and keeps the
library, in threads, has none. The published tool's recorded runs are scored
by the same words, as far as the records tell.

The projects are not part of this: ``--packages`` names a directory with a git clone of each, called
``owner@name``, that has its commit. ``setups.json`` says what came of setting each scenario up, by
`eval.suites.migrations.set_up`. One without a clone, or whose tests do not pass here as published,
is counted for the published tool alone.
"""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from eval.runs.environments import environment, interpreter_of
from eval.runs.values import NULL, SUBJECT, Case, Outcome, Result, Setting
from eval.suites.convert.pipeline import Converted, convert_tree, model_options
from eval.suites.migrations.entries import entries, users_of
from eval.suites.migrations.scenario import SCENARIOS, Scenario, read_scenarios
from eval.suites.migrations.tree import lay
from eval.suites.wild.own_tests import passing, ran

__all__ = ["ABOUT", "NAME", "cases", "run"]

NAME = "migrations"
ABOUT = "Published migrations: a point is a project off the sync library, its tests green and run."

_PUBLISHED = "published tool"
_SHOWN = " -W always::RuntimeWarning"
"""Python says which coroutines nobody awaited, whatever a project's filters hide."""
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
    python = environment(
        setting.cache / "migrations", scenario.directory, scenario.requirements,
        interpreter_of(scenario.setup.python),
    )  # fmt: skip
    tests = scenario.test_command
    with tempfile.TemporaryDirectory(prefix="mig-") as scratch:
        root = Path(scratch).resolve() / "project"
        lay(clone, scenario.commit, root)
        before = passing(root, python, tests)
        _allow(root)
        began = time.monotonic()
        options = ("--in-place", "--test-command", tests, *model_options(setting))
        converted = _converted(root, scenario, Path(scratch, "home"), options, python)
        seconds = time.monotonic() - began
        after = ran(root, python, tests + _SHOWN)
        left = users_of(root, scenario.source)
    lost = sorted(before - after.passed)
    if not lost and after.never_awaited:
        lost = [f"{after.never_awaited} coroutines were never awaited"]
    yield _result(case, converted, (lost, left), seconds, setting)
    if setting.stand_ins:
        yield Result(
            NAME, case.id, case.split, case.group, case.digest, "refused", NULL, 0.0, 1.0,
            reason="nothing was changed",
        )  # fmt: skip


def _converted(
    root: Path, scenario: Scenario, home: Path, options: Sequence[str], python: Path
) -> Converted:
    """Convert what calls the library, near or far."""
    named = [word for name in entries(root, scenario.source) for word in ("--entry", name)]
    if not named:
        return Converted(reasons=[f"no function is seen to call {scenario.source}"])
    try:
        return convert_tree(root, home, (*named, *options), str(python))
    except RuntimeError as error:
        return Converted(reasons=str(error).strip().splitlines()[-1:])


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
    reason = f"lost: {', '.join(lost[:5])}" if lost else "; ".join(why)
    name = f"{NAME}-{case.id.replace('/', '@')}"
    place = setting.artefacts / name
    place.mkdir(parents=True, exist_ok=True)
    (place / "report.md").write_text(converted.page, encoding="utf-8")
    return Result(
        NAME, case.id, case.split, case.group, case.digest, outcome, SUBJECT,
        float(outcome == "right"), 1.0,
        {**ends, "let through": int(bool(lost)), "still used by": len(left)},
        "" if outcome == "right" else reason, seconds, sum(converted.tokens),
        setting.cost(converted.tokens), name,
    )  # fmt: skip
