"""Which examples of rules say something of a change: those of the libraries it goes to."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator

from refactor_agent.boundary import VERSIONS
from refactor_agent.rulebook import Example, Rule, RuleBook
from refactor_agent.verify.context import Context

__all__ = ["examples_in_play", "imported_packages"]


def examples_in_play(
    context: Context, rulebook: RuleBook
) -> tuple[tuple[Rule, tuple[Example, ...]], ...]:
    """Give the differential examples of the rules behind a change, for the libraries it uses.

    Offloaded calls are made of the same library as before: there is nothing to compare.
    """
    rules = [rulebook.rule(rule) for rule in sorted(_rules(context)) if rulebook.enables(rule)]
    tried = [(rule, [one for one in rule.examples if one.of("calls")]) for rule in rules]
    if not any(examples for _, examples in tried):
        return ()
    used = frozenset(_imported(context))
    chosen = ((rule, tuple(e for e in some if _goes_to(e, used))) for rule, some in tried)
    return tuple((rule, examples) for rule, examples in chosen if examples)


def _goes_to(example: Example, used: frozenset[str]) -> bool:
    return example.native is not None and used >= imported_packages(example.native.code)


def _rules(context: Context) -> set[str]:
    """Name the rules of what a change awaits, or may, where a model wrote it."""
    rules: set[str] = set()
    for change in context.changes:
        if change.attempt is not None and change.attempt.prepared is None:
            rules |= {c.rule for c in change.attempt.calls if c.rule and c.action == "native"}
        elif change.proposal.author.kind == "rules":
            rules |= set(change.proposal.author.rules)
        elif context.located_before is not None:
            asked = set(change.change_set.regions)
            rules |= {one.rule for one in context.located_before.regions if one.id in asked}
    return rules


def _imported(context: Context) -> Iterator[str]:
    for file in context.python_files:
        module = context.module_after(file)
        for name in module.imported.values() if module else ():
            yield name.partition(".")[0]


def imported_packages(code: str) -> frozenset[str]:
    """Name the libraries that an example imports: neither Python's own nor what is vendored."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.partition(".")[0])
    return frozenset(names - sys.stdlib_module_names - set(VERSIONS))
