"""Calls over gRPC, whose generated stubs say nothing of the channel that made them."""

from __future__ import annotations

from textwrap import dedent

import pytest

STUB = """\
import types


class ShopStub:
    def __init__(self, channel):
        self.name = types.MethodType(str, channel)
        self.Get = channel.unary_unary("/shop.Shop/Get", request_serializer=str)
        self.Watch = channel.unary_stream("/shop.Shop/Watch", request_serializer=str)
"""

BEFORE = """\
from shop_pb2_grpc import ShopStub


class Client:
    def __init__(self, channel):
        self._stub = ShopStub(channel)

    def get(self, name):
        return self._stub.Get(name).price, self._stub.name()

    def watch(self, name):
        events = self._stub.Watch(name)
        for event in events:
            yield event.price
"""

AFTER = """\
    async def get(self, name):
        return (await self._stub.Get(name)).price, self._stub.name()

    async def watch(self, name):
        events = self._stub.Watch(name)
        async for event in events:
            yield event.price
"""


@pytest.mark.parametrize(
    "leaves",
    [{"grpc.Channel": "grpc.aio.Channel"}, {"grpc call objects": "grpc.aio call objects"}],
    ids=["by the channel's name", "in words"],
)
def test_calls_of_stubs(convert, tmp_path, leaves):
    """One answer is awaited, a stream is read with ``async for``."""
    (tmp_path / "shop_pb2_grpc.py").write_text(STUB, encoding="utf-8")
    done = convert(BEFORE, leaves=leaves)
    assert AFTER in done.files["app.py"].decode()
    assert not done.refusals


def test_nobody_asked(convert, tmp_path):
    """Without a pair that names `grpc.aio` the calls stay."""
    (tmp_path / "shop_pb2_grpc.py").write_text(STUB, encoding="utf-8")
    done = convert(BEFORE, leaves={"time.sleep": "asyncio.sleep"})
    assert dedent(BEFORE) == done.files["app.py"].decode()
