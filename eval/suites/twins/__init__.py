"""Packages that ship a sync and an async side: convert the one, run the tests of the other.

The tool is given the sync side and the leaves that a user's own rules would name. What it makes
takes the place of what the maintainers wrote, and their async tests run. A point is a test that
passes then, of those that pass on the untouched package and don't pass with the sync code in the
async side's place: those would be passed by who does nothing, and count as vacuous.

A test may pass although a coroutine in it was never awaited: those are counted beside, for the
conversion and for what people wrote alike.

Each package is asked twice: with its tests as they are, and strictly, so that a test fails in
which converted code blocks the running loop.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import cast

from eval.convert.__main__ import convert
from eval.runs.size import lines_in
from eval.runs.values import NULL, PERFECT, SUBJECT, Case, Result, Setting, digest
from eval.suites.twins.fetch import environment, source, sync_source
from eval.suites.twins.graft import without
from eval.suites.twins.package import PACKAGES, Mode, Package, read_packages
from eval.suites.twins.trial import Trial, inputs, sync_code, try_out

__all__ = ["ABOUT", "NAME", "cases", "run"]

NAME = "twins"
ABOUT = "Sync sides of real packages, converted: a point is a passed test of the async side."

Maker = Callable[[Package, tuple[Path, Path], Path, Path], Sequence[str]]
"""Writes converted files for a package from its two sources, async and sync, with an interpreter
that has its libraries, and gives what was refused."""


def cases(setting: Setting) -> list[Case]:
    """Give two cases per package."""
    directory = setting.cases or PACKAGES
    return [
        Case(
            f"{name}, {mode}",
            package.split,
            name,
            digest((directory / f"{name}.toml").read_bytes(), mode, *_own_files(package)),
            batch=name,
            needs=() if package.directory else ("network",),
            ci=bool(package.directory),
        )
        for name, package in read_packages(directory).items()
        for mode in package.modes
    ]


def _own_files(package: Package) -> Iterator[bytes]:
    if package.directory:
        files = sorted((package.base / package.directory).rglob("*.py"))
        yield from (path.read_bytes() for path in files)


def run(asked: Sequence[Case], setting: Setting) -> Iterator[Result]:
    """Try the package's own async side, its sync side, and the conversion."""
    name = asked[0].group
    package = read_packages(setting.cases or PACKAGES)[name]
    roots = source(package, setting.cache), sync_source(package, setting.cache)
    python = environment(package, setting.cache)
    lines = lines_in(sync_code(roots[1], pair) for pair in package.pair)
    makers: dict[str, Maker] = {SUBJECT: _by_rules}
    if setting.stand_ins:
        makers |= {NULL: _unchanged, PERFECT: _by_hand}
    with tempfile.TemporaryDirectory(prefix="twins-") as scratch:
        for subject, make in makers.items():
            place = Path(scratch, subject)
            place.mkdir()
            began = time.monotonic()
            refusals = make(package, roots, python, place)
            took = time.monotonic() - began
            for case in asked:
                mode = cast("Mode", case.id.rpartition(", ")[2])
                trial = try_out(package, *roots, python, place, mode)
                result = _result(case, subject, package, mode, (trial, refusals, took), setting)
                yield replace(result, lines=lines) if case is asked[0] else result


def _by_rules(
    package: Package, roots: tuple[Path, Path], python: Path, place: Path
) -> Sequence[str]:
    given = place.with_name("inputs")
    inputs(package, roots[1], given)
    done = convert(given, place, str(python))
    return [
        f"{refusal.site or ''} {refusal.reason}: {refusal.message}" for refusal in done.refusals
    ]


def _unchanged(
    package: Package, roots: tuple[Path, Path], python: Path, place: Path
) -> Sequence[str]:
    del python
    for pair in package.pair:
        path = place / pair.sync
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(sync_code(roots[1], pair), encoding="utf-8")
    return ()


def _by_hand(
    package: Package, roots: tuple[Path, Path], python: Path, place: Path
) -> Sequence[str]:
    del python
    for pair in package.pair:
        path = place / pair.sync
        path.parent.mkdir(parents=True, exist_ok=True)
        code = (roots[0] / pair.aio).read_text("utf-8")
        own = {*pair.classes} if pair.aio == pair.sync else set[str]()
        path.write_text(without(code, own), "utf-8")
    return ()


def _result(  # noqa: PLR0913, PLR0917 - what one trial is
    case: Case,
    subject: str,
    package: Package,
    mode: Mode,
    done: tuple[Trial, Sequence[str], float],
    setting: Setting,
) -> Result:
    trial, refusals, took = done
    vacuous, all_pass = package.passes[f"{mode}_null"], package.passes[mode]
    points, of = len(trial.passed) - vacuous, all_pass - vacuous
    right = points >= of
    counts = {"passed": len(trial.passed), "tests": len(trial.ends), "vacuous": vacuous}
    if trial.unawaited:
        counts["passed, something not awaited"] = len(trial.unawaited)
    if subject == SUBJECT:
        counts["refusals"] = len(refusals)
    return Result(
        NAME, case.id, case.split, case.group, case.digest, "right" if right else "wrong",
        subject, points, of, counts,
        "" if right else f"{of - points} of {of} tests that should pass don't",
        took,
        artefact="" if right or subject == NULL else _kept(case, subject, trial, refusals, setting),
    )  # fmt: skip


def _kept(case: Case, subject: str, trial: Trial, refusals: Sequence[str], setting: Setting) -> str:
    name = f"{NAME}-{subject}-{case.id.replace(', ', '-')}"
    place = setting.artefacts / name
    place.mkdir(parents=True, exist_ok=True)
    ends = "\n".join(_end(trial, test) for test in sorted(trial.ends))
    (place / "tests.txt").write_text(f"{ends}\n\n{trial.said}", encoding="utf-8")
    (place / "refusals.txt").write_text("\n".join(refusals), encoding="utf-8")
    for file, text in trial.tree.items():
        path = place / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return name


def _end(trial: Trial, test: str) -> str:
    lost = ", ".join(trial.lost.get(test, ()))
    return f"{trial.ends[test]:<8} {test}" + (f" (not awaited: {lost})" if lost else "")
