"""Runs the cases of suites side by side, batch by batch."""

from __future__ import annotations

import multiprocessing
import random
import signal
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace

from eval.runs.suite import Suite, find_suite
from eval.runs.values import CUT_OFF, Case, Result, Setting

__all__ = ["Batch", "choose", "make_batches", "run_batches"]

Done = set[tuple[str, str, str]]
_SHARE = 50
"""Batches that a process runs, about."""


@dataclass(frozen=True)
class Batch:
    """Cases of one suite that run in one process."""

    suite: str
    cases: tuple[Case, ...]


def choose(cases: Sequence[Case], limit: int | None, seed: int) -> list[Case]:
    """Give ``limit`` cases drawn at random, the same for the same seed, in their own order."""
    if limit is None or limit >= len(cases):
        return list(cases)
    drawn = random.Random(seed).sample(range(len(cases)), limit)  # noqa: S311 - no secret
    return [cases[number] for number in sorted(drawn)]


def make_batches(suite: Suite, cases: Sequence[Case], done: Done) -> Iterator[Batch]:
    """Give what is still to be asked; a case with a batch of its own name runs alone."""
    gathered: dict[str, list[Case]] = {}
    for case in cases:
        if (suite.NAME, case.id, case.digest) not in done:
            gathered.setdefault(case.batch or case.id, []).append(case)
    for batch in gathered.values():
        yield Batch(suite.NAME, tuple(batch))


def run_batches(
    batches: Sequence[Batch],
    setting: Setting,
    jobs: int,
    told: Callable[[Batch, Sequence[Result]], None],
) -> None:
    """Run ``jobs`` batches side by side, and tell the results of each as it ends.

    Processes are started anew, and after some batches once more: what a suite leaves in one can't
    reach another, and doesn't pile up. `ProcessPoolExecutor` could do so by itself, but with
    ``max_tasks_per_child`` it waits forever once all of its processes have had their share
    (https://github.com/python/cpython/issues/115634). Ctrl-C ends them without a word each; the
    results that were told are complete.
    """
    share = _SHARE * jobs
    for start in range(0, len(batches), share):
        _run_share(batches[start : start + share], setting, jobs, told)


def _run_share(
    batches: Sequence[Batch],
    setting: Setting,
    jobs: int,
    told: Callable[[Batch, Sequence[Result]], None],
) -> None:
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, context, signal.signal, (signal.SIGINT, signal.SIG_DFL)) as pool:
        running: dict[Future[list[Result]], Batch] = {
            pool.submit(run_batch, batch, setting): batch for batch in batches
        }
        try:
            for ended in as_completed(running):
                told(running[ended], ended.result())
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            for child in multiprocessing.active_children():  # else it goes on with its batch
                child.terminate()
            raise


def run_batch(batch: Batch, setting: Setting) -> list[Result]:
    """Run one batch here; a suite that breaks gives errors, and leaves its words.

    This is the border to what suites run: any fault is one of the case, never of the run.
    """
    began = time.monotonic()
    results: list[Result] = []
    try:
        results.extend(find_suite(batch.suite).run(batch.cases, setting))
    except Exception as fault:  # noqa: BLE001 - kept whole, below, and counted apart
        text = "".join(traceback.format_exception(fault))
        asked = {result.case for result in results}
        took = time.monotonic() - began
        without = [case for case in batch.cases if case.id not in asked]
        results.extend(_error(batch.suite, case, text, setting, took) for case in without)
        if not without:
            last = next(case for case in batch.cases if case.id == results[-1].case)
            results.append(replace(_error(batch.suite, last, text, setting, took), subject=CUT_OFF))
    return results


def _error(suite: str, case: Case, text: str, setting: Setting, seconds: float) -> Result:
    name = f"{suite}-{case.digest}"
    place = setting.artefacts / name
    place.mkdir(parents=True, exist_ok=True)
    (place / "traceback.txt").write_text(text, encoding="utf-8")
    return Result(
        suite, case.id, case.split, case.group, case.digest, "error",
        reason=text.strip().splitlines()[-1], seconds=seconds, artefact=name,
    )  # fmt: skip
