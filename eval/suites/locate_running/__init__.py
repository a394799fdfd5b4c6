"""Small constructs that can be run without arguments: what is seen of them when they run?

The cases are those of `locate-micro` that need nothing but the standard library, and whose async
functions can be called as they are. Only these can be asked of a tool that watches running code:
`--peer blockbuster` calls each function under blockbuster and takes the place in the innermost
async function from the error that it raises. Points and alarms are those of `locate-micro`;
blockbuster tells no chain, so its place counts. It stops at the first call of a function that
blocks, and can't see what a construct never calls, or catches.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from eval.locate.blockbuster import DRIVER, Blockbuster
from eval.locate.finding import Finding
from eval.runs.values import Case, Result, Setting, digest
from eval.suites.locate_micro import Locator, asked_of, locators
from eval.suites.locate_micro.construct import CASES, Construct, read_constructs
from eval.suites.locate_running.callable import entries_of

__all__ = ["ABOUT", "NAME", "cases", "run"]

NAME = "locate-running"
ABOUT = "Constructs that run as they are: a point is an expected region that is seen, alarms spoil."
_BATCH = 40


def cases(setting: Setting) -> list[Case]:
    """Give one case per construct that can be run."""
    driver = DRIVER.read_bytes()
    able = [found for found in read_constructs(setting.cases or CASES) if entries_of(found)]
    return [
        Case(found.id, found.split, found.area, digest(found.text, driver), f"b {number // _BATCH}")
        for number, found in enumerate(able)
    ]


def run(asked: Sequence[Case], setting: Setting) -> Iterator[Result]:
    """Ask the scan, and blockbuster where it is wanted."""
    known = {found.id: found for found in read_constructs(setting.cases or CASES)}
    subjects = dict(locators(setting))
    if "blockbuster" in setting.peers:
        subjects["blockbuster"] = _watched(setting.cache)
    for case in asked:
        for subject, locator in subjects.items():
            yield asked_of(NAME, case, known[case.id], subject, locator)


def _watched(cache: Path) -> Locator:
    peer = Blockbuster(cache)

    def locate(construct: Construct, root: Path) -> list[Finding]:
        return peer.run(root, entries_of(construct))

    return locate
