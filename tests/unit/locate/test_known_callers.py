"""Who calls what, as it is kept."""

from __future__ import annotations

import pytest

from refactor_agent.locate.incremental.called import (
    KnownCallers,
    callers_written,
    callers_written_again,
)

CALLERS = {"load": [("shop.a", (1, 3)), ("shop.b", (2,))], "@cache": [("shop.b", (4,))]}


@pytest.mark.parametrize(
    ("name", "expected"),
    [("load", CALLERS["load"]), ("@cache", CALLERS["@cache"]), ("save", [])],
)
def test_what_is_written_is_read(name, expected):
    assert list(KnownCallers(callers_written(CALLERS)).get(name)) == expected


def test_modules_that_differ_are_taken_anew():
    more = [("shop.b", [("load", (7,)), ("save", (8,))]), ("shop.c", [("load", (1,))])]
    again = callers_written_again(callers_written(CALLERS), {"shop.a"}.__contains__, more)
    known = KnownCallers(again)
    assert known.get("load") == [("shop.a", (1, 3)), ("shop.b", (7,)), ("shop.c", (1,))]
    assert known.get("save") == [("shop.b", (8,))]
    assert list(known.get("@cache")) == []
