"""Small projects, converted by the whole pipeline and judged by tests that it never saw.

A point is a case that comes out right: with the verified patches laid over it, every hidden
test passes. These tests try what the project's own leave open: other tasks while it waits, order,
exceptions, cancellation, what the other end was sent. Cases whose only right answer is to leave the
code have no points to win; a conversion that breaks them is wrong.

``wrong`` is also a verified conversion that still holds the loop, and blocking code that was not
found; what was left with a reason is refused. A conversion that came out verified and breaks a
hidden test is counted as ``let through``.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from eval.rivals import rivals, why_it_broke
from eval.rivals.gated import gate_verdict
from eval.runs.environments import environment, requirements_in
from eval.runs.values import NULL, PERFECT, PLANTED, SUBJECT, Case, Outcome, Result, Setting, digest
from eval.suites.convert.pipeline import LEAN, Converted, convert_tree, model_options
from eval.suites.convert.project import CASES, Project, read_projects
from eval.suites.convert.trial import Trial, try_out

__all__ = ["ABOUT", "NAME", "by_rival", "cases", "gated", "judge", "run"]

NAME = "convert"
ABOUT = "Small projects through the whole pipeline: a point is one whose hidden tests all pass."

_HERE = Path(__file__).parent
_SHARED = (_HERE / "watching.py", _HERE / "trial.py")


class Verdict(NamedTuple):
    """What a case came to."""

    outcome: Outcome
    counts: Mapping[str, int]
    reason: str


def cases(setting: Setting) -> list[Case]:
    """Give one case per file."""
    shared = [path.read_bytes() for path in _SHARED]
    return [
        Case(
            project.id, project.split, project.fields["area"], digest(project.text, *shared),
            needs=("network",) if "needs" in project.fields else (), ci="ci" in project.fields,
        )
        for project in read_projects(setting.cases or CASES)
    ]  # fmt: skip


def run(asked: Sequence[Case], setting: Setting) -> Iterator[Result]:
    """Convert each case with the tool, and try that and the stand-ins."""
    known = {project.id: project for project in read_projects(setting.cases or CASES)}
    for case in asked:
        project = known[case.id]
        python = _python(project, setting)
        yield _by_tool(case, project, setting, python)
        for name, rival in rivals(setting.cache).items():
            if name in setting.peers:
                yield by_rival(case, project, name, rival, python)
        if setting.stand_ins:
            right = {**project.files, **project.right.files}
            yield _stand_in(case, project, NULL, try_out(project, project.files, python))
            yield _stand_in(case, project, PERFECT, try_out(project, right, python))
            yield _planted(case, project, python)


def _python(project: Project, setting: Setting) -> str:
    """Give the interpreter that has what the project needs: this one, or one that is made."""
    needs = project.fields.get("needs")
    if needs is None:
        return sys.executable
    wanted = requirements_in(_HERE / f"{needs}.txt")
    return str(environment(setting.cache / "convert", needs, wanted))


def judge(project: Project, converted: Converted, trial: Trial) -> Verdict:
    """Say what a conversion is, by its hidden tests and by what was said of it."""
    counts = {status: 1 for status in ("unverified", "failed") if status in _ends(converted)}
    reason = "; ".join(converted.reasons)
    if trial.broken:
        counts["let through"] = int(converted.applied)
        return Verdict("wrong", counts, f"fails {', '.join(trial.broken)}")
    if not trial.held:
        return Verdict("right", counts, reason if project.strategy == "leave" else "")
    if not (converted.regions or converted.statuses):  # an entry point has changes, no regions
        return Verdict("wrong", {"not found": 1}, "what blocks was not found")
    if _ends(converted) == {"verified"}:
        counts["still blocks"] = 1
        return Verdict("wrong", counts, f"fails {', '.join(trial.held)}; nothing was left")
    return Verdict("refused", counts, reason)


def _ends(converted: Converted) -> set[str]:
    return set(converted.statuses.values())


def _by_tool(case: Case, project: Project, setting: Setting, python: str) -> Result:
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="convert-") as scratch:
        root = Path(scratch).resolve() / "project"
        _write(root, project.files)
        home = setting.home
        converted = convert_tree(root, home, [*model_options(setting), *project.options], python)
        seconds = time.monotonic() - began
        files = _read(root)
    trial = try_out(project, files, python)
    verdict = judge(project, converted, trial)
    of = _points(project)
    return Result(
        NAME, case.id, case.split, case.group, case.digest, verdict.outcome, SUBJECT,
        of if verdict.outcome == "right" else 0.0, of, verdict.counts, verdict.reason, seconds,
        sum(converted.tokens), setting.cost(converted.tokens),
        _kept(case, project, (files, converted, trial), verdict, setting),
    )  # fmt: skip


def _points(project: Project) -> float:
    return float(project.strategy != "leave")


def _stand_in(case: Case, project: Project, subject: str, trial: Trial) -> Result:
    bad = (*trial.broken, *trial.held)
    outcome: Outcome = "right" if not bad else "refused" if not trial.broken else "wrong"
    of = _points(project)
    return Result(
        NAME, case.id, case.split, case.group, case.digest, outcome, subject,
        0.0 if bad else of, of,
        {"vacuous": 1} if subject == NULL and not bad else {},
        f"fails {', '.join(bad)}" if bad else "",
    )  # fmt: skip


def by_rival(
    case: Case, project: Project, name: str, rival: Callable[[Path], None], python: str
) -> Result:
    """Let a rival edit the project: what it makes is what counts, for it has no gate.

    What this project's gate says of it is counted beside.
    """
    with tempfile.TemporaryDirectory(prefix="convert-") as scratch:
        root, own = Path(scratch).resolve() / "made", Path(scratch).resolve() / "own"
        _write(root, project.files)
        _write(own, project.files)
        began = time.monotonic()
        try:
            rival(root)
        except subprocess.CalledProcessError as error:
            return _broke(case, project, name, error)
        seconds = time.monotonic() - began
        files = _read(root)
        made = {file: text for file, text in files.items() if project.files.get(file) != text}
        trial = try_out(project, files, python)
        result = replace(_stand_in(case, project, name, trial), seconds=seconds)
        if not made:
            return result
        if result.outcome == "refused":  # it said nothing of what still holds the loop
            result = replace(result, outcome="wrong")
        verdict = gate_verdict(
            own, {file: text.encode() for file, text in made.items()}, LEAN, python
        )
    return replace(result, counts={**result.counts, **gated(trial, verdict.outcome)})


def gated(trial: Trial, said: str) -> dict[str, int]:
    """Count what the gate said of a rival's conversion, against what the hidden tests say.

    What breaks a test and is not verified is caught, what is verified all the same let through;
    what is right and not verified is held back.
    """
    counts = {f"gate: {said}": 1}
    if trial.broken:
        counts["let through" if said == "verified" else "caught"] = 1
    elif not trial.held and said != "verified":
        counts["held back"] = 1
    return counts


def _broke(case: Case, project: Project, name: str, error: subprocess.CalledProcessError) -> Result:
    """Count a rival that fell over as such; the case goes on."""
    return Result(
        NAME, case.id, case.split, case.group, case.digest, "error", name, 0.0, _points(project),
        reason=why_it_broke(error),
    )  # fmt: skip


def _planted(case: Case, project: Project, python: str) -> Result:
    """Try the wrong conversions; the case is right only where one of them passes everything."""
    passing = []
    for conversion in project.wrong:
        trial = try_out(project, {**project.files, **conversion.files}, python)
        if not (trial.broken or trial.held):
            passing.append(conversion.title)
    return Result(
        NAME, case.id, case.split, case.group, case.digest, "right" if passing else "wrong",
        PLANTED, 0.0, _points(project), {"conversions": len(project.wrong)},
        "; ".join(f"passes: {title}" for title in passing),
    )  # fmt: skip


def _write(root: Path, files: Mapping[str, str]) -> None:
    for file, text in files.items():
        path = root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def _read(root: Path) -> dict[str, str]:
    """Give the project's text files, without what the tool and git keep beside them."""
    return {
        path.relative_to(root).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(root.rglob("*"))
        if path.is_file() and path.relative_to(root).parts[0] not in {".git", ".refactor-agent"}
    }


def _kept(
    case: Case,
    project: Project,
    made: tuple[Mapping[str, str], Converted, Trial],
    verdict: Verdict,
    setting: Setting,
) -> str:
    """Keep the converted files, the report, and what the hidden tests said, unless all is right."""
    if verdict.outcome == "right":
        return ""
    files, converted, trial = made
    name = f"{NAME}-{case.id}"
    place = setting.artefacts / name
    _write(place / "tree", files)
    _write(place / "hidden", project.hidden)
    _write(place, {"report.md": converted.page, "tests.txt": trial.said})
    return name
