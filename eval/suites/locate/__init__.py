"""Sites in real packages that were labelled by reading: is what blocks found, and nothing else?

A point is a site that blocks and is reported at its line, with its chain where a tool tells one. A
site that only looks as if it blocked has no point to win; a report there is an alarm, and the case
is wrong. What a tool reports elsewhere is neither counted for nor against it: nobody read that.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from eval.locate.finding import Finding, Package
from eval.locate.labels import Label, meets
from eval.locate.ours import scan
from eval.locate.peers import Peers
from eval.runs.size import python_lines
from eval.runs.values import NULL, PERFECT, SUBJECT, Case, Result, Setting
from eval.suites.locate.labelled import Labelled, Site, labelled

__all__ = ["ABOUT", "NAME", "cases", "run"]

NAME = "locate"
ABOUT = "Labelled sites of real packages: a point is a site that blocks, found with its chain."

Locator = Callable[[Package], Sequence[Finding]]


def cases(setting: Setting) -> list[Case]:
    """Give one case per site; those of one package are asked together."""
    return [
        Case(
            _id(package, site), package.split, site.kind, package.digest(site), package.name,
            needs=() if package.directory else ("network",),
        )
        for package in labelled(setting)
        for site in package.sites
    ]  # fmt: skip


def _id(package: Labelled, site: Site) -> str:
    last = site.chain[-1].rpartition(".")[2]
    return f"{package.name} {site.file}:{site.line} {last} {site.kind}"


def run(asked: Sequence[Case], setting: Setting) -> Iterator[Result]:
    """Scan one package with each tool, then look at each site."""
    package = next(one for one in labelled(setting) if one.name == asked[0].batch)
    sites = {_id(package, site): site for site in package.sites}
    root = package.root(setting.cache)
    source, lines = Package(package.name, str(root)), python_lines(root)
    for subject, locator in _locators(package, setting).items():
        began = time.monotonic()
        found = locator(source)
        share = (time.monotonic() - began) / len(asked)
        for case in asked:
            yield replace(_result(case, sites[case.id], subject, found, share), lines=lines)


def _locators(package: Labelled, setting: Setting) -> dict[str, Locator]:
    locators: dict[str, Locator] = {SUBJECT: scan}
    if setting.stand_ins:
        locators[NULL] = lambda _: []
        locators[PERFECT] = lambda _: [
            Finding(site.file, site.line, "read", site.chain)
            for site in package.sites
            if site.kind != "negative"
        ]
    if setting.peers:
        tools = Peers(setting.cache / "linters").tools
        locators.update((name, tools[name]) for name in setting.peers if name in tools)
    return locators


def _result(
    case: Case, site: Site, subject: str, found: Sequence[Finding], seconds: float
) -> Result:
    label = Label("", site.file, site.line, site.kind, site.chain)
    hit = next((finding for finding in found if meets(finding, label)), None)
    blocks = site.kind != "negative"
    right = (hit is not None) == blocks
    counts = {"missed": int(blocks and not right), "alarms": int(not blocks and not right)}
    if not blocks and right:
        counts["vacuous"] = 1
    return Result(
        NAME, case.id, case.split, case.group, case.digest, "right" if right else "wrong",
        subject, float(blocks and right), float(blocks),
        {name: count for name, count in counts.items() if count},
        "" if right else _reason(site, found), seconds,
    )  # fmt: skip


def _reason(site: Site, found: Sequence[Finding]) -> str:
    here = [one for one in found if (one.file, one.line) == (site.file, site.line)]
    told = "; ".join(" > ".join(one.chain) or one.code for one in here) or "nothing"
    want = " > ".join(site.chain) if site.kind != "negative" else f"nothing ({site.note})"
    return f"read: {want}; reported: {told}"
