"""What the checks on the tree alone say of the attacks, without a test of the target.

``python -m eval.attacks.on_tree [--only TEXT]`` takes a fraction of what the whole gate takes. A
wrong conversion that no check speaks of is named: imports, tests and coverage may still catch it,
which ``python -m eval.attacks --only NAME`` shows. Cases of loops that a person asked to run at
once are left out. The exit code is 1 when a check objects to a right one that must be verified.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from eval.attacks.case import Case, Theme, read_themes
from eval.attacks.change import make_change
from eval.attacks.judge import write_theme

from refactor_agent.errors import PatchConflictError
from refactor_agent.locate import locate
from refactor_agent.plan import make_plan
from refactor_agent.project import open_project
from refactor_agent.rulebook import RuleBook, load_rulebook
from refactor_agent.tree import Tree
from refactor_agent.verify import remember_located
from refactor_agent.verify.checks import run_checks
from refactor_agent.verify.context import Context

__all__ = ["main", "said_of"]


class Said(NamedTuple):
    """What the checks say of a case."""

    case: Case
    failures: tuple[str, ...]
    doubts: tuple[str, ...]

    @property
    def outcome(self) -> str:
        """What the gate says at best: what is open may still fail."""
        return "failed" if self.failures else "unverified" if self.doubts else "open"


def said_of(theme: Theme, cases: Sequence[Case], place: Path, rulebook: RuleBook) -> Iterator[Said]:
    """Run the checks over ``cases`` of ``theme``, whose project is written under ``place``."""
    root = place / theme.name
    write_theme(theme, root)
    project = open_project(root)
    modules = {source.file: source.module for source in project.sources.files}
    locator = remember_located(lambda tree: locate(project, rulebook, changes=tree.changes))
    tree = Tree(project.root)
    located = locator(tree)
    planned = make_plan(located, rulebook, project).change_sets
    for case in cases:
        try:
            change = make_change(theme, case, tree, modules, located.regions, planned_sets=planned)
        except PatchConflictError:
            yield Said(case, ("splice",), ())
            continue
        if "loop" in case.fields:  # the gate checks it as if its loop ran one after the other
            continue
        report = run_checks(Context(change.before, change.files, (change,), locator))
        failures = tuple(one.check for one in report.failures)
        yield Said(case, failures, tuple(one.check for one in report.doubts))


def main(arguments: Sequence[str] | None = None) -> int:
    """Print what came of each case and how many came to what."""
    parser = argparse.ArgumentParser(prog="python -m eval.attacks.on_tree", description=__doc__)
    parser.add_argument("--only", default="", help="cases whose name or hazard matches")
    pattern = re.compile(parser.parse_args(arguments).only, re.IGNORECASE)
    rulebook, found = load_rulebook(), list[Said]()
    with tempfile.TemporaryDirectory(prefix="at-") as directory:
        for theme in read_themes():
            cases = [one for one in theme.cases if pattern.search(f"{one.name} {one.hazard}")]
            for said in said_of(theme, cases, Path(directory), rulebook) if cases else ():
                found.append(said)
                spoke = ", ".join(said.failures or said.doubts)
                print(
                    f"{said.outcome:<10} {said.case.expect:<8} {said.case.name}: {spoke}",
                    flush=True,
                )
    if not found:
        parser.error("no case has such a name or hazard")
    wrong = [one for one in found if one.case.expect == "caught"]
    counts = {
        name: sum(one.outcome == name for one in wrong) for name in ("failed", "unverified", "open")
    }
    print(f"wrong: {len(wrong)}, " + ", ".join(f"{name} {count}" for name, count in counts.items()))
    objected = [one for one in found if one not in wrong and not _may_be(one)]
    print(f"right: {len(found) - len(wrong)}, objected to {len(objected)}")
    for one in wrong:
        if one.outcome == "open":
            print(f"open: {one.case.name}")
    return int(bool(objected))


def _may_be(said: Said) -> bool:
    return said.outcome == "open" or said.outcome in said.case.wanted


if __name__ == "__main__":
    sys.exit(main())
