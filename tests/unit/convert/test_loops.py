"""Loops that a person named: made concurrent, or kept in order with the reason."""

from __future__ import annotations

import ast
from pathlib import Path
from textwrap import dedent, indent

import pytest

from refactor_agent.boundary import boundary_source
from refactor_agent.convert import propose
from refactor_agent.domain.plan import ChangeSet
from refactor_agent.domain.proposal import Proposal
from refactor_agent.edit import apply_proposal
from refactor_agent.errors import UsageError
from refactor_agent.independence import PROOF
from refactor_agent.locate import locate
from refactor_agent.plan import plan_loops
from refactor_agent.project import open_project
from refactor_agent.rulebook import load_rulebook
from refactor_agent.tree import Tree
from support.files import write_files

HELPERS = """\
import asyncio
import httpx
from collections import Counter

seen = Counter()


async def fetch(url: str) -> str:
    async with httpx.AsyncClient() as client:
        return (await client.get(url)).text


async def counted(url: str) -> str:
    seen[url] += 1
    return await fetch(url)


async def slowly(url: str) -> str:
    await asyncio.sleep(1)
    return await fetch(url)


async def store(url: str) -> str:
    async with httpx.AsyncClient() as client:
        return (await client.post(url)).text


"""


def planned(tmp_path: Path, function: str) -> tuple[ChangeSet, Tree]:
    text = HELPERS + dedent(function)
    line = next(n for n, one in enumerate(text.splitlines(), 1) if "# here" in one)
    root = write_files(tmp_path, {"app.py": text})
    project = open_project(root)
    located = locate(project, load_rulebook())
    plan = plan_loops(located.graph, Tree(root), [f"app.py:{line}"])
    return plan.change_sets[0], Tree(root)


@pytest.mark.parametrize(("before", "after"), [
    pytest.param(
        """\
        async def load(urls):
            texts = []
            for url in urls:  # here
                texts.append(await fetch(url))
            return texts
        """,
        """\
        async def load(urls):
            texts = []
            async for result in ordered_map(fetch, urls, limit=8):
                texts.append(result)
            return texts
        """,
        id="one call an item",
    ),
    pytest.param(
        """\
        async def load(urls):
            return [await fetch(url) for url in urls]  # here
        """,
        """\
        async def load(urls):
            return [result async for result in ordered_map(fetch, urls, limit=8)]  # here
        """,
        id="a comprehension",
    ),
    pytest.param(
        """\
        async def load(urls, result):
            texts = []
            for url in sorted(urls):  # here
                # small ones only
                text = await fetch(url)
                if not text:
                    text = url.upper()
                texts.append((url, text))
            return texts, result
        """,
        """\
        async def load(urls, result):
            texts = []
            async def fetch_one(url):
                # small ones only
                text = await fetch(url)
                if not text:
                    text = url.upper()
                return (url, text)

            async for result_2 in ordered_map(fetch_one, sorted(urls), limit=8):
                texts.append(result_2)
            return texts, result
        """,
        id="several statements an item",
    ),
])  # fmt: skip
def test_independent_iterations_run_at_once(tmp_path, before, after):
    change_set, tree = planned(tmp_path, before)
    assert change_set.refusals == ()
    assert len(change_set.attempts[0].notes) == len(PROOF)
    made = propose(change_set, 0, tree, load_rulebook())
    assert isinstance(made, Proposal), made
    files = {file: data.decode() for file, data in apply_proposal(tree, made).items()}
    assert files.pop("_async_adapters.py") == boundary_source()
    assert files["app.py"].endswith(dedent(after))
    assert "from _async_adapters import ordered_map\n" in files["app.py"]
    ast.parse(files["app.py"])


@pytest.mark.parametrize(("reason", "body"), [
    ("leaves-early", """\
        texts = []
        for url in urls:  # here
            text = await fetch(url)
            if not text:
                break
            texts.append(text)
        return texts"""),
    ("carried-variable", """\
        texts, cursor = [], ""
        for url in urls:  # here
            cursor = await fetch(url + cursor)
            texts.append(cursor)
        return texts"""),
    ("carried-variable", """\
        texts = []
        for url in urls:  # here
            texts.append(await fetch(url))
        return texts, url"""),
    ("shared-write", """\
        texts, total = [], 0
        for url in urls:  # here
            text = await fetch(url)
            total += len(text)
            texts.append(text)
        return texts, total"""),
    ("shared-write", """\
        texts = []
        for url in urls:  # here
            texts.append(await fetch(url + str(len(texts))))
        return texts"""),
    ("shared-write", """\
        return [await counted(url) for url in urls]  # here"""),
    ("rate-limit", """\
        return [await slowly(url) for url in urls]  # here"""),
    ("unknown-effect", """\
        return [await store(url) for url in urls]  # here"""),
    ("unknown-effect", """\
        texts = []
        for url in urls:  # here
            text = await fetch(url)
            log(text)
            texts.append(text)
        return texts"""),
    ("lock-held", """\
        texts = []
        for url in urls:  # here
            async with lock:
                text = await fetch(url)
            texts.append(text)
        return texts"""),
    ("no-result-list", """\
        for url in urls:  # here
            await fetch(url)"""),
    ("carried-variable", """\
        found, cursor = [], "/first"
        while cursor:  # here
            text = await fetch(cursor)
            found.append(text)
            cursor = text.partition("next: ")[2]
        return found"""),
    ("rate-limit", """\
        while True:  # here
            if await fetch(urls):
                return True
            await asyncio.sleep(1)"""),
    ("unknown-end", """\
        while await fetch(urls):  # here
            pass"""),
    ("unpacked-item", """\
        return [await fetch(url) for url, _ in urls]  # here"""),
    ("awaits-nothing", """\
        return [url.upper() for url in urls]  # here"""),
    ("loop-else", """\
        texts = []
        for url in urls:  # here
            texts.append(await fetch(url))
        else:
            texts.append("end")
        return texts"""),
])  # fmt: skip
def test_what_depends_stays_in_order_with_the_reason(tmp_path, reason, body):
    function = f"async def load(urls, lock=None, log=print):\n{indent(dedent(body), '    ')}\n"
    change_set, _ = planned(tmp_path, function)
    assert change_set.attempts == ()
    assert reason in {refusal.reason for refusal in change_set.refusals}
    assert all("stays sequential" in refusal.message for refusal in change_set.refusals)


@pytest.mark.parametrize("site", ["app.py", "app.py:x", "gone.py:1", "app.py:1", "app.py:10"])
def test_what_is_no_loop_is_said(tmp_path, site):
    root = write_files(tmp_path, {"app.py": HELPERS})
    located = locate(open_project(root), load_rulebook())
    with pytest.raises(UsageError, match="--concurrent"):
        plan_loops(located.graph, Tree(root), [site])
