"""What attempts and change sets say besides their edits."""

from __future__ import annotations

from pathlib import Path

from refactor_agent.domain.plan import ChangeSet, Dependency
from refactor_agent.rulebook import RuleBook
from unit.plan.planning import plan_for

COUNTER = """## app.py
import time
class Counter:
    def __init__(self):
        self.total = 0
    async def add(self):
        before = self.total
        time.sleep(1)
        self.total = before + 1
    async def stop(self):
        try:
            pass
        finally:
            wait()
def wait():
    time.sleep(1)
"""


def only(root: Path, text: str, rulebook: RuleBook) -> ChangeSet:
    (change_set,) = plan_for(root, text, rulebook).change_sets
    return change_set


def test_new_yield_points_beside_state_are_noted(tmp_path: Path, rulebook: RuleBook) -> None:
    add, stop = plan_for(tmp_path, COUNTER, rulebook).change_sets
    assert (add.id, stop.id) == ("001-app-counter-add", "002-app-counter-stop")
    assert any("changes `self.total`" in note for note in add.attempts[0].notes)
    assert any("cancelled again" in note for note in stop.attempts[0].notes)
    assert any("`app.wait` must now be awaited" in note for note in stop.attempts[0].notes)


HELPER = "## app.py\nimport time\ndef g(): time.sleep(1)\nasync def f(): g()\n"


def test_drift_between_libraries_is_noted(tmp_path: Path, rulebook: RuleBook) -> None:
    native, offload = only(tmp_path, HELPER, rulebook).attempts
    assert native.rules == offload.rules == ("RA101",)
    assert any(note.startswith("RA101: ") for note in native.notes)
    assert not any(note.startswith("RA101: ") for note in offload.notes)
    assert any("can't be cancelled" in note for note in offload.notes)


def test_anyio_modules_are_noted(tmp_path: Path, rulebook: RuleBook) -> None:
    text = "## app.py\nimport time\nimport anyio\nasync def f(): time.sleep(1)\n"
    change_set = only(tmp_path, text, rulebook)
    assert any("anyio" in note for note in change_set.attempts[0].notes)


def test_a_new_dependency_is_part_of_the_attempt(tmp_path: Path, rulebook: RuleBook) -> None:
    text = (
        "## pyproject.toml\n[tool.refactor-agent]\nallow-dependencies = ['httpx']\n"
        "## app.py\nimport requests\nasync def f(url): return requests.get(url).text\n"
    )
    native, offload = only(tmp_path, text, rulebook).attempts
    assert native.dependencies == (Dependency(distribution="httpx", specifier=">=0.27,<1"),)
    assert offload.dependencies == ()


def test_a_left_change_set_names_the_whole_path(tmp_path: Path, rulebook: RuleBook) -> None:
    text = (
        "## app.py\ndef lines(path):\n    with open(path) as file:\n        yield from file\n"
        "async def main(path):\n    return list(lines(path))\n"
    )
    change_set = only(tmp_path, text, rulebook)
    assert [ref.name for ref in change_set.functions] == ["app.main", "app.lines"]
    assert change_set.model_may_try
    assert all(refusal.site is not None for refusal in change_set.refusals)
