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
VACUOUS = (
    "1 async tests end without running, as nothing awaits them, and count for nothing:"
    " t.py::T::test_a. Let IsolatedAsyncioTestCase run them, or a plugin such as pytest-asyncio."
)


@pytest.mark.parametrize(("seen", "told"), [
    ({}, []),
    ({"blocked": {"1.1.1.1": 2, "api.shop": 1}},
     [TRIED]),
    ({"flaky": tuple(f"t.py::test_{n}" for n in range(6))},
     [FLAKY]),
    ({"vacuous": ("t.py::T::test_a",)}, [VACUOUS]),
])  # fmt: skip
def test_of_tests(seen, told):
    assert list(of_tests(Baseline(status="green", **seen), "")) == told
