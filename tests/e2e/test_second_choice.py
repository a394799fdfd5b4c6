"""A first choice that comes out unverified: the next is tried, and the better one stands."""

from __future__ import annotations

import json

import pytest

from support.agent_process import AgentHome, make_repository
from support.model_server import Said, ScriptedModelServer

pytestmark = pytest.mark.slow

HELPER = """\
import time


def settle(tries: int) -> int:
    if tries > 9:
        time.sleep(0.5)
    time.sleep(0.01)
    return tries


async def place(tries: int) -> int:
    return settle(tries)
"""
TEST = """\
import asyncio

from shop.orders import place


def test_place():
    assert asyncio.run(place(2)) == 2
"""


@pytest.mark.parametrize(
    ("test", "status", "strategy", "tried"),
    [
        (TEST, "verified", "offload", [("native", "unverified"), ("offload", "verified")]),
        (
            "def test_nothing_of_it(): ...\n",
            "unverified",
            "native",
            [("native", "unverified"), ("offload", "unverified")],
        ),
        (
            TEST + "\n\ndef test_often():\n    assert asyncio.run(place(10)) == 10\n",
            "verified",
            "native",
            [("native", "verified")],
        ),
    ],
    ids=["the second is verified", "neither is", "the first is verified"],
)
def test_the_best_that_was_tried_stands(tmp_path, test, status, strategy, tried):
    files = {"shop/__init__.py": "", "shop/orders.py": HELPER, "tests/test_orders.py": test}
    user = AgentHome(make_repository(tmp_path / "app", files), tmp_path / "home")
    ended = user.run()
    assert ended.code == 1, ended.err
    (found,) = user.report["changes"]
    decision = found["decision"]
    assert decision["status"] == status
    patch = (user.results / found["patch"]).read_text()
    assert ("return await settle(tries)" in patch) == (strategy == "native")
    assert [(one["strategy"], one["outcome"]) for one in decision["tried"]] == tried


def test_what_stands_in_the_end_is_reviewed_once(tmp_path):
    files = {"shop/__init__.py": "", "shop/orders.py": HELPER}
    user = AgentHome(make_repository(tmp_path / "app", files), tmp_path / "home")
    reply = Said(json.dumps({"findings": [], "unchecked": []}))
    with ScriptedModelServer(lambda _: reply) as server:
        options = ("--model", "m", "--base-url", server.base_url, "--model-turn", "last")
        ended = user.run(*options, "--review-all")
    assert ended.code == 1, ended.err
    (found,) = user.report["changes"]
    assert found["decision"]["status"] == "unverified"
    (request,) = server.requests
    assert "return await settle(tries)" in request.prompt
