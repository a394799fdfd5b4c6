"""Methods that are looked up by a name put together at run time are awaited where they wait."""

from __future__ import annotations

import pytest

SHELL = """\
from wire import Wire


class Shell:
    wire: Wire

    def do_read(self):
        return self.wire.read()

    def do_write(self):
        return self.wire.read() * 2

    def say_nothing(self):
        return ""

    def say_text(self):
        return self.wire.read()

"""

CASES = [
    pytest.param(
        'return getattr(self, "do_" + name)(3)',
        'return await getattr(self, "do_" + name)(3)',
        id="all that it can be wait",
    ),
    pytest.param(
        'return getattr(self, f"say_{name}", None)()',
        'return await _settled(getattr(self, f"say_{name}", None)())',
        id="some do",
    ),
    pytest.param(
        'handler = getattr(self, f"do_{name}", None)\n        return handler and handler()',
        'handler = getattr(self, f"do_{name}", None)\n        return handler and await handler()',
        id="kept in a variable first",
    ),
    pytest.param(
        'return getattr(self, f"do_{name}", self.say_nothing)()',
        'return await _settled(getattr(self, f"do_{name}", self.say_nothing)())',
        id="something else is called where there is none",
    ),
]


@pytest.mark.parametrize(("before", "after"), CASES)
def test_what_is_looked_up_is_awaited(convert, before, after):
    """Who calls it becomes async with the methods that it may mean."""
    done = convert(SHELL + f"    def run(self, name):\n        {before}\n")
    made = done.files["app.py"].decode()
    assert not done.refusals
    assert made.endswith(f"    async def run(self, name):\n        {after}\n")


PLAIN = [
    pytest.param('return getattr(self, "see_" + name)()', id="no method is called so"),
    pytest.param('return getattr(self, "say_noth" + name)()', id="what is called so is plain"),
    pytest.param(
        'handler = getattr(self, "do_" + name)\n        handler = self.say_nothing\n'
        "        return handler()",
        id="the variable is bound again",
    ),
]


@pytest.mark.parametrize("body", PLAIN)
def test_what_stays_plain(convert, body):
    """Nothing that waits is called, or it is not known what is."""
    made = convert(SHELL + f"    def run(self, name):\n        {body}\n").files["app.py"].decode()
    assert made.endswith(f"    def run(self, name):\n        {body}\n")
