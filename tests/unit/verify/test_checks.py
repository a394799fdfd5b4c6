"""Every check, by its own examples."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from refactor_agent.domain.plan import FunctionRef
from refactor_agent.domain.proposal import AssignmentEdit, RuleAuthor
from refactor_agent.locate import locate
from refactor_agent.project import open_project
from refactor_agent.rulebook import load_rulebook
from refactor_agent.tree import Tree
from refactor_agent.verify.checks._run import all_checks
from refactor_agent.verify.context import Context

CASES = [
    pytest.param(check, example, id=f"{check.name}: {example.title}")
    for check in all_checks()
    for example in check.examples
]


def locate_in(root: Path):
    """Locate for real, with the rules that come with the package."""
    return lambda tree: locate(open_project(root), rules(), changes=tree.changes)


@cache
def rules():
    return load_rulebook()


@pytest.mark.parametrize(("check", "example"), CASES)
def test_example(check, example, make_change, tmp_path: Path):
    for file, text in {example.file: example.before, **example.beside}.items():
        (tmp_path / file).write_text(text, encoding="utf-8")
    files = {example.file: example.after.encode()}
    locate_tree = locate_in(tmp_path)
    regions = tuple(region.id for region in locate_tree(Tree(tmp_path)).regions)
    change = make_change(tmp_path, files, regions, example.refused, example.by)
    context = Context(Tree(tmp_path), files, (change,), locate_tree)
    found = [objection.message for objection in check.find(context)]
    if example.says:
        assert any(example.says in message for message in found), found
    else:
        assert found == []


@pytest.mark.parametrize("check", all_checks(), ids=lambda check: check.name)
def test_check_is_complete(check):
    assert check.hazards
    assert check.reason.endswith(".")
    refused = Counter(bool(example.says) for example in check.examples)
    assert refused[True] >= 1, "an example that is objected to"
    assert refused[False] >= 1, "an example that passes"


def test_names_are_unique():
    names = Counter(check.name for check in all_checks())
    assert set(names.values()) == {1}


def test_edit_of_a_function_that_holds_a_planned_one(make_change, tmp_path: Path):
    """The plan names a nested function; what is replaced is the outermost one."""
    before = "def make():\n    async def inner():\n        work()\n    return inner\n"
    (tmp_path / "a.py").write_text(before)
    files = {"a.py": before.replace("work()", "await offload(work)").encode()}
    made = make_change(tmp_path, files)
    edit = next(e for e in made.proposal.functions if e.function.name == "make")
    plan = made.change_set.model_copy(
        update={"functions": (FunctionRef(file="a.py", name="make.inner"),)}
    )
    proposal = made.proposal.model_copy(update={"functions": (edit,)})
    change = replace(made, change_set=plan, proposal=proposal)
    context = Context(Tree(tmp_path), files, (change,))
    check = next(check for check in all_checks() if check.name == "edit-outside-plan")
    assert list(check.find(context)) == []


@pytest.mark.parametrize(
    ("code", "declared", "objects"),
    [
        ("client = PerLoop(Client)\nLIMIT = 3\n", "client", False),
        ("client = PerLoop(Client)\nLIMIT = 3\n", None, True),
        ("client = PerLoop(Client)\nLIMIT = 4\n", "client", True),
    ],
)
def test_only_declared_assignments_may_change(make_change, tmp_path: Path, code, declared, objects):
    """A shared client is made otherwise; what stands beside it is not."""
    function = "\n\ndef get():\n    return client\n"
    (tmp_path / "a.py").write_text("client = Client()\nLIMIT = 3\n" + function)
    files = {"a.py": (code + function.replace("client\n", "client()\n")).encode()}
    made = make_change(tmp_path, files)
    edits = [AssignmentEdit(file="a.py", name=declared, before="", code="")] if declared else []
    proposal = made.proposal.model_copy(
        update={"assignments": tuple(edits), "author": RuleAuthor(rules=("RA1",))}
    )
    context = Context(Tree(tmp_path), files, (replace(made, proposal=proposal),))
    check = next(check for check in all_checks() if check.name == "edit-outside-plan")
    assert bool(list(check.find(context))) is objects
