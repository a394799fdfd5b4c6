"""The command line that runs suites."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from eval.runs.baseline import BASELINES, regressions, write_baseline
from eval.runs.figures import dishonest, figures
from eval.runs.model import ready_model
from eval.runs.options import checked, parser
from eval.runs.results import Run, RunError, append, create, cut_torn, make_header, read_run
from eval.runs.resumed import with_first_options
from eval.runs.runner import Batch, choose, make_batches, run_batches
from eval.runs.suite import OTHER_WAYS, Suite, find_suite, suite_names
from eval.runs.values import Case, Result, Setting

__all__ = ["main"]

_STOPPED = 130
"""What a shell calls a program that Ctrl-C ended."""


def main(arguments: Sequence[str]) -> int:
    """Run suites; 0 when all is as recorded, 1 for a regression, 2 for wrong input, 130 stopped."""
    options = checked(parser(), arguments)
    try:
        return _run(with_first_options(options), arguments)
    except RunError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2


def _run(options: argparse.Namespace, arguments: Sequence[str]) -> int:
    setting = _setting(options)
    asked = [(suite, _chosen(suite, setting, options)) for suite in _suites(options)]
    if not any(cases for _, cases in asked):
        raise RunError("no case is as the options want it; a shorter --only finds more")
    run = _open(options, arguments, {suite.NAME: len(cases) for suite, cases in asked})
    setting = replace(setting, artefacts=(run.path / "artefacts").resolve())
    batches = [batch for suite, cases in asked for batch in make_batches(suite, cases, run.done)]
    results = list(run.results)
    try:
        _progress(batches, setting, options.jobs, run, results)
    except KeyboardInterrupt:
        print(f"stopped; python -m eval --resume {run.path} goes on", file=sys.stderr)
        return _STOPPED
    _summary(results)
    print(run.path)
    return _judged(options, results)


def _suites(options: argparse.Namespace) -> list[Suite]:
    """Import what was asked for; cases of one's own are of one suite."""
    names = options.suite or suite_names()
    if options.cases and len(names) != 1:
        raise RunError("--cases goes with one --suite, whose cases they are")
    if options.cases and names[0] in OTHER_WAYS:
        raise RunError(f"{names[0]} takes what is yours by {OTHER_WAYS[names[0]]}")
    return [find_suite(name) for name in names]


def _chosen(suite: Suite, setting: Setting, options: argparse.Namespace) -> list[Case]:
    try:
        found = suite.cases(setting)
    except ValueError as error:
        raise RunError(f"{suite.NAME}: {error}") from error
    if options.cases and not found:
        raise RunError(f"{options.cases} holds no case of {suite.NAME}")
    return choose([case for case in found if _wanted(case, options)], options.limit, options.seed)


def _open(options: argparse.Namespace, arguments: Sequence[str], cases: Mapping[str, int]) -> Run:
    header = {**make_header(vars(options), arguments, options.seed), "cases": cases}
    if options.resume is None:
        return create(options.results, header)
    run = read_run(options.resume)
    if run.header["commit"] != header["commit"]:
        raise RunError(f"{run.path} is of commit {run.header['commit']}; start anew")
    for name in ("rules", "prompts"):
        if run.header[name] != header[name]:
            raise RunError(f"{run.path} was begun with other {name}; start anew")
    cut_torn(run)
    return run


def _setting(options: argparse.Namespace) -> Setting:
    """Give what suites need to know, but for where artefacts go: the run has no place yet."""
    if bool(options.labels) != bool(options.packages) and options.suite == ["locate"]:
        raise RunError("sites of your own need both, --labels and --packages")
    return Setting(
        artefacts=Path(),
        cache=options.cache.resolve(),
        proposer=options.proposer,
        model=ready_model(options.proposer, options.model, options.base_url),
        base_url=options.base_url,
        price=tuple(options.price) if options.price else None,
        peers=tuple(options.peer),
        stand_ins=not options.no_stand_ins,
        cases=options.cases,
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
        found = [replace(result, load=round(os.getloadavg()[0], 1)) for result in found]
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
        whole = not (options.only or options.limit or options.split)
        problems += regressions(baseline, results, whole=whole)
    for problem in problems:
        print(f"error: {problem}", file=sys.stderr)
    return int(bool(problems))
