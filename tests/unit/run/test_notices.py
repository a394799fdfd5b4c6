"""What a person is told of a run as a whole."""

from __future__ import annotations

import pytest

from refactor_agent.run.notices import of_tests
from refactor_agent.verify import Baseline

TRIED = (
    "Tests tried to reach 1.1.1.1, api.shop: only loopback is open to them, so these calls failed."
)
FLAKY = (
    "6 tests end in one way and another and count for nothing: "
    "t.py::test_0, t.py::test_1, t.py::test_2, t.py::test_3, t.py::test_4 …."
)


@pytest.mark.parametrize(("seen", "told"), [
    ({}, []),
    ({"blocked": {"1.1.1.1": 2, "api.shop": 1}},
     [TRIED]),
    ({"flaky": tuple(f"t.py::test_{n}" for n in range(6))},
     [FLAKY]),
])  # fmt: skip
def test_of_tests(seen, told):
    assert list(of_tests(Baseline(status="green", **seen), "")) == told
