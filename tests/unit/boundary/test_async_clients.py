"""Clients that a module shares: one for each loop, closed with it."""

from __future__ import annotations

import asyncio
import threading

import pytest

from refactor_agent.boundary._async_clients import PerLoop


class Client:
    """Remembers the loop it was made on, and whether it was closed."""

    made: list[Client]

    def __init__(self, name: str = "", *, slow: bool = False) -> None:
        self.name, self.slow, self.closed = name, slow, False
        self.loop = asyncio.get_running_loop()
        self.made.append(self)

    async def aclose(self) -> None:
        await asyncio.sleep(0)
        assert asyncio.get_running_loop() is self.loop
        self.closed = True


@pytest.fixture
def clients(monkeypatch) -> list[Client]:
    monkeypatch.setattr(Client, "made", [], raising=False)
    return Client.made


def test_a_loop_gets_one_client_made_as_was_said(clients):
    client = PerLoop(Client, "a", slow=True)

    async def main():
        assert client() is client()
        return client().name, client().slow

    assert clients == []
    assert asyncio.run(main()) == ("a", True)
    assert len(clients) == 1


def test_each_loop_has_its_own_and_closes_it(clients):
    client = PerLoop(Client)

    async def main():
        assert not client().closed
        await asyncio.sleep(0)

    for _ in range(3):
        asyncio.run(main())

    assert [one.closed for one in clients] == [True, True, True]
    assert len({id(one.loop) for one in clients}) == 3


def test_loops_in_threads_do_not_meet(clients):
    client = PerLoop(Client)
    wait = threading.Barrier(3)

    async def main():
        found = client()
        await asyncio.to_thread(wait.wait)
        assert client() is found
        assert found.loop is asyncio.get_running_loop()

    threads = [threading.Thread(target=asyncio.run, args=(main(),)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [one.closed for one in clients] == [True, True, True]


def test_a_loop_that_nobody_shut_down_holds_nothing(clients):
    client = PerLoop(Client)

    async def main():
        return client()

    loop = asyncio.new_event_loop()
    first = loop.run_until_complete(main())
    loop.close()

    second = asyncio.run(main())

    assert (first.closed, second.closed) == (False, True)
    assert client._made == {}


async def leave(client, *raised):
    assert raised == (None, None, None)
    client.ended("async with")


@pytest.mark.parametrize(
    ("kind", "made"),
    [
        ("sync close", {"close": lambda client: client.ended("sync close")}),
        ("async with", {"__aexit__": leave}),
        ("none", {}),
    ],
)
def test_what_closes_otherwise_or_not_at_all(kind, made):
    closed = []
    client = PerLoop(type("Plain", (), {**made, "ended": lambda _, how: closed.append(how)}))

    async def main():
        client()

    asyncio.run(main())

    assert closed == ([kind] if made else [])


def test_there_is_none_outside_a_loop(clients):
    with pytest.raises(RuntimeError, match="no running event loop"):
        PerLoop(Client)()

    assert clients == []
