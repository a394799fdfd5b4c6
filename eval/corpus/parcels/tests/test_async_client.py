from __future__ import annotations

import asyncio

import pytest
from parcels._async.client import AsyncClient, describe
from parcels._line import AsyncLine


def test_where():
    async def go():
        async with AsyncClient(AsyncLine(["here"])) as client:
            return await client.where("p")

    assert asyncio.run(go()) == "where is p: here"


def test_left_closed():
    async def go():
        line = AsyncLine([])
        async with AsyncClient(line):
            pass
        return line.closed

    assert asyncio.run(go())


def test_tries_again():
    async def go():
        client = AsyncClient(AsyncLine(["broken", "broken", "here"]))
        return await client.where("p"), client.asked

    assert asyncio.run(go()) == ("where is p: here", 3)


def test_gives_up():
    async def go():
        await AsyncClient(AsyncLine(["broken"]), tries=1).where("p")

    with pytest.raises(ConnectionError):
        asyncio.run(go())


def test_follow():
    async def go():
        client = AsyncClient(AsyncLine(["a", "b"]))
        return [stop async for stop in client.follow("p", 2)]

    assert asyncio.run(go()) == ["where is p at 0: a", "where is p at 1: b"]


def test_all():
    async def go():
        return await AsyncClient(AsyncLine(["a", "b"])).all(["p", "q"])

    assert asyncio.run(go()) == {"p": "where is p: a", "q": "where is q: b"}


def test_describe():
    async def go():
        return await describe(AsyncClient(AsyncLine(["here"])), "p")

    assert asyncio.run(go()) == "Your parcel: where is p: here"


def test_loop_runs_on_while_a_client_waits():
    async def go():
        client = AsyncClient(AsyncLine(["broken", "broken", "here"]))
        ticks = 0

        async def tick():
            nonlocal ticks
            while True:
                ticks += 1
                await asyncio.sleep(0)

        ticking = asyncio.create_task(tick())
        await client.where("p")
        ticking.cancel()
        return ticks

    assert asyncio.run(go()) > 3


def test_two_at_once_wait_for_each_other():
    async def go():
        client = AsyncClient(AsyncLine(["a", "b"]))
        return await asyncio.gather(client.where("p"), client.where("q"))

    assert asyncio.run(go()) == ["where is p: a", "where is q: b"]


def test_new_client_has_asked_nothing():
    assert AsyncClient(AsyncLine([])).asked == 0
