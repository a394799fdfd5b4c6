"""Puts the evidence together into a verdict."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from refactor_agent.domain.differential import DifferentialRun
from refactor_agent.domain.load import LoadReport
from refactor_agent.domain.place import Site
from refactor_agent.domain.verdict import CheckFailure, Outcome, Verdict
from refactor_agent.verify.changed_lines import Coverage
from refactor_agent.verify.checks import CheckReport
from refactor_agent.verify.told import told
from refactor_agent.verify.trial import Trial

__all__ = ["differences", "failed", "judged", "under_load", "unverified", "with_runs"]

_SHOWN_SITES = 6


def failed(name: str, report: CheckReport, failures: Sequence[CheckFailure]) -> Verdict:
    """Give the verdict on a change that a check objects to."""
    return Verdict(
        change_set=name,
        outcome="failed",
        failures=tuple(failures),
        checks=report.checks,
        doubts=report.doubts,
        reason=_first_line(failures),
    )


def unverified(name: str, report: CheckReport, reason: str) -> Verdict:
    """Give the verdict on a change that no test could say anything about."""
    return Verdict(
        change_set=name,
        outcome="unverified",
        checks=report.checks,
        doubts=report.doubts,
        reason=reason,
    )


def judged(name: str, report: CheckReport, trial: Trial) -> Verdict:
    """Give the verdict on a change whose tests ran.

    Verified means: no objection and no doubt, and every changed statement that makes a call or
    waits was executed by a test that passed before and after.
    """
    failures, coverage = trial.comparison.failures, trial.coverage
    doubts = (*report.doubts, *trial.doubts)
    unproven = _first_line(trial.doubts) or _why_unproven(coverage) or _first_line(doubts)
    return Verdict(
        change_set=name,
        outcome=_outcome(failures, unproven),
        failures=failures,
        checks=report.checks,
        doubts=doubts,
        tests=trial.comparison.delta,
        covering_tests=coverage.tests,
        uncovered=coverage.uncovered,
        unblocked=trial.unblocked,
        reason=_first_line(failures) or unproven,
    )


def differences(runs: Sequence[DifferentialRun]) -> Iterator[CheckFailure]:
    """Give what there is to object to in ``runs`` of rules' examples."""
    for run in runs:
        if run.differs:
            message = (
                "the two libraries do not do the same in this environment "
                f"({', '.join(run.libraries) or 'which ends'}): {run.rule}, {run.example}: "
                f"{run.differs}"
            )
            yield CheckFailure(check="differential", message=message)


def with_runs(verdict: Verdict, runs: tuple[DifferentialRun, ...]) -> Verdict:
    """Add what came of the rules' examples."""
    return verdict.model_copy(update={"differential": runs})


def under_load(verdict: Verdict, load: LoadReport | None, *, fails: bool) -> Verdict:
    """Add what driving the application showed; a slower one fails, where it ``fails``."""
    if load is None or not load.slower or not fails:
        return verdict.model_copy(update={"load": load})
    failure = CheckFailure(check="load", message=load.slower, hazards=("H-W1",))
    return verdict.model_copy(
        update={
            "load": load,
            "outcome": "failed",
            "failures": (failure,),
            "reason": _first_line((failure,)),
        }
    )


def _outcome(failures: Sequence[CheckFailure], unproven: str) -> Outcome:
    if failures:
        return "failed"
    return "unverified" if unproven else "verified"


def _why_unproven(coverage: Coverage) -> str:
    if coverage.decisive:
        places = _places(coverage.decisive)
        return f"no passing test executes {len(coverage.decisive)} changed lines: {places}"
    if not coverage.tests:
        return "no passing test executes a changed line"
    return ""


def _places(sites: Sequence[Site]) -> str:
    shown = ", ".join(str(site) for site in sites[:_SHOWN_SITES])
    return shown + (" …" if len(sites) > _SHOWN_SITES else "")


def _first_line(failures: Sequence[CheckFailure]) -> str:
    if not failures:
        return ""
    more = f" (and {len(failures) - 1} more)" if len(failures) > 1 else ""
    first, _, text = failures[0].message.strip().partition("\n")
    why = f" {told(text)}" if first.endswith(":") else ""
    return f"{failures[0].check}: {first}{why}{more}"
