"""Mutants of the right conversions of the attack battery, through the real gate.

``python -m eval.mutants [--only TEXT] [--operator NAME] [--limit N] [--jobs N] [--json FILE]``

A mutant is killed when it does not come out verified. Prints the kill rate of each operator, and
each mutant that lived; some of these are no mistakes (a dropped await in front of a value that is
not awaitable, say), which only a reader can tell.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from eval.attacks.case import Case, Theme, read_themes
from eval.attacks.judge import Result, judge_theme
from eval.mutants.cases import mutated_cases
from eval.mutants.operators import OPERATORS

from refactor_agent.rulebook import load_rulebook

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Judge the mutants and print the table; exit code 0 whatever lived: a reader decides."""
    options = _parser().parse_args(arguments)
    themes = read_themes()
    pattern = re.compile(options.only, re.IGNORECASE)
    chosen = [
        (theme, case)
        for theme in themes
        for case in mutated_cases(theme)
        if pattern.search(case.name) and options.operator in (None, _operator(case))
    ]
    if options.limit and options.limit < len(chosen):
        chosen = [chosen[n * len(chosen) // options.limit] for n in range(options.limit)]
    results = asyncio.run(_judge(chosen, options.jobs))
    if options.json:
        options.json.write_text("".join(_record(result) for result in results), encoding="utf-8")
    print(*_table(results), sep="\n")
    return 0


def _operator(case: Case) -> str:
    return case.fields["hazard"]


async def _judge(chosen: Sequence[tuple[Theme, Case]], jobs: int) -> list[Result]:
    results: list[Result] = []
    rulebook = await asyncio.to_thread(load_rulebook)
    turns = asyncio.Semaphore(jobs)
    cases: dict[str, list[Case]] = defaultdict(list)
    themes = {theme.name: theme for theme, _ in chosen}
    for theme, case in chosen:
        cases[theme.name].append(case)

    def told(result: Result) -> None:
        results.append(result)
        print(f"{result.outcome:<10} {result.layer:<28} {result.case.name}", flush=True)

    with tempfile.TemporaryDirectory(prefix="mu-") as directory:
        for name, theme in themes.items():  # one after the other: each keeps all jobs busy
            await judge_theme(
                theme, cases[name], Path(directory), rulebook=rulebook, turns=turns, told=told
            )
    return results


def _table(results: Sequence[Result]) -> Iterator[str]:
    yield f"\n{'operator':<24} {'killed':>12}  failed  unverified  lived"
    for operator in OPERATORS:
        outcomes = Counter(r.outcome for r in results if _operator(r.case) == operator)
        if outcomes:
            yield _row(operator, outcomes)
    yield _row("all", Counter(result.outcome for result in results))
    for result in results:
        if result.outcome == "verified":
            yield f"lived: {result.case.name}"


def _row(name: str, outcomes: Counter[str]) -> str:
    lived, failed, doubted = (outcomes[o] for o in ("verified", "failed", "unverified"))
    count = outcomes.total()
    rate = f"{count - lived} of {count}"
    return f"{name:<24} {rate:>12}  {failed:>6}  {doubted:>10}  {lived:>5}"


def _record(result: Result) -> str:
    record = {
        "operator": _operator(result.case),
        "case": result.case.name,
        "outcome": result.outcome,
        "layer": result.layer,
        "seconds": round(result.seconds, 2),
    }
    return json.dumps(record) + "\n"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m eval.mutants", description=__doc__)
    parser.add_argument("--only", default="", help="mutants whose name matches")
    parser.add_argument("--operator", choices=list(OPERATORS), help="this operator alone")
    parser.add_argument("--limit", type=int, help="so many mutants, spread over all")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="side by side")
    parser.add_argument("--json", type=Path, help="write one JSON line per mutant to this file")
    return parser


if __name__ == "__main__":
    sys.exit(main())
