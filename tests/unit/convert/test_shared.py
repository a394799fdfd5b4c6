"""Clients that a module shares: planned by the real planner, converted with all their uses."""

from __future__ import annotations

from functools import cache

import pytest

from refactor_agent.convert import propose
from refactor_agent.domain.plan import Flag
from refactor_agent.domain.proposal import Proposal
from refactor_agent.edit import SpliceConflictError, apply_proposal
from refactor_agent.locate import locate
from refactor_agent.plan import make_plan
from refactor_agent.project import open_project
from refactor_agent.rulebook import load_rulebook
from refactor_agent.tree import Tree

PROJECT = """\
[project]
name = "shop"
version = "0"
dependencies = ["httpx", "psycopg", "redis"]
"""
APP = """\
import service


async def page(name):
    return await service.price(name)
"""
SHOP = """\
import httpx

URL = "http://127.0.0.1"
http = httpx.Client(
    base_url=URL,
    timeout=5,
)


def _get(path):
    return http.get(path).json()


async def price(name):
    return _get(f"/prices/{name}")["price"]


async def order(name):
    with httpx.Client() as other:
        other.post(f"{URL}/log")
    return http.post("/orders", json={"name": name}).json()
"""
DB = """\
import psycopg

db = psycopg.connect("dbname=shop")


async def price(name):
    return db.execute("SELECT price FROM prices").fetchone()
"""


rulebook = cache(load_rulebook)


def proposals(root, app, service, *, flag=None):
    """Give what the native attempts propose, or the reasons against them, and the tree."""
    (root / "pyproject.toml").write_text(PROJECT)
    (root / "app.py").write_text(app)
    (root / "service.py").write_text(service)
    project, book = open_project(root), rulebook()
    plan = make_plan(locate(project, book), book, project)
    tree, made, reasons = Tree(root), [], set()
    for change_set in plan.change_sets:
        reasons.update(refusal.reason for refusal in change_set.refusals)
        attempts = tuple(one.model_copy(update={"flag": flag}) for one in change_set.attempts)
        flagged = change_set.model_copy(update={"attempts": attempts})
        for number, attempt in enumerate(attempts):
            outcome = propose(flagged, number, tree, book)
            if attempt.strategy == "native" and not isinstance(outcome, Proposal):
                reasons.add(outcome.reason)
            elif isinstance(outcome, Proposal) and outcome.assignments:
                made.append(outcome)
    return made, reasons, tree


def test_the_client_and_all_its_uses_change_in_one_set(tmp_path):
    (proposal,), _, tree = proposals(tmp_path, APP, SHOP)

    assert (
        apply_proposal(tree, proposal)["service.py"].decode()
        == """\
import httpx

from _async_clients import PerLoop

URL = "http://127.0.0.1"
http = PerLoop(
    httpx.AsyncClient,
    base_url=URL,
    timeout=5,
)


async def _get(path):
    return (await http().get(path)).json()


async def price(name):
    return (await _get(f"/prices/{name}"))["price"]


async def order(name):
    async with httpx.AsyncClient() as other:
        await other.post(f"{URL}/log")
    return (await http().post("/orders", json={"name": name})).json()
"""
    )
    assert [new.file for new in proposal.new_files] == ["_async_clients.py"]


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param(SHOP.replace("timeout=5", "timeout=6"), id="made otherwise"),
        pytest.param(SHOP.replace("http =", "https ="), id="gone"),
        pytest.param(SHOP + "\n\nhttp = None\n", id="assigned twice"),
        pytest.param(SHOP.replace("\n)\n", "\n); OPEN = True\n"), id="beside another statement"),
    ],
)
def test_it_does_not_fit_what_changed_meanwhile(tmp_path, changed):
    (proposal,), _, tree = proposals(tmp_path, APP, SHOP)

    with pytest.raises(SpliceConflictError):
        apply_proposal(tree.with_changes({"service.py": changed.encode()}), proposal)


@pytest.mark.parametrize(
    ("app", "service"),
    [
        pytest.param(APP + "\n\nfrom service import http\n", SHOP, id="imported elsewhere"),
        pytest.param(APP + "\n\nfrom service import *\n", SHOP, id="imported with all else"),
        pytest.param(APP + "\n\nservice.http.close()\n", SHOP, id="reached by dot"),
        pytest.param(APP + "\n\nPATCHED = 'service.http'\n", SHOP, id="named in a string"),
        pytest.param(APP, SHOP + "\n\n__all__ = ['http', 'price']\n", id="exported"),
        pytest.param(
            APP, SHOP + "\n\ndef ping():\n    http.get('/ping')\n", id="used by sync code"
        ),
        pytest.param(APP, SHOP + "\n\nhttp.headers['a'] = 'b'\n", id="used by the module"),
        pytest.param(APP, SHOP + "\n\nclass A:\n    http = http\n", id="used by a class body"),
        pytest.param(
            APP, SHOP + "\n\nasync def reset():\n    global http\n    http = httpx.Client()\n",
            id="made anew",
        ),
        pytest.param(
            APP, SHOP + "\n\nasync def other(http):\n    return http.get('/')\n",
            id="another thing of its name",
        ),
        pytest.param(
            APP, SHOP + "\n\nasync def base():\n    return http.base_url\n",
            id="used where nothing else changes",
        ),
        pytest.param(APP, SHOP.replace("http = httpx", "http = None or httpx"), id="made oddly"),
        pytest.param(APP, DB, id="a connection with one transaction"),
    ],
)  # fmt: skip
def test_what_could_meet_the_other_type_keeps_the_client_sync(tmp_path, app, service):
    made, reasons, _ = proposals(tmp_path, app, service)

    assert made == []
    assert reasons & {"client-not-local", "client-escapes", "shared-unsafe-object"}


def test_a_client_handed_to_other_code_stays(tmp_path):
    lent = SHOP + "\n\nasync def lend(other):\n    http.get('/')\n    other.take(http)\n"

    made, reasons, _ = proposals(tmp_path, APP, lent)

    assert made == []
    assert "client-escapes" in reasons


def test_both_paths_of_a_rollout_can_not_share_it(tmp_path):
    made, reasons, _ = proposals(tmp_path, APP, SHOP, flag=Flag(name="new"))

    assert made == []
    assert "client-not-local" in reasons
