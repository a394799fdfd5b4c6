"""Small constructs of the language, each asked alone: is what blocks found, with its chain?

A point is an expected region: the right line of the right async function, with the right chain.
A case is right when all of its regions are found and nothing else is reported. Cases whose code
does not block have no points to win; what is reported there is an alarm, and the case is wrong.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from eval.locate.finding import Finding, Package
from eval.locate.peers import Peers
from eval.runs.values import NULL, PERFECT, SUBJECT, Case, Result, Setting, digest
from eval.suites.locate_micro.construct import CASES, Construct, read_constructs

from refactor_agent.locate import locate
from refactor_agent.project import open_project
from refactor_agent.rulebook import load_rulebook

__all__ = ["ABOUT", "NAME", "Locator", "asked_of", "cases", "locators", "run"]

NAME = "locate-micro"
ABOUT = "Small constructs: a point is an expected region with its chain; alarms spoil a case."

Locator = Callable[[Construct, Path], list[Finding]]
_BATCH = 40


def cases(setting: Setting) -> list[Case]:
    """Give one case per file."""
    return [
        Case(
            found.id, found.split, found.area, digest(found.text), f"batch {number // _BATCH}",
            ci=True,
        )
        for number, found in enumerate(read_constructs(setting.cases or CASES))
    ]  # fmt: skip


def run(asked: Sequence[Case], setting: Setting) -> Iterator[Result]:
    """Ask every locator about every case."""
    known = {found.id: found for found in read_constructs(setting.cases or CASES)}
    subjects = locators(setting)
    for case in asked:
        for subject, locator in subjects.items():
            yield asked_of(NAME, case, known[case.id], subject, locator)


def locators(setting: Setting) -> dict[str, Locator]:
    """Give what is asked, by the name it has in results."""
    rulebook = load_rulebook()

    def ours(_: Construct, root: Path) -> list[Finding]:
        regions = locate(open_project(root), rulebook).regions
        return [
            Finding(hop.site.file, hop.site.span.line, region.rule, region.chain)
            for region in regions
            for hop in region.hops[:1]
        ]

    found: dict[str, Locator] = {SUBJECT: ours}
    if setting.stand_ins:
        found[NULL] = lambda _construct, _root: []
        found[PERFECT] = lambda construct, _: list(construct.expected)
    if setting.peers:
        tools = Peers(setting.cache / "linters").tools
        found.update((name, _peer(tools[name])) for name in setting.peers if name in tools)
    return found


def _peer(tool: Callable[[Package], list[Finding]]) -> Locator:
    return lambda _construct, root: tool(Package("case", str(root)))


def asked_of(
    suite: str, case: Case, construct: Construct, subject: str, locator: Locator
) -> Result:
    """Ask one locator about one case of ``suite``."""
    with tempfile.TemporaryDirectory() as place:
        root = Path(place).resolve()
        construct.write(root)
        began = time.monotonic()
        found = locator(construct, root)
        seconds = time.monotonic() - began
    missed = [one for one in construct.expected if not any(meets(f, one) for f in found)]
    alarms = [one for one in found if not any(meets(one, want) for want in construct.expected)]
    hits = len(construct.expected) - len(missed)
    reasons = [f"missed {_told(one)}" for one in missed] + [f"alarm {_told(one)}" for one in alarms]
    return Result(
        suite, case.id, case.split, case.group, case.digest,
        "wrong" if reasons else "right",
        subject, hits, len(construct.expected),
        _counts(len(missed), len(alarms), len(construct.expected)),
        "; ".join(reasons), seconds,
    )  # fmt: skip


def _counts(missed: int, alarms: int, expected: int) -> dict[str, int]:
    """Count; a case in which nothing can be found is passed by who does nothing: vacuously."""
    counts = {"missed": missed, "alarms": alarms, "vacuous": int(not expected and not alarms)}
    return {name: count for name, count in counts.items() if count}


def meets(found: Finding, expected: Finding) -> bool:
    """Say whether a finding is the expected one; linters tell no chain, so their place counts."""
    if (found.file, found.line) != (expected.file, expected.line):
        return False
    if not found.chain:
        return True
    same_end = found.chain[-1].rpartition(".")[2] == expected.chain[-1].rpartition(".")[2]
    return same_end and _same_way(found.chain[:-1], expected.chain[:-1])


def _same_way(chain: tuple[str, ...], expected: tuple[str, ...]) -> bool:
    """Compare chains without their ends; ``*`` stands for any functions, or none.

    The second function of one name in a scope has a number with the scan; here it is one name.
    """
    found = tuple(name.partition("#")[0] for name in chain)
    if "*" not in expected:
        return found == expected
    middle = expected.index("*")
    before, behind = expected[:middle], expected[middle + 1 :]
    long_enough = len(found) >= len(before) + len(behind)
    return long_enough and found[:middle] == before and found[len(found) - len(behind) :] == behind


def _told(finding: Finding) -> str:
    return f"{finding.file}:{finding.line} {' > '.join(finding.chain) or finding.code}"
