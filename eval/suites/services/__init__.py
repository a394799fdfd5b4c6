"""Whole services, converted, tested again, and driven before and after.

A point is a labelled site that must change and does not block any more, while the service's own
tests stay green. Whether a site still blocks is asked of a scan of what came out, not of what was
claimed. Sites that may be left have no points to win; one that may only be left, and was changed,
makes the case wrong, and so do tests that fail, other answers under load, and a slower service: a
case that is wrong has no points, and how many of its sites no longer block is counted beside.

Load: ratios of after over before, the median of the rounds with the lowest and the highest. The
servers that a service needs are real ones on this machine that take a fixed time; where a model is
meant to answer, scripted answers come back: there is no model.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from eval.rivals import rivals, why_it_broke
from eval.rivals.gated import gate_verdict
from eval.runs.environments import environment, requirements_in
from eval.runs.size import python_lines
from eval.runs.values import NULL, SUBJECT, Case, Outcome, Result, Setting, digest
from eval.suites.convert.pipeline import Converted, convert_tree, model_options
from eval.suites.services.driving import drive
from eval.suites.services.service import CORPUS, Service, read_services

from refactor_agent.domain.load import LoadReport
from refactor_agent.locate import locate
from refactor_agent.project import open_project
from refactor_agent.rulebook import load_rulebook

__all__ = ["ABOUT", "NAME", "by_maker", "cases", "run"]

NAME = "services"
ABOUT = "Six services: a point is a labelled site that no longer blocks, with green tests."

_TESTS = "python -m pytest -p no:cacheprovider"
_UNWANTED = shutil.ignore_patterns("__pycache__", "*.pyc", ".pytest_cache", ".refactor-agent")
_SECONDS = 300

Maker = Callable[[Path], Converted]


class Made(NamedTuple):
    """A conversion, and what came of it."""

    converted: Converted
    left: Counter[tuple[str, str]]
    """Regions that a scan of the result finds, as sites are known."""
    tests: str
    """What the service's tests said, where they are not green."""
    load: LoadReport
    rounds: Sequence[object]
    said: str = ""
    """What the gate says of a rival's conversion, which it did not make."""


def cases(setting: Setting) -> list[Case]:
    """Give one case per service."""
    return [
        Case(
            name, service.split, name, digest(*(path.read_bytes() for path in service.files())),
            needs=("network",),
        )
        for name, service in read_services(setting.cases or CORPUS).items()
    ]  # fmt: skip


def run(asked: Sequence[Case], setting: Setting) -> Iterator[Result]:
    """Convert each service by the tool, by nobody and by rivals."""
    services = read_services(setting.cases or CORPUS)
    for case in asked:
        service = services[case.id]
        wanted = requirements_in(service.root / "requirements.txt")
        python = str(environment(setting.cache / "services", case.id, wanted))
        for subject, make in _makers(setting, python).items():
            yield by_maker(case, service, (subject, make), python, setting)


def by_maker(
    case: Case, service: Service, maker: tuple[str, Maker], python: str, setting: Setting
) -> Result:
    """Let a maker, given with its name, convert the service, and judge what it made."""
    (subject, make), began = maker, time.monotonic()
    try:
        made = _made(service, make, python, began)
    except subprocess.CalledProcessError as error:
        of = sum(site.must_change for site in service.sites)
        return Result(
            NAME, case.id, case.split, case.group, case.digest, "error", subject, 0.0, of,
            reason=why_it_broke(error),
        )  # fmt: skip
    return _result(case, service, subject, made, setting)


def _makers(setting: Setting, python: str) -> Mapping[str, Maker]:
    options = ["--test-command", _TESTS, *model_options(setting)]
    home = setting.home
    makers: dict[str, Maker] = {SUBJECT: lambda root: convert_tree(root, home, options, python)}
    if setting.stand_ins:
        makers[NULL] = lambda _: Converted()
    for name, rival in rivals(setting.cache).items():
        if name in setting.peers:
            makers[name] = _edited(rival)
    return makers


def _edited(rival: Callable[[Path], None]) -> Maker:
    def make(root: Path) -> Converted:
        rival(root)
        return Converted(applied=True)

    return make


