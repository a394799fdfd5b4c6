"""Runs one example of a rule through locate, plan, convert and edit."""

from __future__ import annotations

import difflib
import io
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from refactor_agent.convert import propose
from refactor_agent.domain.plan import ChangeSet, Plan, Refusal
from refactor_agent.domain.proposal import Proposal
from refactor_agent.domain.region import Located
from refactor_agent.edit import apply_proposal
from refactor_agent.locate import locate
from refactor_agent.plan import make_plan
from refactor_agent.project import Project, open_project
from refactor_agent.rulebook import Block, Example, Mark, Rule, RuleBook, load_rulebook
from refactor_agent.tree import Tree
from rules.failure import CaseFailure

MODULE = "example.py"


def run_case(rule: Rule, example: Example, directory: Path) -> None:
    """Check ``example``; raises `CaseFailure` that says where it is not so."""
    for block in example.blocks:
        compile(block.code, f"{rule.path}:{block.line}", "exec")
    first = example.blocks[0]
    mini = _Mini(write_project(directory / "target", first), _rulebook())
    if first.role == "same":
        _expect_none(mini.findings(), rule, "a 'same' block")
        return
    _expect_findings(first, mini.findings())
    if first.role == "refuse":
        _expect_refusal(mini, first.options["reason"])
        return
    for after in example.of("after"):
        _expect_conversion(mini, rule, first, after, directory)


def results(example: Example, directory: Path) -> list[str]:
    """Give what the converter makes of ``before`` for each ``after`` block."""
    mini = _Mini(write_project(directory, example.blocks[0]), _rulebook())
    trees = (mini.converted(after.options.get("strategy"))[0] for after in example.of("after"))
    return [tree.read(MODULE).decode() for tree in trees]


@dataclass
class _Mini:
    """A project of one module, and what the stages make of it."""

    project: Project
    book: RuleBook

    def __post_init__(self) -> None:
        self.located: Located = locate(self.project, self.book)
        self.tree = Tree(self.project.root)

    @cached_property
    def plan(self) -> Plan:
        """The change sets."""
        return make_plan(self.located, self.book, self.project)

    def findings(self) -> set[Mark]:
        """Give the place and rule of every blocking call found in the module."""
        ends = [(region.hops[-1].site, region.rule) for region in self.located.regions]
        return {Mark(site.span.line, rule) for site, rule in ends if site.file == MODULE}

    def converted(self, strategy: str | None) -> tuple[Tree, list[Refusal]]:
        """Carry out the first attempt of every change set that can be, of this strategy if any."""
        tree, refusals = self.tree, list[Refusal]()
        for change_set in self.plan.change_sets:
            refusals.extend(change_set.refusals)
            for outcome in self._outcomes(change_set, strategy):
                if isinstance(outcome, Proposal):
                    tree = tree.with_changes(apply_proposal(tree, outcome))
                    break
                refusals.append(outcome)
        return tree, refusals

    def _outcomes(
        self, change_set: ChangeSet, strategy: str | None
    ) -> Iterator[Proposal | Refusal]:
        for number, attempt in enumerate(change_set.attempts):
            if strategy in (None, attempt.strategy):
                yield propose(change_set, number, self.tree, self.book)


@cache
def _rulebook() -> RuleBook:
    return load_rulebook()


def write_project(root: Path, block: Block) -> Project:
    """Write a project whose one module is ``block``."""
    names = [name for name in block.options.get("dependencies", "").split(",") if name]
    root.mkdir(parents=True)
    (root / MODULE).write_text(block.code, encoding="utf-8")
    (root / "pyproject.toml").write_text(
        '[project]\nname = "example"\nversion = "0"\nrequires-python = ">=3.11"\n'
        f"dependencies = {names!r}\n",
        encoding="utf-8",
    )
    return open_project(root)


def _expect_none(findings: set[Mark], rule: Rule, where: str) -> None:
    own = sorted(mark.line for mark in findings if mark.rule == rule.id)
    if own:
        raise CaseFailure(f"{where}: {rule.id} is found on line {own[0]}")


def _expect_findings(block: Block, found: set[Mark]) -> None:
    expected = set(block.marks)
    problems = [f"missed alarm: {mark.rule} on line {mark.line}" for mark in expected - found]
    problems += [f"false alarm: {mark.rule} on line {mark.line}" for mark in found - expected]
    if problems:
        raise CaseFailure("\n".join([*sorted(problems), "", block.code]))


def _expect_refusal(mini: _Mini, reason: str) -> None:
    tree, refusals = mini.converted(None)
    if tree.changes:
        raise CaseFailure(f"not refused, but made into:\n{tree.read(MODULE).decode()}")
    reasons = [refusal.reason for refusal in refusals]
    if reason not in reasons:
        raise CaseFailure(f"refused because of {reasons}, not because of {reason!r}")


def _expect_conversion(
    mini: _Mini, rule: Rule, before: Block, after: Block, directory: Path
) -> None:
    tree, refusals = mini.converted(after.options.get("strategy"))
    result = tree.read(MODULE).decode()
    if result != after.code:
        why = [f"refused: {refusal.reason}: {refusal.message}" for refusal in refusals]
        raise CaseFailure("\n".join([*why, _diff(after.code, result)]))
    lost = set(_comments(before.code)) - set(_comments(result))
    if lost:
        raise CaseFailure(f"comment lost: {lost}")
    place = directory / f"after-{after.line}"
    write_project(place, before)
    for file, data in tree.changes.items():
        (place / file).parent.mkdir(parents=True, exist_ok=True)
        (place / file).write_bytes(data)
    again = _Mini(open_project(place), mini.book)
    _expect_none(again.findings(), rule, "the 'after' block is no fixed point")


def _diff(expected: str, result: str) -> str:
    lines = difflib.unified_diff(
        expected.splitlines(keepends=True), result.splitlines(keepends=True),
        "the 'after' block", "what convert made",
    )  # fmt: skip
    return "".join(lines)


def _comments(code: str) -> Iterator[str]:
    for token in tokenize.generate_tokens(io.StringIO(code).readline):
        if token.type == tokenize.COMMENT:
            yield token.string
