"""Which examples of rules are run for a change, and what is said of those that can't be."""

from __future__ import annotations

import asyncio

import pytest

from refactor_agent.domain.place import Site, Span
from refactor_agent.domain.plan import Attempt, CallEdit, ChangeSet
from refactor_agent.domain.proposal import Proposal, RuleAuthor
from refactor_agent.rulebook import load_rulebook
from refactor_agent.store import Store
from refactor_agent.tree import Tree
from refactor_agent.verify import Change, Differential
from refactor_agent.verify.context import Context
from refactor_agent.verify.in_play import examples_in_play

BOOK = load_rulebook()


def context(root, rule: str, code: str, action: str = "native") -> Context:
    """Give a change of one call by ``rule`` that ends in ``code``."""
    (root / "shop.py").write_text("")
    site = Site("shop.py", Span(1, 0, 1, 1))
    call = CallEdit(site=site, function="shop.f", callee="x", action=action, rule=rule)
    change = Change(
        ChangeSet(id="001-f", title="f", entries=(), regions=(), functions=()),
        Proposal(
            change_set="001-f", strategy="native", author=RuleAuthor(rules=(rule,)), functions=()
        ),
        Tree(root),
        {"shop.py": code.encode()},
        Attempt(strategy="native", calls=(call,)),
    )
    return Context(change.before, change.files, (change,))


@pytest.mark.parametrize(
    ("rule", "code", "action", "title"),
    [
        ("RA403", "import httpx", "native", "In a project that depends on httpx"),
        ("RA403", "import httpx2 as http", "native", "In a project that depends on httpx2"),
        ("RA404", "from httpx2 import AsyncClient", "native", "The twin package"),
        ("RA601", "def f():\n    import openai", "native", "A completion in a handler"),
        ("RA403", "import requests", "offload", None),
        ("RA403", "import aiohttp", "native", "In a project that depends on aiohttp"),
        ("RA403", "import niquests", "native", None),
        ("RA101", "import asyncio", "native", None),
    ],
)
def test_the_examples_are_those_of_the_libraries_that_a_change_goes_to(
    tmp_path, rule, code, action, title
):
    found = examples_in_play(context(tmp_path, rule, code, action), BOOK)

    titles = [example.title for _, examples in found for example in examples]
    assert title in titles if title else titles == []
    assert all("offload" not in e.native.code for _, examples in found for e in examples)


def test_a_server_that_is_not_in_the_walls_is_named(tmp_path):
    differential = Differential(BOOK, Store(tmp_path / "store"))
    changed = context(tmp_path, "RA520", "import psycopg")

    runs = asyncio.run(differential.of(changed, None, None, None))  # nothing is to be run

    assert {run.not_run for run in runs} == {
        "it needs postgresql, which is not there within the walls"
    }
    assert "A connection opened in a handler" in {run.example for run in runs}
