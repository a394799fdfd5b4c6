"""Assertions that call what they are given are opened, where that is the same."""

from __future__ import annotations

from textwrap import dedent

import pytest

from refactor_agent.entry import plan_in_place
from refactor_agent.entry.suite.raises import opened
from refactor_agent.tree import sha256

CASES = {
    "a method and what it is given": (
        "self.assertRaises(Gone, self.shop.load, 'tea', count=3)",
        "with self.assertRaises(Gone):\n            self.shop.load('tea', count=3)",
    ),
    "over two lines": (
        "self.assertRaises(shop.Gone, load,\n                          name, (1, [two]))",
        "with self.assertRaises(shop.Gone):\n            load(name, (1, [two]))",
    ),
    "with a pattern": (
        'self.assertRaisesRegex(Gone, "no .*", load)',
        'with self.assertRaisesRegex(Gone, "no .*"):\n            load()',
    ),
    "a number below zero": (
        "self.assertRaises(Gone, load, -1)",
        "with self.assertRaises(Gone):\n            load(-1)",
    ),
    "a warning": (
        "self.assertWarns(Old, load, self.name)",
        "with self.assertWarns(Old):\n            load(self.name)",
    ),
}
SAME = {
    "a function that stays": "self.assertRaises(Gone, other, 1)",
    "what it is given may raise": "self.assertRaises(Gone, load, name())",
    "an item may raise": "self.assertRaises(Gone, load, names[0])",
    "any arguments": "self.assertRaises(Gone, load, *names, **words)",
    "its result is used": "error = self.assertRaises(Gone, load)",
    "two statements on a line": "self.assertRaises(Gone, load); done()",
    "a comment inside": "self.assertRaises(Gone, load,  # soon\n                          1)",
    "a function of a call": "self.assertRaises(Gone, made().load)",
    "open already": "with self.assertRaises(Gone):\n            load()",
    "another assertion": "self.assertEqual(Gone, load)",
}
HEAD = """class TestShop(TestCase):
    def test_load(self):
        name = 'ä'
        {}
        done()
"""


@pytest.mark.parametrize("name", CASES)
def test_an_assertion_is_opened(name: str):
    before, after = (HEAD.format(text).encode() for text in CASES[name])
    assert opened(before, {"load"}).decode() == after.decode()
    assert opened(after, {"load"}) == after
    assert opened(before.replace(b"\n", b"\r\n"), {"load"}) == after.replace(b"\n", b"\r\n")


@pytest.mark.parametrize("name", SAME)
def test_an_assertion_stays(name: str):
    text = HEAD.format(SAME[name]).encode()
    assert opened(text, {"load"}) == text


def test_tabs_and_an_end_without_a_newline():
    text = b"def test(self):\n\tself.assertRaises(Gone, load, 1)"
    want = dedent("def test(self):\n\twith self.assertRaises(Gone):\n\t\tload(1)").encode()
    assert opened(text, {"load"}) == want


SHOP = """
import time


class Shop:
    def load(self, name: str) -> str:
        time.sleep(1)
        return self.checked(name)

    def checked(self, name: str) -> str:
        if not name:
            raise ValueError(name)
        return name
"""
TESTS = """
from unittest import TestCase

from shop import Shop


class TestShop(TestCase):
    def setUp(self) -> None:
        self.shop = Shop()

    def test_load(self) -> None:
        self.assertRaises(ValueError, self.shop.load, "")

    def test_checked(self) -> None:
        self.assertRaises(ValueError, self.shop.checked, "")
"""
AFTER = """
from unittest import IsolatedAsyncioTestCase

from shop import Shop


class TestShop(IsolatedAsyncioTestCase):
    def setUp(self) -> None:
        self.shop = Shop()

    async def test_load(self) -> None:
        with self.assertRaises(ValueError):
            await self.shop.load("")

    def test_checked(self) -> None:
        self.assertRaises(ValueError, self.shop.checked, "")
"""


def test_only_what_turns_async_is_taken_out(ground):
    made = ground({"shop.py": SHOP, "test_shop.py": TESTS})
    [planned] = plan_in_place(made, ["shop:Shop"])
    assert planned.change_set.refusals == ()
    assert planned.proposal is not None
    found = {new.file: new for new in planned.proposal.files}
    assert found["test_shop.py"].text == AFTER
    assert found["test_shop.py"].replaces == sha256(TESTS.encode())
