"""Mutants as cases of the attack battery, so that they go through the same gate."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from eval.attacks.case import Block, Case, Theme
from eval.attacks.change import converted_functions
from eval.attacks.judge import write_theme
from eval.mutants.mutate import mutants_of

from refactor_agent.project import open_project
from refactor_agent.tree import Tree

__all__ = ["mutated_cases"]


def mutated_cases(theme: Theme) -> Iterator[Case]:
    """Give every mutant of every right conversion that comes out verified."""
    with tempfile.TemporaryDirectory() as directory:
        root = Path(directory)
        write_theme(theme, root)
        modules = {found.file: found.module for found in open_project(root).sources.files}
        for right in theme.cases:
            if right.expect == "accepted" and "outcome" not in right.fields:
                functions = converted_functions(theme, right, Tree(root), modules)
                for target, code in functions.items():
                    yield from _mutated(right, target, code)


def _mutated(right: Case, target: str, code: str) -> Iterator[Case]:
    for mutant in mutants_of(code):
        title = f"{mutant.operator} {mutant.number} in {target} of {right.title}"
        fields = {**right.fields, "like": right.title, "hazard": mutant.operator}
        block = Block("python", target, mutant.code)
        yield Case(right.theme, title, "caught", fields, [block])
