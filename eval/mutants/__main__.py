"""Mutants of the right conversions of the attack battery, through the real gate.

``python -m eval.mutants [--only TEXT] [--operator NAME] [--sample N] [--jobs N] [--json FILE]``

A mutant is killed when it does not come out verified. Prints for each operator how many were killed
and by what, and each mutant that lived; some of these are no mistakes (a dropped await in front of
a value that is not awaitable, say), which only a reader can tell. ``--sample N`` draws up to N of
each operator, the same ones each time for one ``--seed``.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import re
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from eval.attacks.case import Case, Theme, read_themes
from eval.attacks.judge import Result, judge_theme
from eval.attacks.kept import Kept
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
    if options.sample:
        chosen = _sample(chosen, options.sample, options.seed)
    print(f"{len(chosen)} mutants", flush=True)
    kept = Kept(options.json, resume=options.resume)
    results = asyncio.run(_judge(chosen, options.jobs, kept))
    print(*_table(results), sep="\n")
    return 0


def _operator(case: Case) -> str:
    return case.fields["hazard"]


def _sample(
    chosen: Sequence[tuple[Theme, Case]], count: int, seed: int
) -> list[tuple[Theme, Case]]:
    """Draw up to ``count`` of each operator; a longer sample holds the shorter one."""
    drawn: dict[str, int] = Counter()
    order = list(range(len(chosen)))
    random.Random(seed).shuffle(order)  # noqa: S311 - drawn to be drawn again, not to be secret
    kept = []
    for place in order:
        operator = _operator(chosen[place][1])
        drawn[operator] += 1
        if drawn[operator] <= count:
            kept.append(place)
    return [chosen[place] for place in sorted(kept)]


async def _judge(chosen: Sequence[tuple[Theme, Case]], jobs: int, kept: Kept) -> list[Result]:
    results: list[Result] = []
    rulebook = await asyncio.to_thread(load_rulebook)
    turns = asyncio.Semaphore(jobs)
    cases: dict[str, list[Case]] = defaultdict(list)
    themes = {theme.name: theme for theme, _ in chosen}
    for theme, case in chosen:
        cases[theme.name].append(case)

    async def one(theme: Theme, place: Path) -> None:
        def told(result: Result) -> None:
            results.append(result)
            kept.add(theme, result)
            print(f"{result.outcome:<10} {result.layer:<28} {result.case.name}", flush=True)

        known, left = kept.parted(theme, cases[theme.name])
        results.extend(known)
        if left:
            await judge_theme(theme, left, place, rulebook=rulebook, turns=turns, told=told)

    with tempfile.TemporaryDirectory(prefix="mu-") as directory:
        for theme in themes.values():  # one after the other: each keeps all jobs busy
            await one(theme, Path(directory))
    return results


def _table(results: Sequence[Result]) -> Iterator[str]:
    yield f"\n{'operator':<24} {'killed':>12}  failed  unverified  lived  by"
    for operator in OPERATORS:
        found = [result for result in results if _operator(result.case) == operator]
        if found:
            yield _row(operator, found)
    yield _row("all", results)
    for result in results:
        if result.outcome == "verified":
            yield f"lived: {result.case.name}"


def _row(name: str, results: Sequence[Result]) -> str:
    outcomes = Counter(result.outcome for result in results)
    lived, failed, doubted = (outcomes[o] for o in ("verified", "failed", "unverified"))
    layers = Counter(result.layer for result in results if result.layer)
    shown = ", ".join(f"{layer} {count}" for layer, count in layers.most_common())
    rate = f"{len(results) - lived} of {len(results)}"
    return f"{name:<24} {rate:>12}  {failed:>6}  {doubted:>10}  {lived:>5}  {shown}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m eval.mutants", description=__doc__)
    parser.add_argument("--only", default="", help="mutants whose name matches")
    parser.add_argument("--operator", choices=list(OPERATORS), help="this operator alone")
    parser.add_argument("--sample", type=int, help="so many mutants of each operator")
    parser.add_argument("--seed", type=int, default=1, help="which ones are drawn")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="side by side")
    parser.add_argument("--json", type=Path, help="write one JSON line per mutant to this file")
    parser.add_argument("--resume", action="store_true", help="keep what that file knows already")
    return parser


if __name__ == "__main__":
    sys.exit(main())
