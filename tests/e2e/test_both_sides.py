"""The examples of a rule run where the target runs, within the walls, and decide."""

from __future__ import annotations

import asyncio
import shutil
import sysconfig
import venv
from pathlib import Path

import pytest

from refactor_agent.rulebook import load_rulebook
from refactor_agent.verify import ProcessSandbox, WorkspacePool, find_isolation
from refactor_agent.verify.both_sides import compare_sides, trials_of
from support.agent_process import AgentHome, make_repository
from support.files import write_files
from support.price_server import price_test

pytestmark = pytest.mark.slow

PACKAGES = Path(sysconfig.get_path("purelib"))
OTHERWISE = """
_get = AsyncClient.get


async def _stays(self, url, **given):
    return await _get(self, url, **{**given, "follow_redirects": False})


AsyncClient.get = _stays
"""
RULE = load_rulebook().rule("RA403")
EXAMPLES = [one for one in RULE.examples if one.title == "In a project that depends on httpx"]
FILES = {
    "pyproject.toml": """\
[project]
name = "shop"
version = "0"
requires-python = ">=3.11"
dependencies = ["httpx", "requests"]
""",
    "shop.py": """\
import requests


async def price(url):
    response = requests.get(url, timeout=10)
    return response.json()["price"]
""",
    "test_shop.py": price_test("shop"),
}


def environment(place: Path, *, only: str = "", httpx_ends_in: str = "") -> str:
    """Make an environment with what is installed here, or one package of it; give its Python."""
    venv.create(place, symlinks=True)
    own = next(place.glob("lib/python*/site-packages"))
    if only:
        shutil.copytree(PACKAGES / only, own / only)
        return str(place / "bin" / "python")
    (own / "others.pth").write_text(f"{PACKAGES}\n")
    if httpx_ends_in:
        shutil.copytree(PACKAGES / "httpx", own / "httpx")
        with (own / "httpx" / "__init__.py").open("a") as file:
            file.write(httpx_ends_in)
    return str(place / "bin" / "python")


def run(tmp_path: Path, python: str) -> tuple[AgentHome, str]:
    """Run over the shop; give the page of the report, too."""
    home = AgentHome(make_repository(write_files(tmp_path / "p", FILES), {}), tmp_path / "home")
    done = home.run("--python", python)
    assert done.code == 1, done
    return home, (home.results / "report.md").read_text()


def test_two_libraries_that_agree_are_told_of(tmp_path):
    home, page = run(tmp_path, environment(tmp_path / "env"))

    (change,) = home.report["changes"]
    assert change["decision"]["status"] == "verified"
    runs = change["verdict"]["differential"]
    assert {one["rule"] for one in runs} == {"RA403"}
    assert [one["not_run"] or one["differs"] for one in runs] == [""] * len(runs)
    assert "In a project that depends on httpx" in {one["example"] for one in runs}
    assert "In a project that depends on httpx2" not in {one["example"] for one in runs}
    assert 'old side and new: RA403 "In a project that depends on httpx", 6 calls' in page


def test_a_library_that_does_otherwise_fails_the_change(tmp_path):
    home, _ = run(tmp_path, environment(tmp_path / "env", httpx_ends_in=OTHERWISE))

    (change,) = home.report["changes"]
    native, offload = change["decision"]["tried"]
    assert native["reason"].startswith(
        "differential: the two libraries do not do the same in this environment (httpx"
    )
    assert "forecast(server + '/moved') gives {" in native["reason"]
    assert (native["outcome"], offload["strategy"]) == ("failed", "offload")
    assert change["decision"]["status"] == "verified"
    assert change["verdict"]["differential"] == []


@pytest.mark.parametrize(("only", "missing"), [("requests", "httpx"), ("httpx", "requests")])
def test_what_is_not_installed_is_said(tmp_path, only, missing):
    python = environment(tmp_path / "env", only=only)

    (found,) = compared(tmp_path, python, trials_of(RULE, EXAMPLES)).runs

    assert (found.not_run, found.calls) == (f"{missing} is not installed", 0)


def test_nothing_is_run_again_while_the_same_is_installed(tmp_path):
    trials = trials_of(RULE, EXAMPLES)
    python = environment(tmp_path / "env", httpx_ends_in=OTHERWISE)

    first = compared(tmp_path, python, trials)
    again = compared(tmp_path, python, trials, first)
    (edited,) = (tmp_path / "env").glob("lib/*/site-packages/httpx/__init__.py")
    edited.write_text(edited.read_text().replace(OTHERWISE, ""))
    mended = compared(tmp_path, python, trials, first)

    assert first.runs[0].differs.startswith("forecast(server + '/moved') gives {")
    assert again is first
    assert mended.runs[0].differs == ""


def compared(tmp_path, python, trials, last=None):
    (tmp_path / "empty").mkdir(exist_ok=True)
    pool = WorkspacePool(tmp_path / "empty", tmp_path / "pool", 1)
    sandbox = ProcessSandbox(find_isolation(python))

    async def ask():
        async with pool.lease({}) as place:
            return await compare_sides(trials, python, place, sandbox, last)

    return asyncio.run(ask())
