"""Reasons: in which order they are told, and whether they leave room for a model."""

from __future__ import annotations

from pathlib import Path

import pytest

from refactor_agent.plan import REASONS
from refactor_agent.plan.reasons import in_order, leaves_room_for_a_model, refuse
from refactor_agent.rulebook import RuleBook
from unit.plan.planning import plan_for


def test_reasons_are_one_line_each() -> None:
    for code, (_, line) in REASONS.items():
        assert code == code.lower().replace(" ", "-").replace("_", "-")
        assert line
        assert "\n" not in line
        assert not line.endswith(".")


ORDERS = {
    "danger before what no rule knows": (
        ["no-async-equivalent", "thread-affine"],
        ["thread-affine", "no-async-equivalent"],
    ),
    "a consequence goes without saying beside its cause": (
        ["unresolved-below", "family", "generator"],
        ["generator"],
    ),
    "a consequence alone is said": (["unresolved-below"], ["unresolved-below"]),
    "that a handler awaits is no cause": (
        ["awaits", "unresolved-below"],
        ["unresolved-below", "awaits"],
    ),
    "the same thing once": (["generator", "generator"], ["generator"]),
}


@pytest.mark.parametrize(("given", "told"), ORDERS.values(), ids=ORDERS)
def test_order(given: list[str], told: list[str]) -> None:
    assert [refusal.reason for refusal in in_order(refuse(code, "x") for code in given)] == told


MODELS = {
    "a client that is made elsewhere": ({"client-not-local"}, {"shared-unsafe-object"}, True),
    "a distribution that is not declared": (
        {"dependency-not-declared"}, {"shared-unsafe-object"}, True,
    ),
    "a generator": ({"generator", "unresolved-below"}, {"generator"}, True),
    "a decorator that no rule knows": ({"decorator"}, {"shared-state"}, True),
    "a loop that blocks at each step": ({"loop-step", "no-async-equivalent"}, {"loop-step"}, True),
    "an object of another function": ({"no-async-equivalent"}, {"made-elsewhere"}, True),
    "an object of one thread": ({"no-async-equivalent"}, {"thread-affine"}, False),
    "a lock": ({"lock-held"}, {"lock-held"}, False),
    "state that is shared": ({"no-async-equivalent"}, {"shared-state"}, False),
    "a class that others extend": ({"open-family"}, {"shared-state"}, False),
    "a function used as a value": ({"used-as-value", "lambda"}, {"shared-state"}, False),
    "a consequence of something unknown": ({"unresolved-below"}, {"thread-affine"}, False),
    "nothing to gain": ({"no-async-equivalent"}, {"cheaper-than-a-hop"}, False),
}  # fmt: skip


@pytest.mark.parametrize(("native", "offload", "may_try"), MODELS.values(), ids=MODELS)
def test_room_for_a_model(native: set[str], offload: set[str], *, may_try: bool) -> None:
    refusals = [refuse(code, "x", strategy="native") for code in native]
    refusals += [refuse(code, "x", strategy="offload") for code in offload]
    is_known = "no-async-equivalent" not in native
    assert leaves_room_for_a_model(refusals, is_known=is_known) is may_try


def test_a_native_way_needs_an_equivalent_of_all_that_blocks() -> None:
    hidden = [refuse("constructor", "x", strategy="native")]
    danger = [refuse("thread-affine", "x", strategy="offload")]
    assert leaves_room_for_a_model([*hidden, *danger], is_known=True)
    assert not leaves_room_for_a_model([*hidden, *danger], is_known=False)


FIRST = {
    "a connection of another thread": (
        """## app.py
import sqlite3
class Store:
    def __init__(self, path):
        self.db = sqlite3.connect(path)
    def one(self):
        return self.db.execute("SELECT 1")
    async def main(self):
        return self.one()
""",
        (
            "app.Store.one: it uses an object that must stay on the thread that made it "
            "(sqlite3.Connection)"
        ),
    ),
    "state": (
        """## app.py
from pathlib import Path
class Cache:
    def load(self, path: Path):
        self.text = path.read_text()
    async def main(self, path: Path):
        self.load(path)
""",
        "app.Cache.load: it changes state that the event loop's thread uses as well (self.text)",
    ),
    "a file that a context manager of the project opens": (
        """## app.py
import json
from contextlib import contextmanager
@contextmanager
def opened(path):
    with open(path) as file:
        yield file
async def main(path):
    with opened(path) as file:
        await tell(json.load(file))
""",
        (
            "app.opened: it is a context manager written as a generator; it would have to become "
            "an async one, and so would each `with` that opens it"
        ),
    ),
}


@pytest.mark.parametrize(("text", "message"), FIRST.values(), ids=FIRST)
def test_the_first_reason_is_the_root(
    text: str, message: str, tmp_path: Path, rulebook: RuleBook
) -> None:
    (change_set,) = plan_for(tmp_path, text, rulebook).change_sets
    assert not change_set.attempts
    assert change_set.refusals[0].message == message
