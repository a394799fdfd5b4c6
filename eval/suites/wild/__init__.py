"""Real applications, as they lie on the index: located, converted, and their own suites run again.

A point is a change set that came out verified, of all that the plan has; there are points only
where every test that passed on the untouched application passes on the converted one. Nobody wrote
down what is right here, so there is no perfect stand-in, and what was left is not held against the
tool: its reasons are told.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from eval.runs.environments import environment
from eval.runs.pinned import archive
from eval.runs.size import python_lines
from eval.runs.values import NULL, SUBJECT, Case, Result, Setting
from eval.suites.convert.pipeline import Converted, convert_tree, model_options
from eval.suites.wild.app import APPS, App, read_apps
from eval.suites.wild.own_tests import Lost, lost, passing

__all__ = ["ABOUT", "NAME", "cases", "paths_by_kind", "run"]

NAME = "wild"
ABOUT = "Real applications: a point is a change set converted and verified, their own tests green."

_UNWANTED = shutil.ignore_patterns(".git", ".refactor-agent", ".venv", "__pycache__")
_SECONDS = 7200.0
"""For the tool: each change set costs a run of the application's tests, or several."""


def cases(setting: Setting) -> list[Case]:
    """Give one case per application."""
    return [
        Case(app.name, app.split, app.name, app.digest, needs=("network",))
        for app in read_apps(setting.cases or APPS)
    ]


def run(asked: Sequence[Case], setting: Setting) -> Iterator[Result]:
    """Convert a copy of the application, apply what was verified, and run its tests on both."""
    apps = {app.name: app for app in read_apps(setting.cases or APPS)}
    for case in asked:
        yield from _tried(case, apps[case.id], setting)


def _tried(case: Case, app: App, setting: Setting) -> Iterator[Result]:
    source = (
        app.root if app.directory else archive(app.name, app.version, app.sha256, setting.cache)
    )
    python = environment(setting.cache / "wild", app.name, app.requirements)
    with tempfile.TemporaryDirectory(prefix="wild-") as scratch:
        root = Path(scratch).resolve() / app.name
        shutil.copytree(source, root, ignore=_UNWANTED)
        before = passing(root, python, app.tests)
        shutil.rmtree(root)
        shutil.copytree(source, root, ignore=_UNWANTED)
        began = time.monotonic()
        options = ("--test-command", app.tests, *model_options(setting))
        converted = convert_tree(root, Path(scratch, "home"), options, str(python), _SECONDS)
        seconds = time.monotonic() - began
        gone = lost(before, root, python, app.tests) if converted.applied else Lost([], 0)
        result = _result(case, converted, gone, len(before), seconds, setting)
        yield replace(result, lines=python_lines(source))
    if setting.stand_ins:
        of = float(len(converted.statuses))
        yield Result(
            NAME, case.id, case.split, case.group, case.digest, "refused", NULL, 0.0, of,
            reason="nothing was changed",
        )  # fmt: skip


def _result(  # noqa: PLR0913, PLR0917 - what came of each step
    case: Case,
    converted: Converted,
    gone: Lost,
    before: int,
    seconds: float,
    setting: Setting,
) -> Result:
    ends = Counter(converted.statuses.values())
    kinds = paths_by_kind(converted.report["regions"])
    counts = {
        "paths": converted.regions, **kinds, **ends, "tests": before,
        "lost tests": len(gone.tests), "unsteady tests": gone.unsteady,
    }  # fmt: skip
    return Result(
        NAME, case.id, case.split, case.group, case.digest, "wrong" if gone.tests else "right",
        SUBJECT, 0.0 if gone.tests else float(ends["verified"]), float(ends.total()),
        {name: count for name, count in counts.items() if count},
        f"no longer pass: {', '.join(gone.tests)}" if gone.tests else _reasons(converted), seconds,
        sum(converted.tokens), setting.cost(converted.tokens), _kept(case, converted, setting),
    )  # fmt: skip


def paths_by_kind(regions: Sequence[Mapping[str, Any]]) -> Counter[str]:
    """Count the paths of a report: ``direct`` ones are one hop long, the others ``transitive``."""
    return Counter("direct" if len(region["hops"]) == 1 else "transitive" for region in regions)


def _reasons(converted: Converted) -> str:
    """Say why change sets were left, the most frequent reason first."""
    changes = converted.report["changes"]
    left = [one for one in changes if one["decision"]["status"] == "left"]
    reasons = Counter(
        one["change_set"]["refusals"][0]["reason"] if one["change_set"]["refusals"] else "attempts"
        for one in left
    )
    return ", ".join(f"{reason} {count}" for reason, count in reasons.most_common())


def _kept(case: Case, converted: Converted, setting: Setting) -> str:
    name = f"{NAME}-{case.id}"
    place = setting.artefacts / name
    place.mkdir(parents=True, exist_ok=True)
    (place / "report.md").write_text(converted.page, encoding="utf-8")
    return name
