"""Which functions lead to a call that blocks, of those that entries run."""

from __future__ import annotations

import pytest

from refactor_agent.locate.leading import leading

BLOCKS = None


class Effects:
    """What functions run, as a table."""

    def __init__(self, runs):
        self._runs = runs

    def leads_to(self, name):
        return self._runs.get(name, ())


@pytest.mark.parametrize(
    ("runs", "reached", "leads"),
    [
        pytest.param({"entry": [BLOCKS]}, {"entry"}, {"entry"}, id="itself"),
        pytest.param(
            {"entry": ["a", "b"], "a": [BLOCKS], "b": ["c"]},
            {"entry", "a", "b", "c"},
            {"entry", "a"},
            id="one of two",
        ),
        pytest.param(
            {"entry": ["a"], "a": ["b"], "b": ["a", "c"], "c": [BLOCKS, "d"], "d": ["a"]},
            {"entry", "a", "b", "c", "d"},
            {"entry", "a", "b", "c", "d"},
            id="a circle",
        ),
        pytest.param(
            {"entry": [], "elsewhere": ["a"], "a": [BLOCKS]},
            {"entry"},
            set(),
            id="what no entry runs",
        ),
    ],
)
def test_leading(runs, reached, leads):
    found = leading(Effects(runs), ["entry"])
    assert set(found.reached) == reached
    assert set(found.leading) == leads
