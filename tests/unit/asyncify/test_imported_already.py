"""An async class that the file imports already, from a module that exports it again."""

from __future__ import annotations

BEFORE = """
from shop import AsyncChannel, Channel

def send(channel: Channel | AsyncChannel):
    if isinstance(channel, Channel):
        channel.send("text")
"""
AFTER = """
from shop import AsyncChannel

async def send(channel: AsyncChannel | AsyncChannel):
    if isinstance(channel, AsyncChannel):
        await channel.send("text")
"""
CHANNELS = """
class Channel:
    def send(self, text): ...

class AsyncChannel:
    async def send(self, text): ...
"""


def test_it_is_not_imported_again(convert, tmp_path):
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop/__init__.py").write_text("from .channels import AsyncChannel, Channel\n")
    (tmp_path / "shop/channels.py").write_text(CHANNELS)
    leaves = {"shop.Channel": "shop.AsyncChannel"}
    done = convert(BEFORE, leaves=leaves, file="shop/sending.py")
    assert done.files["shop/sending.py"].decode() == AFTER
