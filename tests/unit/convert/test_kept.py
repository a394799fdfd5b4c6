"""Clients that an object keeps: planned by the real planner, converted with all their uses."""

from __future__ import annotations

from functools import cache
from textwrap import dedent

import pytest

from refactor_agent.convert import propose
from refactor_agent.domain.proposal import Proposal
from refactor_agent.edit import apply_proposal
from refactor_agent.locate import locate
from refactor_agent.plan import make_plan
from refactor_agent.project import open_project
from refactor_agent.rulebook import load_rulebook
from refactor_agent.tree import Tree

PROJECT = """\
[project]
name = "shop"
version = "0"
dependencies = ["httpx", "openai", "redis"]
"""
APP = """\
import service


async def lifespan(app):
    shop = service.Shop("http://127.0.0.1")
    yield {"shop": shop}
    await shop.close()
"""
SHOP = """\
import httpx


class Shop:
    def __init__(self, url):
        self.url = url
        self._http = httpx.Client(base_url=url)  # one pool

    def _get(self, path):
        response = self._http.get(path, timeout=5)
        response.raise_for_status()
        return response.json()

    async def price(self, name):
        return self._get(f"/prices/{name}")["price"]

    async def order(self, name):
        return self._http.post("/orders", json={"name": name}).json()

    async def close(self):
        self._http.close()
"""


rulebook = cache(load_rulebook)


def native(root, app, service):
    """Give the service as the native attempt leaves it, or the reasons against it."""
    (root / "pyproject.toml").write_text(PROJECT)
    (root / "app.py").write_text(app)
    (root / "service.py").write_text(service)
    project, book = open_project(root), rulebook()
    plan = make_plan(locate(project, book), book, project)
    tree, reasons = Tree(root), set()
    for change_set in plan.change_sets:
        reasons.update(refusal.reason for refusal in change_set.refusals)
        for number, attempt in enumerate(change_set.attempts):
            outcome = propose(change_set, number, tree, book)
            if attempt.strategy != "native":
                continue
            if isinstance(outcome, Proposal):
                return apply_proposal(tree, outcome)["service.py"].decode()
            reasons.add(outcome.reason)
    return reasons


def test_a_client_its_uses_and_its_closing_become_async_together(tmp_path):
    assert native(tmp_path, APP, SHOP) == dedent("""\
        import httpx


        class Shop:
            def __init__(self, url):
                self.url = url
                self._http = httpx.AsyncClient(base_url=url)  # one pool

            async def _get(self, path):
                response = await self._http.get(path, timeout=5)
                response.raise_for_status()
                return response.json()

            async def price(self, name):
                return (await self._get(f"/prices/{name}"))["price"]

            async def order(self, name):
                return (await self._http.post("/orders", json={"name": name})).json()

            async def close(self):
                await self._http.aclose()
        """)


def test_a_client_that_closes_itself_needs_no_closing(tmp_path):
    service = """\
import openai


class Shop:
    def __init__(self, url):
        self.model = openai.OpenAI(base_url=url)

    async def ask(self, text):
        return self.model.responses.create(model="small", input=text).output_text

    async def close(self):
        pass
"""
    assert native(tmp_path, APP, service) == (
        service.replace("openai.OpenAI", "openai.AsyncOpenAI").replace(
            'return self.model.responses.create(model="small", input=text).output_text',
            'return (await self.model.responses.create(model="small", input=text)).output_text',
        )
    )


@pytest.mark.parametrize(
    ("app", "service", "reason"),
    [
        pytest.param(
            APP, SHOP.replace("        self._http.close()", "        pass"),
            "client-never-closed", id="nothing closes it",
        ),
        pytest.param(
            APP + "\n\ndef report(shop):\n    return shop._http.get('/report').text\n", SHOP,
            "client-not-local", id="other code reaches into the object",
        ),
        pytest.param(
            APP + "\n\ndef swap(shop, fake):\n    setattr(shop, '_http', fake)\n", SHOP,
            "client-not-local", id="a string names it",
        ),
        pytest.param(
            APP, SHOP + "\n    def ping(self):\n        self._http.get('/ping')\n",
            "client-not-local", id="a method that no loop runs uses it",
        ),
        pytest.param(
            APP, SHOP + "\n\nclass Corner(Shop):\n    pass\n",
            "client-not-local", id="a subclass inherits it",
        ),
        pytest.param(
            APP, SHOP + "\n\nSHOP = Shop('http://127.0.0.1')\n",
            "client-not-local", id="made when the module is imported",
        ),
        pytest.param(
            "import service\n", SHOP, "client-not-local", id="made by code that is not in sight",
        ),
        pytest.param(
            APP, SHOP.replace("self._http = httpx", "self._http = None or httpx"),
            "client-not-local", id="not made plainly",
        ),
        pytest.param(
            APP, SHOP + "\n    async def renew(self):\n        self._http = httpx.Client()\n",
            "client-not-local", id="made twice",
        ),
        pytest.param(
            APP, SHOP + "\n    async def lend(self, other):\n        other.take(self._http)\n",
            "client-escapes", id="handed to other code",
        ),
        pytest.param(
            APP, SHOP.replace("    def _get", "    @property\n    def pool(self):\n"
                              "        return self._http.timeout\n\n    def _get"),
            "client-not-local", id="a property reads it",
        ),
    ],
)  # fmt: skip
def test_what_could_meet_the_other_type_keeps_the_client_sync(tmp_path, app, service, reason):
    refused = native(tmp_path, app, service)
    assert isinstance(refused, set), refused
    assert reason in refused
