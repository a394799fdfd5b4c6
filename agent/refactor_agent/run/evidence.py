"""What speaks for a patch, as its commit message says it to whoever reviews it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator

from refactor_agent.domain.load import LoadReport
from refactor_agent.domain.verdict import Verdict

__all__ = ["evidence"]

_AT_MOST = 30
"""Items of a list; the report has them all."""
_WIDTH = 72


def evidence(verdict: Verdict, status: str) -> Iterator[str]:
    """Give the lines of a commit message that say what was tried, and what stayed unproven.

    ``status`` is how the change set ended, which a reviewer may have made less than the verdict.
    Of a run that is done again they are the same: how long it took is for the report.
    """
    yield f"Outcome: {status}. {_tests(verdict)}"
    yield from _listed("Changed lines were executed by", verdict.covering_tests)
    if verdict.checks:
        yield "Checks of the tree that did not object:"
        yield from _wrapped(", ".join(_silent(verdict)))
    yield from _listed("No longer on the event loop in these tests", verdict.unblocked)
    if verdict.tests and not verdict.unblocked:
        yield "The loop probe saw nothing go from the event loop in these tests."
    yield from _listed("The same by both libraries in the project's environment", _same(verdict))
    if verdict.load is not None and verdict.load.throughput is not None:
        yield from _listed("Under load, after over before", _ratios(verdict.load))
    yield from _listed("Not proven", _unproven(verdict))


def _tests(verdict: Verdict) -> str:
    ran = verdict.tests
    if ran is None:
        return "No test ran."
    executed = f"{len(verdict.covering_tests)} executed changed lines"
    return f"{ran.passed} of {ran.ran} tests passed; {executed}."


def _silent(verdict: Verdict) -> list[str]:
    spoke = {one.check for one in (*verdict.failures, *verdict.doubts)}
    return [name for name in verdict.checks if name not in spoke]


def _same(verdict: Verdict) -> Iterator[str]:
    for run in verdict.differential:
        if not run.not_run:
            yield f'{run.rule} "{run.example}", {run.calls} calls: {", ".join(run.libraries)}'


def _ratios(load: LoadReport) -> Iterator[str]:
    named = (
        ("throughput", load.throughput), ("p50", load.p50), ("p95", load.p95),
        ("p99", load.p99), ("loop lag", load.lag),
    )  # fmt: skip
    for name, ratio in named:
        if ratio is not None:
            yield f"{name} {ratio.median:.2f} ({ratio.low:.2f} to {ratio.high:.2f})"


def _unproven(verdict: Verdict) -> Iterator[str]:
    if verdict.uncovered:
        places = ", ".join(map(str, verdict.uncovered[:_AT_MOST]))
        more = len(verdict.uncovered) - _AT_MOST
        yield f"no test executed {places}" + (f" and {more} more" if more > 0 else "")
    for doubt in verdict.doubts:
        yield f"{doubt.check}: {' '.join(doubt.message.split())}"
    for run in verdict.differential:
        if run.not_run:
            yield f'both sides of {run.rule} "{run.example}": {run.not_run}'
    if verdict.load is None or verdict.load.throughput is None:
        why = f": {verdict.load.problem}" if verdict.load and verdict.load.problem else ""
        yield f"speed under load, which was not measured{why}"


def _listed(head: str, items: Iterable[str]) -> Iterator[str]:
    """Give a list under a head, indented so that git can't take a line for the diff's first."""
    found = list(items)
    if not found:
        return
    yield f"{head}:"
    for item in found[:_AT_MOST]:
        yield from _wrapped(item)
    if len(found) > _AT_MOST:
        yield f"  and {len(found) - _AT_MOST} more, which report.json names"


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(
        text,
        _WIDTH,
        initial_indent="  ",
        subsequent_indent="    ",
        break_long_words=False,
        break_on_hyphens=False,
    )