def _made(service: Service, make: Maker, python: str, began: float) -> tuple[Made, float]:
    with tempfile.TemporaryDirectory(prefix="services-") as scratch:
        before, after = Path(scratch).resolve() / "before", Path(scratch).resolve() / "after"
        for place in (before, after):
            shutil.copytree(service.root, place, ignore=_UNWANTED)
        converted = make(after)
        seconds = time.monotonic() - began
        load, rounds = LoadReport(problem="nothing changed"), list[object]()
        tests = _tested(after, python)
        if converted.applied and not tests:
            load, found = drive(service.load, before, after, python)
            rounds = [one.model_dump() for one in found]
        said = "" if converted.report or not converted.applied else _judged(before, after, python)
        return Made(converted, _left(after), tests, load, rounds, said), seconds


def _judged(before: Path, after: Path, python: str) -> str:
    """Ask the gate about what differs between two trees, by the service's own tests."""
    made = {path.relative_to(after).as_posix(): path.read_bytes() for path in after.rglob("*.py")}
    own = {path.relative_to(before).as_posix(): path.read_bytes() for path in before.rglob("*.py")}
    changed = {file: data for file, data in made.items() if own.get(file) != data}
    return gate_verdict(before, changed, _TESTS, python).outcome if changed else ""


def _tested(root: Path, python: str) -> str:
    """Run the service's tests; give what they said unless all passed.

    A conversion may hang, as one that waits for itself does: that is a test that fails.
    """
    command = [python, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    try:
        done = subprocess.run(
            command, cwd=root, capture_output=True, text=True, timeout=_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return f"the tests took more than {_SECONDS} s"
    return "" if done.returncode == 0 else done.stdout[-4000:]


def _left(root: Path) -> Counter[tuple[str, str]]:
    regions = locate(open_project(root), load_rulebook()).regions
    return Counter((r.hops[0].function, r.hops[-1].callee.rpartition(".")[2]) for r in regions)


def _result(
    case: Case, service: Service, subject: str, made: tuple[Made, float], setting: Setting
) -> Result:
    done, seconds = made
    must = [site for site in service.sites if site.must_change]
    gone = [site.id for site in must if not done.left[site.key]]
    applied = done.converted.applied
    spoilt = _spoilt(service, done) if applied else []
    points = 0 if spoilt or not applied else len(gone)
    outcome: Outcome = "wrong" if spoilt else "right" if points == len(must) else "refused"
    still = sorted({site.id for site in must} - set(gone))
    counts = Counter(done.converted.statuses.values())
    counts["no longer block"] = len(gone) if applied else 0
    if done.said:
        counts[f"gate: {done.said}"] = 1
        counts["let through" if done.said == "verified" else "caught"] += bool(spoilt)
        counts["held back"] += done.said != "verified" and not spoilt and points == len(must)
    return Result(
        NAME, case.id, case.split, case.group, case.digest, outcome, subject, points, len(must),
        {**+counts, "may be left": len(service.sites) - len(must)},
        "; ".join(spoilt or ([f"still blocks: {', '.join(still)}"] if still else [])),
        seconds, sum(done.converted.tokens), setting.cost(done.converted.tokens),
        _kept(case, subject, done, setting) if subject != NULL else "",
        ratios=_ratios(done.load), lines=python_lines(service.root),
    )  # fmt: skip


def _spoilt(service: Service, done: Made) -> list[str]:
    """Say what is wrong with a conversion."""
    found = ["tests fail"] if done.tests else []
    found += [text for text in (done.load.slower, done.load.problem) if text]
    only_left = [site for site in service.sites if site.allowed == {"leave"}]
    before = _left(service.root)
    changed = [site.id for site in only_left if before[site.key] and not done.left[site.key]]
    return found + [f"{name} must be left" for name in changed]


def _ratios(load: LoadReport) -> dict[str, tuple[float, float, float]]:
    named = {"throughput": load.throughput, "p50": load.p50, "p95": load.p95, "p99": load.p99}
    return {name: (one.median, one.low, one.high) for name, one in named.items() if one}


def _kept(case: Case, subject: str, done: Made, setting: Setting) -> str:
    """Keep the report, the load round by round, and what failing tests said."""
    name = f"{NAME}-{subject}-{case.id}"
    place = setting.artefacts / name
    place.mkdir(parents=True, exist_ok=True)
    (place / "report.md").write_text(done.converted.page, encoding="utf-8")
    (place / "reasons.txt").write_text("\n".join(done.converted.reasons), encoding="utf-8")
    (place / "tests.txt").write_text(done.tests, encoding="utf-8")
    load = {"ratios": done.load.model_dump(), "rounds": list(done.rounds)}
    (place / "load.json").write_text(json.dumps(load, indent=1), encoding="utf-8")
    left = "\n".join(f"{function} {callee}" for function, callee in sorted(done.left))
    (place / "left.txt").write_text(left, encoding="utf-8")
    return name
