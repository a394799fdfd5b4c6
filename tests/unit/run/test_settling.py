"""What the converter can't write is planned around, and keeps nothing else as it is."""

from __future__ import annotations

import pytest

from refactor_agent.domain.plan import Refusal
from refactor_agent.locate import locate
from refactor_agent.project import open_project
from refactor_agent.rulebook import load_rulebook
from refactor_agent.run.settling import settled_plan
from unit.plan.planning import shown, write_project

SHARED = """\
## app.py
import time


class Shop:
    async def count(self, name):
        self.counts[name] += wait(3)

    async def close(self):
        return wait(2)


def wait(seconds):
    time.sleep(seconds)
    return seconds
"""
ONE = """\
## app.py
import shutil
import time


class Shop:
    async def count(self, name, path):
        self.counts[name] += wait(3)
        shutil.rmtree(path)


def wait(seconds):
    time.sleep(seconds)
    return seconds
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            SHARED,
            [
                "close: native wait>wait_async wait@9=await sleep@13=native | offload",
                "count: leave not-written",
            ],
        ),
        (ONE, ["count: leave not-written", "count: offload rmtree@8=offload"]),
    ],
    ids=["another function that calls the same", "another call of the same function"],
)
def test_what_is_tied_to_it_is_changed_all_the_same(tmp_path, text, expected):
    write_project(tmp_path, text)
    rulebook, project = load_rulebook(), open_project(tmp_path)
    plan, made = settled_plan(locate(project, rulebook), rulebook, project)
    assert sorted(shown(found) for found in plan.change_sets) == expected
    (left,) = (found for found in plan.change_sets if not found.attempts)
    said = "augmented-assignment: an update between its read and write could be lost"
    assert any(said in refusal.message for refusal in left.refusals)
    (attempted,) = (found for found in plan.change_sets if found.attempts)
    assert not isinstance(made[attempted.id, 0], Refusal)
