"""An ASGI application is driven before and after a change."""

from __future__ import annotations

import pytest

from refactor_agent.verify.load import Round, judge_rounds

PYPROJECT = """\
[tool.refactor-agent]
app = "service:app"
"""
SERVICE = """\
import asyncio
import time


async def item():
    time.sleep(0.01)
    return b"1"


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        assert (await receive())["type"] == "lifespan.startup"
        scope["state"]["ready"] = True
        await send({"type": "lifespan.startup.complete"})
        assert (await receive())["type"] == "lifespan.shutdown"
        await send({"type": "lifespan.shutdown.complete"})
        return
    assert scope["state"]["ready"]
    body = await item()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body})
"""
TESTS = """\
import asyncio

import service


def test_item():
    assert asyncio.run(service.item()) == b"1"
"""
REQUESTS = 'load-requests = ["GET /item?q=1"]\n'
FREE = SERVICE.replace("time.sleep", "await asyncio.sleep")
SLOWER = SERVICE.replace("time.sleep(0.01)", "await asyncio.sleep(0.5)")
BROKEN = FREE.replace('scope["state"]["ready"]\n', 'scope["state"]["ready"] == 2\n')
ROUTES = """\
import service


class Route:
    path, methods, endpoint = "/item", {"GET"}, service.item


class App:
    routes = (Route(),)
    __call__ = staticmethod(service.app)


app = App()
"""


def judged(make_judge, service: str, after: str, settings: str = REQUESTS):
    files = {"pyproject.toml": PYPROJECT + settings, "service.py": service}
    judge = make_judge({**files, "test_service.py": TESTS})
    return judge.verdict({"service.py": after})


@pytest.mark.slow
def test_a_handler_that_no_longer_blocks_answers_more(make_judge):
    verdict = judged(make_judge, SERVICE, FREE)
    assert (verdict.outcome, verdict.load.slower) == ("verified", "")
    assert verdict.load.requests == ("GET /item?q=1",)
    assert verdict.load.throughput.low > 1
    assert verdict.load.p95.high < 1


@pytest.mark.slow
@pytest.mark.parametrize(
    ("settings", "fails"),
    [("", True), ('load = "report"\n', False), ('load = "off"\n', False)],
)
def test_a_slower_application_fails_unless_told_otherwise(make_judge, settings, fails):
    verdict = judged(make_judge, SERVICE, SLOWER, REQUESTS + settings)
    assert (verdict.outcome == "failed") == fails
    if "off" in settings:
        assert verdict.load is None
    else:
        assert verdict.load.slower.startswith("throughput is 0.")
    assert verdict.reason.startswith("load: throughput") == fails


@pytest.mark.slow
def test_other_answers_fail(make_judge):
    verdict = judged(make_judge, SERVICE, BROKEN)
    assert verdict.reason == "load: the application answers [599] where it answered [200]"


@pytest.mark.slow
def test_routes_are_found(make_judge):
    settings = PYPROJECT.replace("service:", "main:")
    files = {"pyproject.toml": settings, "service.py": SERVICE, "main.py": ROUTES}
    verdict = make_judge({**files, "test_service.py": TESTS}).verdict({"service.py": FREE})
    assert verdict.load.requests == ("GET /item",)
    assert verdict.load.p50.high < 1


@pytest.mark.slow
def test_what_can_not_be_driven_is_said(make_judge):
    verdict = judged(make_judge, SERVICE, FREE, "")
    assert verdict.outcome == "verified"
    assert "no GET route without parameters" in verdict.load.problem


def rounds(*pairs: tuple[float, float]) -> list[tuple[Round, Round]]:
    """Give rounds of throughput before and after."""
    return [(Round(throughput=before), Round(throughput=after)) for before, after in pairs]


@pytest.mark.parametrize(
    ("pairs", "slower"),
    [
        pytest.param([(100, 100), (100, 99)], "", id="as before"),
        pytest.param([(100, 50), (100, 60), (100, 55)], "throughput is 0.55", id="always worse"),
        pytest.param([(100, 50), (100, 101), (100, 50)], "", id="not in every round"),
        pytest.param([(100, 85), (100, 90), (100, 88)], "", id="a little"),
    ],
)
def test_slower_is_worse_in_every_round(pairs, slower):
    assert judge_rounds(rounds(*pairs)).slower.startswith(slower)
    assert bool(judge_rounds(rounds(*pairs)).slower) == bool(slower)
