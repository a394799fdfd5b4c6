"""A whole run over a small shop, as a user sees it: output, files, and what git makes of them."""

from __future__ import annotations

import re
import signal
import subprocess
import time
from pathlib import Path

import pytest

from support.agent_process import AgentHome, Ended, make_repository
from support.files import contents, write_files

pytestmark = pytest.mark.slow

FILES = {
    "shop/__init__.py": "",
    "shop/stock.py": """\
import time
from pathlib import Path


def wait_for(path: Path) -> str:
    while not path.exists():
        time.sleep(0.01)  # the writer is slow
    return path.read_text()


class Stock:
    def __init__(self, path: Path) -> None:
        self.path = path

    async def count(self, name: str) -> int:
        text = wait_for(self.path)
        return text.split().count(name)


async def forgotten(seconds: float) -> None:
    time.sleep(seconds)
""",
    "shop/ledger.py": """\
import sqlite3

CONNECTION = sqlite3.connect(":memory:")


async def sums():
    for row in CONNECTION.execute("select 1"):
        yield row
""",
    "tests/test_stock.py": """\
import asyncio
import threading

from shop.stock import Stock


def test_count(tmp_path):
    path, draft = tmp_path / "stock", tmp_path / "draft"
    draft.write_text("pen ink pen")
    threading.Timer(0.05, draft.rename, [path]).start()  # whole from the moment it exists
    assert asyncio.run(Stock(path).count("pen")) == 2
""",
}


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> tuple[AgentHome, Ended, dict]:
    """One run; and the target's files before it."""
    place = tmp_path_factory.mktemp("run")
    home = AgentHome(make_repository(write_files(place / "project", FILES), {}), place / "home")
    before = contents(home.target)
    return home, home.run(), before


def test_stdout_is_the_result_grouped_and_aligned(run):
    _, done, _ = run
    assert done.code == 1
    rows = [line for line in done.out.splitlines() if re.match(r"  \S", line)]
    groups = re.findall(r"^(\w+) \((\d+)\)$", done.out, re.MULTILINE)
    assert groups == [("verified", "1"), ("unverified", "1"), ("left", "2")]
    columns = [re.match(r"  (\S+:\d+ +)(\d{3}-\S+ +)(\S.*)", row) for row in rows]
    assert len({column.start(2) for column in columns}) == 1
    assert len({column.start(3) for column in columns}) == 1
    assert "Stock.count: " in rows[0]
    assert done.out.splitlines()[-1] == (
        f"{len(run[0].report['regions'])} blocking paths in 4 change sets:"
        " 1 verified, 1 unverified, 2 left"
    )
    assert max(map(len, done.out.splitlines())) < 160


def test_stderr_is_for_people(run):
    home, done, _ = run
    assert done.err.splitlines()[-2:] == [
        f"report: {home.results}/report.md",
        f"apply with `refactor-agent apply {home.results.name}`",
    ]


def test_the_target_is_as_it_was(run):
    home, _, before = run
    found = contents(home.target)
    assert {name: found[name] for name in found if not name.startswith(".refactor-agent")} == before
    status = ["git", "status", "--porcelain"]
    assert subprocess.run(status, cwd=home.target, capture_output=True, check=True).stdout == b""


def test_what_a_run_leaves(run):
    home, _, _ = run
    assert {path.name for path in home.results.iterdir()} >= {
        "audit.jsonl", "manifest.json", "patches", "report.json", "report.md", "rollback",
        "run.json",
    }  # fmt: skip
    names = [name.removeprefix("patches/") for name in home.patches() if name[0] == "p"]
    assert names == ["000-async-boundary.patch", "001-stock-count.patch",
                     "unverified/002-stock-forgotten.patch"]  # fmt: skip
    assert home.audit.broken_at() is None
    assert home.audit.events()[-1]["event"] == "finished"


def test_subjects_say_what_is_unblocked(run):
    home, _, _ = run
    subjects = {
        name: re.search(rb"^Subject: \[PATCH\] (.*)$", data, re.MULTILINE)[1].decode()
        for name, data in home.patches().items()
        if name.startswith("patches/")
    }
    assert list(subjects.values()) == [
        "Add the async boundary module",
        "Unblock stock.Stock.count",
        "Unblock stock.forgotten",
    ]


def test_git_am_takes_the_series(run, tmp_path):
    home, _, _ = run
    clone = tmp_path / "clone"
    name = ["-c", "user.name=A", "-c", "user.email=a@example.com"]
    subprocess.run(["git", "clone", "-q", home.target, clone], check=True)
    patches = sorted((home.results / "patches").glob("*.patch"))
    command = ["git", *name, "am", "-q", "--keep-cr", *map(str, patches)]
    subprocess.run(command, cwd=clone, check=True)
    assert "await" in (clone / "shop/stock.py").read_text()
    log = ["git", "log", "--format=%s", "-2"]
    said = subprocess.run(log, cwd=clone, check=True, capture_output=True, text=True).stdout
    assert said == "Unblock stock.Stock.count\nAdd the async boundary module\n"


def test_apply_from_elsewhere_and_back(run, tmp_path):
    home, _, _ = run
    elsewhere = AgentHome(home.target.parent, home.home)
    applied = elsewhere.agent("apply", "latest", "project")
    assert applied.out == (
        "applied 000-async-boundary (support)\napplied 001-stock-count (verified)\n"
    )
    assert "await" in (home.target / "shop/stock.py").read_text()
    assert elsewhere.agent("rollback", "latest", "project").code == 0
    test_the_target_is_as_it_was(run)
    assert elsewhere.agent("runs", "project").out == f"{home.results.name}  rolled-back\n"


def test_the_report_names_every_path_and_every_refusal(run):
    home, _, _ = run
    page = (home.results / "report.md").read_text()
    for region in home.report["regions"]:
        for hop in region["hops"]:
            assert f"`{hop['function']}` ({hop['site'][0]}:{hop['site'][1][0]})" in page
    for change in home.report["changes"]:
        assert f"### {change['change_set']['id']}: " in page
        for refusal in change["change_set"]["refusals"]:
            assert f"(`{refusal['reason']}`)" in page
    assert page.index("## Verified") < page.index("## Unverified") < page.index("## Left")


def test_a_run_from_elsewhere_tells_the_path(tmp_path):
    place = tmp_path / "my project"
    home = AgentHome(tmp_path, tmp_path / "home")
    make_repository(write_files(place, FILES), {})
    done = home.agent("run", str(place), "--no-tests")
    run_id = next(Path(place / ".refactor-agent/runs").iterdir()).name
    assert done.err.splitlines()[-1] == (
        "read the unverified patches, then apply them with"
        f" `refactor-agent apply {run_id} '{place}' --include-unverified`"
    )
    assert "note: Run with --no-tests: nothing can be more than unverified." in done.err
    assert "switched off" not in done.out


def test_an_interrupted_run_says_how_to_go_on(tmp_path):
    home = AgentHome(tmp_path / "project", tmp_path / "home")
    slow = "import time\n\n\ndef test_slow():\n    time.sleep(600)\n"
    make_repository(write_files(home.target, {**FILES, "tests/test_slow.py": slow}), {})
    with home.start(*home.run_command()) as process:
        for line in process.stderr:
            if line.startswith("looking at the project's tests"):
                break
        time.sleep(2)  # until the suite runs
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=120)
    assert (process.returncode, out) == (130, "")
    assert err == f"interrupted; go on with `refactor-agent resume {home.results.name}`\n"
