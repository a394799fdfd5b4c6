"""The gate, over real projects with their own tests."""

from __future__ import annotations

import pytest

SERVICE = """\
    import asyncio
    import time


    def fetch(key):
        time.sleep(0.001)
        return key * 2


    async def handler(key):
        value = fetch(key)
        return value + 1
    """

TESTS = """\
    import asyncio

    import service


    def test_handler():
        assert asyncio.run(service.handler(2)) == 5


    def test_other():
        assert 1 + 1 == 2
    """

RIGHT = SERVICE.replace("def fetch", "async def fetch", 1).replace(
    "time.sleep", "await asyncio.sleep"
).replace("value = fetch", "value = await fetch")

@pytest.mark.slow
def test_right_conversion_is_verified(judge, snapshot_of):
    judge.write({"service.py": SERVICE, "test_service.py": TESTS})
    before = snapshot_of(judge.root)
    verdict = judge.verdict({"service.py": RIGHT})
    assert (verdict.outcome, verdict.reason) == ("verified", "")
    assert verdict.covering_tests == ("test_service.py::test_handler",)
    assert verdict.tests is not None
    assert verdict.tests.ran == 1
    assert snapshot_of(judge.root) == before
