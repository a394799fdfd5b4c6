"""Run the attacks: ``python -m eval.attacks [--only TEXT] [--limit N] [--jobs N] [--json FILE]``.

With ``--resume`` what the file holds of the same cases and the same gate is not judged again.

Exit code 0 when no wrong conversion comes out verified and no right one is refused.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from eval.attacks.case import Case, Theme, read_themes
from eval.attacks.judge import Result, judge_theme
from eval.attacks.kept import Kept
from eval.attacks.table import by_hazard, line_of, totals

from refactor_agent.rulebook import load_rulebook

__all__ = ["main"]

Chosen = list[tuple[Theme, list[Case]]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what is asked for and print what came of it."""
    options = _parser().parse_args(arguments)
    chosen = _choose(read_themes(), options.only, options.limit)
    if options.list:
        for theme, cases in chosen:
            for case in cases:
                print(f"{case.expect:<9} {case.hazard:<7} {theme.name}: {case.title}")
        return 0
    began = time.monotonic()
    kept = Kept(options.json, resume=options.resume)
    results = asyncio.run(_run(chosen, options.jobs, kept))
    results.sort(key=lambda result: (result.case.expect, result.case.name))
    print("\n", *(f"{line}\n" for line in by_hazard(results)), sep="")
    print(*totals(results), sep="\n")
    print(f"{len(results)} cases in {time.monotonic() - began:.0f} s")
    return int(any(not result.right and not result.case.known for result in results))


async def _run(chosen: Chosen, jobs: int, kept: Kept) -> list[Result]:
    results: list[Result] = []
    rulebook = await asyncio.to_thread(load_rulebook)
    turns, themes = asyncio.Semaphore(jobs), asyncio.Semaphore(jobs)

    async def one(theme: Theme, cases: list[Case], place: Path) -> None:
        def told(result: Result) -> None:
            results.append(result)
            kept.add(theme, result)
            print(line_of(result), flush=True)

        known, left = await asyncio.to_thread(kept.parted, theme, cases)
        results.extend(known)
        if left:
            async with themes:
                await judge_theme(theme, left, place, rulebook=rulebook, turns=turns, told=told)

    with tempfile.TemporaryDirectory(prefix="at-") as directory:
        async with asyncio.TaskGroup() as group:
            for theme, cases in chosen:
                group.create_task(one(theme, cases, Path(directory)))
    return results


def _choose(themes: list[Theme], only: str, limit: int | None) -> Chosen:
    """Give the cases by theme; with a limit, every so many, so that all kinds are among them."""
    pattern = re.compile(only, re.IGNORECASE)
    pairs = [
        (theme, case)
        for theme in themes
        for case in theme.cases
        if pattern.search(f"{case.name} {case.hazard}")
    ]
    if limit is not None and limit < len(pairs):
        pairs = [pairs[number * len(pairs) // limit] for number in range(limit)]
    return [
        (theme, [case for owner, case in pairs if owner is theme])
        for theme in themes
        if any(owner is theme for owner, _ in pairs)
    ]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m eval.attacks", description=__doc__)
    parser.add_argument("--only", default="", help="cases whose name or hazard matches")
    parser.add_argument("--limit", type=int, help="so many cases, spread over all")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="side by side")
    parser.add_argument("--json", type=Path, help="write one JSON line per case to this file")
    parser.add_argument("--resume", action="store_true", help="keep what that file knows already")
    parser.add_argument("--list", action="store_true", help="name the cases and stop")
    return parser


if __name__ == "__main__":
    sys.exit(main())
