"""Mutants as cases of the attack battery, so that they go through the same gate."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from eval.attacks.case import Block, Case, Theme
from eval.attacks.change import converted_functions
from eval.attacks.judge import write_theme
from eval.mutants.mutate import Mutant, mutants_of
from eval.mutants.operators import OPERATORS

from refactor_agent.domain.plan import FunctionRef
from refactor_agent.edit import function_source
from refactor_agent.project import open_project
from refactor_agent.tree import Tree
from refactor_agent.verify.syntax import parse_module

__all__ = ["mutated_cases"]


_LIBRARIES = ("asyncio", "contextlib", "threading", "time")
"""What operators put into code: the mistake is not that a name is unknown."""
_IN_TESTS = {"drop-assertion": OPERATORS["drop-assertion"]}


def mutated_cases(theme: Theme) -> Iterator[Case]:
    """Give every mutant of every right conversion that comes out verified.

    Of tests, which most conversions leave alone, each conversion gets one mutant, whose change set
    may edit that test.
    """
    with tempfile.TemporaryDirectory() as directory:
        root = Path(directory)
        write_theme(theme, root)
        tree = Tree(root)
        modules = {found.file: found.module for found in open_project(root).sources.files}
        tests = list(_weaker_tests(theme, tree, modules))
        for number, right in enumerate(theme.cases):
            if right.expect == "accepted" and "outcome" not in right.fields:
                functions = converted_functions(theme, right, tree, modules)
                for target, code in functions.items():
                    yield from _mutated(right, target, code)
                left = [test for test in tests if test[0] not in functions]
                if left:
                    target, mutant = left[number * len(left) // len(theme.cases)]
                    yield _case(right, target, mutant, plan=(*_plan(theme, right), target))


def _plan(theme: Theme, case: Case) -> tuple[str, ...]:
    return tuple(case.fields["plan"].split()) if "plan" in case.fields else theme.plan


def _weaker_tests(
    theme: Theme, tree: Tree, modules: Mapping[str, str]
) -> Iterator[tuple[str, Mutant]]:
    for file, text in theme.files.items():
        module = parse_module(text.encode()) if file.startswith("tests/test_") else None
        for name in module.functions if module else ():
            reference = FunctionRef(file=file, name=f"{modules[file]}.{name}")
            code = function_source(tree, reference).code + "\n"
            for mutant in mutants_of(code, _IN_TESTS):
                yield f"{file}::{name}", mutant


def _mutated(right: Case, target: str, code: str) -> Iterator[Case]:
    for mutant in mutants_of(code):
        yield _case(right, target, mutant, code)


def _case(
    right: Case, target: str, mutant: Mutant, code: str = "", *, plan: tuple[str, ...] = ()
) -> Case:
    title = f"{mutant.operator} {mutant.number} in {target} of {right.title}"
    fields = {**right.fields, "like": right.title, "hazard": mutant.operator}
    if plan:
        fields["plan"] = " ".join(plan)
    file = target.partition("::")[0]
    new = [name for name in _LIBRARIES if f"{name}." in mutant.code and f"{name}." not in code]
    blocks = [Block("python", target, mutant.code)]
    if code and new:
        blocks.append(Block("imports", file, "\n".join(f"import {name}" for name in new)))
    return Case(right.theme, title, "caught", fields, blocks)
