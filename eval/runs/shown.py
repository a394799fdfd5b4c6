"""The command line over results that are there: a page of one, a comparison of two."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from eval.runs.compare import Change, changes, compared_lines, only_in_one
from eval.runs.options import Parser
from eval.runs.report import as_html
from eval.runs.results import Run, RunError, read_run, unfinished

__all__ = ["compare", "report"]


def report(arguments: Sequence[str]) -> int:
    """Write the page of a result beside it, and say where it is."""
    parser = Parser(prog="python -m eval report")
    parser.add_argument("result", type=Path, help="a run's directory")
    parser.add_argument("--output", type=Path, help="the page; report.html beside the result")
    options = parser.parse_args(arguments)
    try:
        run = read_run(options.result)
    except RunError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    path = options.output or run.path / "report.html"
    try:
        path.write_text(as_html(run), encoding="utf-8")
    except OSError as error:
        print(f"error: {path} can't be written: {error.strerror}", file=sys.stderr)
        return 2
    print(path)
    return 0


def compare(arguments: Sequence[str]) -> int:
    """Print what got better and worse from one result to another."""
    parser = Parser(prog="python -m eval compare")
    parser.add_argument("before", type=Path)
    parser.add_argument("after", type=Path)
    options = parser.parse_args(arguments)
    try:
        before, after = read_run(options.before), read_run(options.after)
        found = _compared(before, after)
    except RunError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(f"from {_named(before)}\nto   {_named(after)}")
    for run in (before, after):
        for text in unfinished(run):
            print(f"{run.path.name} is unfinished: {text}")
    print(*compared_lines(found), *only_in_one(before.results, after.results), sep="\n")
    return 0


def _compared(before: Run, after: Run) -> list[Change]:
    """Compare them; raises `RunError` where a comparison would say nothing."""
    if before.path.resolve() == after.path.resolve():
        raise RunError(f"{before.path} was named twice; name two results")
    found = list(changes(before.results, after.results, seed=0))
    if not any(change.cases for change in found):
        apart = sum(change.apart for change in found)
        if apart:
            raise RunError(f"no case reads the same in both: {apart} are otherwise or in one alone")
        held = (", ".join(sorted({one.suite for one in run.results})) for run in (before, after))
        first, second = (names or "no result" for names in held)
        raise RunError(f"no case is in both: the first holds {first}, the second {second}")
    return found


def _named(run: Run) -> str:
    """Say which result it is: two of other machines are not to be compared by time."""
    header, machine = run.header, run.header.get("machine")
    where = machine.get("processor") if isinstance(machine, dict) else ""
    commit = str(header.get("commit"))[:7]
    return f"{run.path.name}: {header.get('tool')} at {commit}, {header.get('started')}, {where}"
