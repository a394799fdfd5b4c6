"""Hides the rule of each library and asks what `scan --deep` finds of it on its own.

``python -m eval.deep_recall SITE_PACKAGES`` prints a table: for each rule whose distribution is
installed there, how many of its blocking calls the library's own code shows to block.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NamedTuple

from refactor_agent.locate.deep import Installed, Libraries, LibraryRules
from refactor_agent.rulebook import Rule, RuleBook, load_rulebook


class Recall(NamedTuple):
    """What was found of one rule's calls."""

    rule: str
    distribution: str
    found: tuple[str, ...]
    missed: tuple[str, ...]


def recall(rule: Rule, rules: RuleBook, installed: Installed) -> Recall:
    """Ask for each call that ``rule`` names, without the rule and what it says of types."""
    hidden = RuleBook([other for other in rules.rules if other.distribution != rule.distribution])
    libraries = Libraries(installed, hidden)
    names = [call.name for call in rule.blocks if not call.name.endswith(".*")]
    libraries.prepare({name.partition(".")[0] for name in names})
    seen = LibraryRules(hidden, libraries.of)
    found = tuple(name for name in names if seen.blocking(name) is not None)
    missed = tuple(name for name in names if name not in found)
    return Recall(rule.id, rule.distribution or "", found, missed)


def main(site: Path) -> None:
    """Print the table for the libraries in ``site``."""
    rules, installed = load_rulebook(), Installed([site], sys.version_info[:2])
    print("| rule | distribution | version | found | of | missed |")
    print("|---|---|---|--:|--:|---|")
    for rule in rules.rules:
        name = (rule.distribution or "").lower()
        if name not in installed.by_name:
            continue
        result = recall(rule, rules, installed)
        total = len(result.found) + len(result.missed)
        version = installed.by_name[name].version
        missed = ", ".join(result.missed[:4]) + (" …" if len(result.missed) > 4 else "")
        print(f"| {rule.id} | {name} | {version} | {len(result.found)} | {total} | {missed} |")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
