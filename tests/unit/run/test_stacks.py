"""None comes out better than what it stands on."""

from __future__ import annotations

import pytest

from refactor_agent.domain.decision import Decision
from refactor_agent.run.stacks import settle, tied

STACKS = {"001-store": (), "002-load": ("001-store",), "003-save": ()}

CASES = [
    pytest.param(["verified", "verified", "verified"], ["verified", "verified", "verified"]),
    pytest.param(["failed", "verified", "verified"], ["failed", "dropped", "verified"]),
    pytest.param(["left", "unverified", "verified"], ["left", "dropped", "verified"]),
    pytest.param(["rejected", "verified", "verified"], ["rejected", "dropped", "verified"]),
    pytest.param(["unverified", "verified", "verified"], ["unverified", "unverified", "verified"]),
    pytest.param(["unverified", "failed", "verified"], ["unverified", "failed", "verified"]),
    pytest.param(["verified", "failed", "failed"], ["verified", "failed", "failed"]),
]


@pytest.mark.parametrize(("before", "after"), CASES)
def test_settle(before, after):
    decisions = {
        name: Decision(change_set=name, status=status)
        for name, status in zip(STACKS, before, strict=True)
    }
    settle(list(STACKS), STACKS, decisions)
    assert [decisions[name].status for name in STACKS] == after


def test_the_reason_names_what_it_stands_on():
    decisions = {
        "001-store": Decision(change_set="001-store", status="failed"),
        "002-load": Decision(change_set="002-load", status="verified"),
    }
    settle(["001-store", "002-load"], STACKS, decisions)
    assert decisions["002-load"].reason == "stands on 001-store, which is failed"


def test_tied():
    assert list(tied(list(STACKS), STACKS)) == [("001-store", "002-load")]
