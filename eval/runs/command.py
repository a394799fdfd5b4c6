"""The command line: run suites, make a report of a result, compare two results."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from eval.runs.baseline import BASELINES, regressions, write_baseline
from eval.runs.compare import changes, compared_lines
from eval.runs.figures import dishonest, figures
from eval.runs.report import as_html
from eval.runs.results import Run, RunError, append, create, make_header, read_run
from eval.runs.runner import Batch, choose, make_batches, run_batches
from eval.runs.suite import find_suite, suite_names
from eval.runs.values import PEERS, Case, Result, Setting

__all__ = ["compare", "main", "report"]

_RESULTS = Path("eval-results")
CACHE = Path(tempfile.gettempdir()) / "refactor-agent-eval"


def main(arguments: Sequence[str]) -> int:
    """Run suites; 0 when all is as it was recorded, 1 for a regression, 2 for wrong input."""
    options = _parser().parse_args(arguments)
    try:
        return _run(options)
    except RunError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2


def report(arguments: Sequence[str]) -> int:
    """Write the page of a result beside it, and say where it is."""
    parser = argparse.ArgumentParser(prog="python -m eval report")
    parser.add_argument("result", type=Path, help="a run's directory")
    parser.add_argument("--output", type=Path, help="the page; report.html beside the result")
    options = parser.parse_args(arguments)
    try:
        run = read_run(options.result)
    except RunError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    path = options.output or run.path / "report.html"
    path.write_text(as_html(run), encoding="utf-8")
    print(path)
    return 0


def compare(arguments: Sequence[str]) -> int:
    """Print what got better and worse from one result to another."""
    parser = argparse.ArgumentParser(prog="python -m eval compare")
    parser.add_argument("before", type=Path)
    parser.add_argument("after", type=Path)
    options = parser.parse_args(arguments)
    try:
        before, after = read_run(options.before), read_run(options.after)
    except RunError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    found = list(changes(before.results, after.results, seed=0))
    print(*compared_lines(found), sep="\n")
    return 0


def _run(options: argparse.Namespace) -> int:
    chosen = [(name, find_suite(name)) for name in options.suite or suite_names()]
    run = _open(options)
    setting = _setting(options, run)
    batches: list[Batch] = []
    for name, suite in chosen:
        if name != suite.NAME:
            raise RunError(f"the suite {name} calls itself {suite.NAME}")
        cases = [case for case in suite.cases(setting) if _wanted(case, options)]
        kept = choose(cases, options.limit, options.seed)
        batches += make_batches(suite, kept, run.done)
    results = list(run.results)
    _progress(batches, setting, options.jobs, run, results)
    _summary(results)
    print(run.path)
    return _judged(options, results)


def _open(options: argparse.Namespace) -> Run:
    header = make_header({name: str(value) for name, value in vars(options).items()}, options.seed)
    if options.resume is None:
        return create(options.results, header)
    run = read_run(options.resume)
    if run.header["commit"] != header["commit"]:
        raise RunError(f"{run.path} is of commit {run.header['commit']}; start anew")
    return run


def _setting(options: argparse.Namespace, run: Run) -> Setting:
    return Setting(
        artefacts=(run.path / "artefacts").resolve(),
        cache=options.cache.resolve(),
        proposer=options.proposer,
        model=options.model,
        base_url=options.base_url,
        peers=tuple(options.peer),
        stand_ins=not options.no_stand_ins,
        labels=options.labels,
        packages=options.packages,
        seed=options.seed,
    )


def _wanted(case: Case, options: argparse.Namespace) -> bool:
    in_slice = options.slice is None or case.ci
    return in_slice and options.split in {None, case.split} and options.only in case.id


def _progress(
    batches: Sequence[Batch], setting: Setting, jobs: int, run: Run, results: list[Result]
) -> None:
    total, began, done = sum(len(batch.cases) for batch in batches), time.monotonic(), 0

    def told(batch: Batch, found: Sequence[Result]) -> None:
        nonlocal done
        append(run, found)
        results.extend(found)
        done += len(batch.cases)
        took = time.monotonic() - began
        left = took / done * (total - done)
        shown = f"{done} of {total}, {took:.0f} s, about {left:.0f} s left: {batch.suite}"
        print(shown, file=sys.stderr, flush=True)

    run_batches(batches, setting, jobs, told)


def _summary(results: Sequence[Result]) -> None:
    for figure in figures(results):
        outcomes = ", ".join(f"{count} {name}" for name, count in sorted(figure.outcomes.items()))
        low, high = figure.interval
        score = "" if figure.score is None else f" {figure.score:.1%} [{low:.1%}, {high:.1%}]"
        counted = ", ".join(f"{name} {count}" for name, count in sorted(figure.counts.items()))
        print(
            f"{figure.suite:<14} {figure.subject:<15} {figure.part:<9} {figure.cases:>4} cases:"
            f"{score} {outcomes}" + (f" ({counted})" if counted else "")
        )


def _judged(options: argparse.Namespace, results: Sequence[Result]) -> int:
    problems = dishonest(results)
    baseline = BASELINES / f"{options.slice}.jsonl"
    if options.record:
        write_baseline(baseline, results)
    elif options.slice:
        problems += regressions(baseline, results)
    for problem in problems:
        print(f"error: {problem}", file=sys.stderr)
    return int(bool(problems))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m eval")
    add = parser.add_argument
    names = suite_names()
    add("--suite", nargs="+", choices=names, default=[], help="these; all without it")
    add("--only", default="", help="cases whose name holds this")
    add("--split", choices=("dev", "held-out"), help="only these cases")
    add("--slice", choices=("ci",), help="a small part, checked against its baseline")
    add("--record", action="store_true", help="with --slice: write the baseline")
    add("--limit", type=int, help="so many cases of each suite, drawn by the seed")
    add("--seed", type=int, default=0, help="what --limit draws by")
    add("--jobs", type=int, default=os.cpu_count() or 1, help="processes side by side")
    add("--proposer", choices=("rules", "model", "both"), default="rules")
    add("--model", default="", help="the model's name, where --proposer asks for one")
    add("--base-url", default="", help="where it answers")
    add("--peer", nargs="+", choices=PEERS, default=[], help="measured beside")
    add("--no-stand-ins", action="store_true", help="leave out what shows that suites are honest")
    add("--labels", type=Path, help="labelled sites, for the suites that take your own")
    add("--packages", type=Path, help="a directory of the packages that the labels name")
    add("--results", type=Path, default=_RESULTS, help="where each run makes its directory")
    add("--cache", type=Path, default=CACHE, help="where downloads and environments are kept")
    add("--resume", type=Path, metavar="RESULT", help="go on with this run")
    return parser
