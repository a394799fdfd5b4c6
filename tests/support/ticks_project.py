"""A project with a generator that a star reads: no rule converts it, so it goes to the model."""

from __future__ import annotations

__all__ = ["FILES", "GOOD"]

FILES = {
    "app/__init__.py": "",
    "app/ticks.py": """\
import time


def ticks(count):
    for number in range(count):
        time.sleep(0.001)
        yield number


async def total(count: int) -> int:
    return sum([*ticks(count)])
""",
    "tests/test_ticks.py": """\
import asyncio

from app.ticks import total


def test_total():
    assert asyncio.run(total(4)) == 6
""",
}
GOOD = {
    "app.ticks.ticks": """\
async def ticks(count):
    for number in range(count):
        await asyncio.sleep(0.001)
        yield number
""",
    "app.ticks.total": """\
async def total(count: int) -> int:
    return sum([number async for number in ticks(count)])
""",
}
