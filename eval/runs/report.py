"""A result as one page of HTML that needs no other file and no network."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from statistics import median

from eval.runs.figures import Figure, by_group, dishonest, figures
from eval.runs.plots import Bar, Parts, bars, curve, stacked
from eval.runs.reasons import refused_by_kind, sentences_of
from eval.runs.results import Run, unfinished
from eval.runs.suite import find_suite
from eval.runs.values import STAND_INS, SUBJECT, Result

__all__ = ["as_html"]

_STYLE = (
    "body{font:15px/1.45 sans-serif;max-width:80em;margin:2em auto;padding:0 1em}"
    "p{max-width:50em}table{border-collapse:collapse;margin:.6em 0;font-size:13px}"
    "td,th{border:1px solid #ccc;padding:.15em .5em;text-align:left;vertical-align:top}"
    "td.n{text-align:right}td{min-width:1.5em}.figures td:nth-child(-n+3){white-space:nowrap}"
    "code,pre{font-size:13px;white-space:pre-wrap}.bad{color:#a00}"
)


def as_html(run: Run) -> str:
    """Give the page."""
    title = f"refactor-agent evaluation, {run.header.get('started')}"
    body = "\n".join(_page(run))
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style><h1>{escape(title)}</h1>\n{body}</html>\n"
    )


def _page(run: Run) -> Iterator[str]:
    for problem in dishonest(run.results):
        yield f'<p class="bad">These figures do not count: {escape(problem)}</p>'
    for text in unfinished(run):
        yield f'<p class="bad">The run is unfinished: {escape(text)}.</p>'
    changed = run.header.get("changed")
    if isinstance(changed, list) and changed:
        yield f'<p class="bad">{len(changed)} files differed from the commit.</p>'
    yield f"<p>Commit {escape(str(run.header.get('commit')))}; how it ran stands at the end.</p>"
    loads = sorted(result.load for result in run.results if result.load)
    if loads:
        yield (
            f"<p>Load of the machine as results came: {median(loads):.1f} (median), {loads[0]:g}"
            f" to {loads[-1]:g}; of a busy one, seconds are an upper bound.</p>"
        )
    yield "<h2>All suites</h2>"
    yield _table(_HEADS, (_row(figure) for figure in figures(run.results)), _FIGURES)
    yield (
        "<p>Intervals are Wilson's, at 95%, as if points did not depend on each other. null does "
        "nothing and must score 0, perfect is the answer people wrote and must score 100%, planted "
        "gives wrong answers, none of which may come out right.</p>"
    )
    for suite in sorted({result.suite for result in run.results}):
        yield from _suite(suite, [result for result in run.results if result.suite == suite])
    header = {name: value for name, value in run.header.items() if name != "changed"}
    yield f"<h2>How it ran</h2><pre>{escape(json.dumps(header, indent=1))}</pre>"


_HEADS = (
    "suite", "subject", "part", "cases", "right", "refused", "wrong", "let through", "errors",
    "points", "score", "95%", "seconds", "tokens", "cost", "counted",
)  # fmt: skip
_FIGURES = ' class="figures"'
_LET_THROUGH = "let through"


def _row(figure: Figure) -> Sequence[object]:
    outcomes, low, high = figure.outcomes, *figure.interval
    score = "" if figure.score is None else f"{figure.score:.1%}"
    counts = {name: count for name, count in sorted(figure.counts.items()) if count}
    let_through = sum(count for name, count in counts.items() if name.endswith(_LET_THROUGH))
    counted = (f"{n} {count}" for n, count in counts.items() if not n.endswith(_LET_THROUGH))
    return (
        figure.suite, figure.subject, figure.part, figure.cases, outcomes["right"],
        outcomes["refused"], outcomes["wrong"], let_through, outcomes["error"],
        f"{figure.points:g} of {figure.of:g}", score,
        f"{low:.0%} to {high:.0%}" if score else "", round(figure.seconds, 1), figure.tokens,
        round(figure.cost, 4),
        ", ".join(counted),
    )  # fmt: skip


def _suite(name: str, results: Sequence[Result]) -> Iterator[str]:
    yield f"<h2>{escape(name)}</h2><p>{escape(_about(name))}</p>"
    shown = [result for result in results if result.subject not in STAND_INS]
    by_split = sorted(figures(shown), key=_place)
    grouped = sorted(by_group(shown), key=_place)
    yield "<p>Outcomes: right (green), refused (grey), wrong (red), errors (purple):</p>"
    yield stacked([Parts(_label(figure), dict(figure.outcomes)) for figure in by_split])
    yield "<p>Points, with their intervals:</p>"
    yield bars([
        Bar(_label(figure), figure.score, *figure.interval)
        for figure in [*by_split, *grouped]
        if figure.score is not None
    ])  # fmt: skip
    yield _table(_HEADS[1:], (_row(figure)[1:] for figure in grouped), _FIGURES)
    sized = _sized(results)
    if len(sized) > 1:
        yield "<p>Time of the tool over the size of a project:</p>"
        yield curve(sized, "lines of Python", "seconds")
    yield from _ratios([result for result in results if result.ratios])
    yield from _refused(results)
    failed = [r for r in results if r.outcome in {"wrong", "error"} and r.subject == SUBJECT]
    if failed:
        yield "<h3>Not right</h3>"
        yield _table(
            ("case", "split", "outcome", "reason", "kept in"),
            ((r.case, r.split, r.outcome, r.reason, r.artefact) for r in failed),
        )


def _place(figure: Figure) -> tuple[list[str | int], str]:
    """What are to be compared stand below one another, and areas by their number."""
    pieces = re.split(r"(\d+)", figure.part)
    return [int(piece) if piece.isdecimal() else piece for piece in pieces], figure.subject


def _label(figure: Figure) -> str:
    return f"{figure.part}: {figure.subject}"


def _sized(results: Sequence[Result]) -> list[tuple[float, float]]:
    """Give lines and seconds per project; its cases have its size, and its time in parts."""
    gathered: dict[int, float] = {}
    for result in results:
        if result.subject == SUBJECT and result.lines:
            gathered[result.lines] = gathered.get(result.lines, 0.0) + result.seconds
    return sorted((float(lines), seconds) for lines, seconds in gathered.items())


def _refused(results: Sequence[Result]) -> Iterator[str]:
    """Tell what the tool refused: how often for which kind of reason, then case by case."""
    kinds = refused_by_kind(results)
    if not kinds:
        return
    yield "<h3>Refused by the tool, by reason</h3>"
    yield _table(("reason", "cases"), kinds.most_common())
    own = (r for r in results if r.subject == SUBJECT and r.outcome == "refused")
    yield _table(
        ("case", "split", "why", "kept in"),
        ((r.case, r.split, "; ".join(sentences_of(r.reason)), r.artefact) for r in own),
    )


def _ratios(results: Sequence[Result]) -> Iterator[str]:
    if not results:
        return
    names = sorted({name for result in results for name in result.ratios})
    yield "<p>After over before: the median of the rounds, the lowest and the highest:</p>"
    yield _table(
        ("subject", "case", *names),
        ((r.subject, r.case, *(_ratio(r.ratios.get(name)) for name in names)) for r in results),
    )


def _ratio(found: Sequence[float] | None) -> str:
    if found is None:
        return ""
    median, low, high = found
    return f"{median:.2f} ({low:.2f} to {high:.2f})"


def _about(name: str) -> str:
    try:
        return find_suite(name).ABOUT
    except ModuleNotFoundError:
        return "This suite is no longer there."


def _table(heads: Sequence[str], rows: Iterable[Sequence[object]], kind: str = "") -> str:
    head = "".join(f"<th>{escape(text)}</th>" for text in heads)
    body = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in rows)
    return f"<table{kind}><tr>{head}</tr>{body}</table>"


def _cell(value: object) -> str:
    kind = ' class="n"' if isinstance(value, int | float) else ""
    return f"<td{kind}>{escape(str(value))}</td>"
