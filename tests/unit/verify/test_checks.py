"""Every check, by its own examples."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from refactor_agent.tree import Tree
from refactor_agent.verify.checks._run import all_checks
from refactor_agent.verify.context import Context

CASES = [
    pytest.param(check, example, id=f"{check.name}: {example.title}")
    for check in all_checks()
    for example in check.examples
]


@pytest.mark.parametrize(("check", "example"), CASES)
def test_example(check, example, make_change, tmp_path: Path):
    (tmp_path / example.file).write_text(example.before, encoding="utf-8")
    files = {example.file: example.after.encode()}
    context = Context(Tree(tmp_path), files, (make_change(tmp_path, files),))
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
