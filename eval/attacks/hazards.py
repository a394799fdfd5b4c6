"""Which hazard is covered by what: ``python -m eval.attacks.hazards [--check]``.

Writes `docs/hazards.md`, the table of every known way in which making code async goes wrong: the
checks on the tree that name it and the attacks that plant it, read from where they are written, so
that the page can't fall behind; and what else covers it, as `ELSEWHERE` says. With ``--check`` the
exit code is 1 when the page is not what it would be written as. A hazard that nothing covers is
listed as open.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from eval.attacks.case import read_themes

from refactor_agent.verify.checks import all_checks

__all__ = ["ELSEWHERE", "HAZARDS", "covering", "main", "page"]

PAGE = Path(__file__).parents[2] / "docs/hazards.md"

HAZARDS: Mapping[str, str] = {
    "H-A1": "`await` where no async function is around it",
    "H-A2": "`yield from` or `return value` left in what became an async generator",
    "H-A3": "parentheses missing around an `await` that is then used",
    "H-A4": "a generator expression that awaits, given to a sync consumer",
    "H-A5": "short circuit lost: calls are made that were not",
    "H-A6": "an import above the docstring or `from __future__`",
    "H-A7": "`await` in a default, a decorator or an annotation",
    "H-B1": "a coroutine in a condition is always true",
    "H-B2": "a coroutine compared, formatted or stored as a value",
    "H-B3": "a call whose coroutine nobody awaits",
    "H-B4": "a coroutine made in one place and awaited in another",
    "H-B5": "a command or a framework calls the function and does not await it",
    "H-B6": "a task that nobody keeps or awaits",
    "H-C1": "an async constructor",
    "H-C2": "async `__eq__` or `__contains__`",
    "H-C3": "async `__len__`, `__iter__`, `__bool__` …; `StopIteration` out of a coroutine",
    "H-C4": "async `__exit__`, or an exit that begins to give a true value",
    "H-C5": "async `__del__`",
    "H-C6": "an async property",
    "H-C7": "a hook made async that the base class, or a name put together, still calls plainly",
    "H-C8": "overrides of two colours",
    "H-C9": "a twin that no longer calls what a subclass overrides",
    "H-D1": "a cache around a coroutine function",
    "H-D2": "a hand-written sync wrapper around a coroutine function",
    "H-D3": "a retry that only makes the coroutine",
    "H-D4": "`contextmanager` left on what became async",
    "H-D5": "a coroutine function as `key`, for `map`, `filter`, `sorted`",
    "H-D6": "a coroutine function as a callback, in a table, as a thread's target",
    "H-D7": "a wrapper that hides from a framework that the function is async",
    "H-E1": "a lock of threads, of files or of processes held across an await",
    "H-E2": "a re-entrant lock held across an await",
    "H-E3": "a lock of the loop where threads still need one, or one per call",
    "H-E4": "checked, awaited, then acted",
    "H-E5": "an update lost across an await",
    "H-E6": "shared collections iterated across an await",
    "H-E7": "process-wide state changed across an await, or on a thread beside the loop",
    "H-E8": "state of one task read by another: thread-locals, attributes of shared objects",
    "H-E9": "a transaction of a shared connection open across an await",
    "H-F1": "what was done in order is done at once",
    "H-F2": "a task group's ExceptionGroup passes handlers by",
    "H-F3": "concurrency without a bound",
    "H-F4": "order, limits and conditions that others rely on",
    "H-G1": "clean-up that cancellation passes by",
    "H-G2": "cancellation swallowed",
    "H-G3": "an await in `finally` that is cancelled again; shields",
    "H-G4": "a timeout around a thread, a new limit, a deadline on another clock",
    "H-G5": "handlers for exceptions that can no longer be raised",
    "H-H1": "who reads a generator that became async, and one that collects before it gives",
    "H-H2": "an async stream left early and not closed",
    "H-H3": "`with` and `async with` exchanged",
    "H-H4": "async files read as plain ones",
    "H-H5": "an async client that nobody closes",
    "H-L1": "`asyncio.run` inside a running loop",
    "H-L2": "a client or lock made on one loop and used on another",
    "H-L3": "a client or a loop made for every call",
    "H-L4": "`get_event_loop()` where no loop runs",
    "H-P1": "a public name, value or decision changed",
    "H-P2": "type hints of callbacks and iterators that no longer hold",
    "H-P3": "docs and comments that call the old form, or are lost",
    "H-R1": "redirects", "H-R2": "default timeouts", "H-R3": "the query in the address",
    "H-R4": "parameters that are None", "H-R5": "parameters that are booleans",
    "H-R6": "the bytes of JSON", "H-R7": "a response's truth", "H-R8": "which statuses raise",
    "H-R9": "the encoding of text", "H-R10": "attributes that are missing",
    "H-R11": "arguments that are missing", "H-R12": "lists of pairs and text files as data",
    "H-R13": "exceptions of the old library", "H-R14": "exceptions of a sibling library",
    "H-R15": "a session's headers and cookies, one client for all",
    "H-R16": "aiohttp's own ways", "H-R17": "the pool of another version",
    "H-S1": "delays: below zero, left out, put in place of work",
    "H-S2": "a subprocess without its arguments",
    "H-S3": "a subprocess that outlives its timeout",
    "H-S4": "whether a subprocess is checked", "H-S5": "files read line by line in hops",
    "H-S6": "pacing that assumed one caller",
    "H-T1": "the default executor is small", "H-T2": "the executor that resolves names is full",
    "H-T3": "objects that only one thread may use", "H-T4": "objects that are not thread-safe",
    "H-T5": "context variables set on a thread", "H-T6": "one thread for all of Django's calls",
    "H-T7": "hops smaller than their cost", "H-T8": "a queue of hops without a bound",
    "H-W1": "a handler on the loop that still blocks", "H-W2": "dependencies of handlers",
    "H-W3": "Django's ORM in async code", "H-W4": "attributes loaded lazily by an ORM",
    "H-W5": "an extra that async needs and nobody declares",
    "H-W6": "one session in several tasks", "H-W7": "frameworks that gain nothing",
    "H-W8": "an async method that hides a thread or blocks",
    "H-X1": "an async test in a plain TestCase",
    "H-X2": "a test that calls a coroutine, and is green",
    "H-X3": "warnings switched off", "H-X4": "a test that is skipped now",
    "H-X5": "tests that are gone", "H-X6": "a mock that can't be awaited",
    "H-X7": "asserted as called, never awaited", "H-X8": "a patch of what is no longer called",
    "H-X9": "fixtures on another loop", "H-X10": "changed lines that no test runs",
    "H-X11": "tests that assert less",
}  # fmt: skip

ELSEWHERE: Mapping[str, str] = {
    "H-A1": "compile", "H-A2": "compile; plan refuses generators it can't convert",
    "H-B3": "tests: never awaited", "H-B5": "tests: never awaited",
    "H-B6": "tests: what asyncio complains of",
    "H-C1": "plan refuses special methods", "H-C6": "plan refuses properties",
    "H-C7": "plan colours whole families, or refuses open ones",
    "H-C9": "a note with each twin of a public method", "H-G3": "a note with each such await",
    "H-D2": "plan refuses decorators it does not know",
    "H-E3": "plan refuses locks that sync code shares",
    "H-H1": "plan converts consumers, or refuses",
    "H-L2": "plan refuses clients that escape",
    "H-P1": "plan makes twins of public functions, unless told otherwise",
    "H-R10": "tests",
    "H-R12": "tests", "H-R16": "tests",
    "H-S2": "tests", "H-T1": "the boundary module has its own bounded pool",
    "H-T2": "the boundary module has its own bounded pool", "H-T3": "plan refuses to offload them",
    "H-T4": "plan refuses to offload them", "H-T7": "plan refuses hops smaller than their cost",
    "H-T8": "the boundary module has its own bounded pool",
    "H-W1": "tests: loop probe; load", "H-W2": "plan; tests: loop probe", "H-W3": "tests",
    "H-W4": "tests", "H-W8": "tests: loop probe",
    "H-X1": "tests: never awaited", "H-X2": "tests: never awaited", "H-X4": "tests: outcomes",
    "H-X5": "tests: collected ids", "H-X6": "tests", "H-X7": "tests: never awaited",
    "H-X8": "tests: the network is closed", "H-X9": "tests",
    "H-X10": "coverage of changed lines",
}  # fmt: skip
"""What covers a hazard other than a check on the tree."""


def covering() -> Mapping[str, list[str]]:
    """Give, for each hazard, the names of the checks that name it."""
    found: dict[str, list[str]] = defaultdict(list)
    for check in all_checks():
        for hazard in check.hazards:
            found[hazard].append(check.name)
    return found


def page() -> str:
    """Give the text of the page."""
    checks = covering()
    attacks = Counter(
        case.hazard for theme in read_themes() for case in theme.cases if case.expect == "caught"
    )
    return "\n".join([*_head(), *_table(checks, attacks), "", *_open(checks), "", *_checks(), ""])


def _head() -> Iterator[str]:
    yield "<!-- Written by `python -m eval.attacks.hazards`; edit the checks, not this page. -->"
    yield "# Hazards, and what covers them"
    yield ""
    yield "Every known way in which making Python code async goes wrong. *Checks* look at the tree"
    yield "before and after; *attacks* are wrong conversions that plant it and go through the whole"
    yield "gate; *elsewhere* is what covers it besides."
    yield ""


def _table(checks: Mapping[str, list[str]], attacks: Mapping[str, int]) -> Iterator[str]:
    yield "| hazard | | checks | attacks | elsewhere |"
    yield "|---|---|---|---|---|"
    for hazard, title in HAZARDS.items():
        names = ", ".join(f"`{name}`" for name in checks.get(hazard, ()))
        count = attacks.get(hazard, 0) or ""
        yield f"| {hazard} | {title} | {names} | {count} | {ELSEWHERE.get(hazard, '')} |"


def _open(checks: Mapping[str, list[str]]) -> Iterator[str]:
    yield "## Open"
    yield ""
    yield "Neither a check nor anything else covers these; tests may, where there are any."
    yield ""
    opened = [name for name in HAZARDS if name not in checks and name not in ELSEWHERE]
    for hazard in opened:
        yield f"- {hazard}: {HAZARDS[hazard]}"
    if not opened:
        yield "None. What checks see in part only, [verification](verification.md) says."


def _checks() -> Iterator[str]:
    yield "## The checks"
    yield ""
    yield "| check | says of what it lets through | hazards | examples: refused, passed |"
    yield "|---|---|---|---|"
    for check in all_checks():
        refused = sum(bool(example.says) for example in check.examples)
        passed = len(check.examples) - refused
        hazards, reason = ", ".join(check.hazards), check.reason
        doubt = " (a doubt)" if check.level == "doubtful" else ""
        yield f"| `{check.name}`{doubt} | {reason} | {hazards} | {refused}, {passed} |"


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the page, or say whether it is as it would be written."""
    parser = argparse.ArgumentParser(prog="python -m eval.attacks.hazards", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if it differs")
    text = page()
    if parser.parse_args(arguments).check:
        same = PAGE.is_file() and PAGE.read_text(encoding="utf-8") == text
        if not same:
            print(f"{PAGE.name} is out of date: python -m eval.attacks.hazards", file=sys.stderr)
        return int(not same)
    PAGE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
