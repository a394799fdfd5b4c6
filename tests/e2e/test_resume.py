"""A run that is killed at any point goes on where it stood: nothing lost, nothing done twice."""

from __future__ import annotations

import json
import re
import shutil
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from support.agent_process import AgentHome, Ended, make_repository, processes_with

pytestmark = pytest.mark.slow

NODES = (
    "locate", "plan", "baseline", "change", "propose", "verify", "decide", "approve", "combine",
    "finish",
)  # fmt: skip

FILES = {
    "app/__init__.py": "",
    "app/jobs.py": """\
import time
from pathlib import Path


def settle(names):
    time.sleep(0.001)  # the queue is slow to notice
    return sorted(names)


async def report(names) -> str:
    return ",".join(settle(names))


async def load(path: Path) -> str:
    return path.read_text().strip()


def ticks(count):
    for number in range(count):
        time.sleep(0.001)
        yield number


async def total(count: int) -> int:
    return sum([*ticks(count)])
""",
    "tests/test_jobs.py": """\
import asyncio

from app import jobs


def test_report():
    assert asyncio.run(jobs.report(["b", "a"])) == "a,b"


def test_load(tmp_path):
    (tmp_path / "note").write_text("hello\\n")
    assert asyncio.run(jobs.load(tmp_path / "note")) == "hello"


def test_total():
    assert asyncio.run(jobs.total(3)) == 3
""",
    # Behind walls the suite could not write down that it ran.
    "pyproject.toml": '[tool.refactor-agent]\nisolation = "off"\n',
    # The sandbox hands on no variables and no home, so the suite is told by path where to write.
    "conftest.py": """\
import os
import time
from pathlib import Path

PLACE = Path({place!r})


def pytest_sessionstart(session):
    with open(PLACE / "suites", "a") as log:
        log.write(f"{{os.getpid()}}\\n")
    number = len((PLACE / "suites").read_text().splitlines())
    while (PLACE / f"hold-{{number}}").exists():
        time.sleep(0.02)
""",
}


@dataclass(frozen=True)
class Outcome:
    """What a run leaves, without what differs between any two runs."""

    patches: Mapping[str, str]
    report: str
    page: str
    audit: Counter[str]
    suites: int


class Bench:
    """Fresh copies of one target, and a log of every start of its suite."""

    def __init__(self, place: Path) -> None:
        self.place = place
        files = {**FILES, "conftest.py": FILES["conftest.py"].format(place=str(place))}
        self._template = make_repository(place / "app", files)
        self.undisturbed = self._undisturbed()

    def home(self, directory: Path) -> AgentHome:
        """Give a user with a copy of the target."""
        shutil.copytree(self._template, directory / "app")
        return AgentHome(directory / "app", directory / "home")

    def suites(self) -> list[int]:
        """Give the process of every start of the suite so far."""
        log = self.place / "suites"
        return [int(line) for line in log.read_text().split()] if log.exists() else []

    def _undisturbed(self) -> Outcome:
        home = self.home(self.place / "undisturbed")
        ended = home.run()
        assert ended.code == 1, ended.err
        return outcome(home, len(self.suites()))


@pytest.fixture(scope="module")
def bench(tmp_path_factory) -> Bench:
    return Bench(tmp_path_factory.mktemp("resume"))


def outcome(home: AgentHome, suites: int) -> Outcome:
    """Read what the latest run left."""
    run = home.results.name

    def plain(text: str) -> str:
        return text.replace(run, "RUN").replace(str(home.target), "TARGET")

    created = home.report["created"]
    return Outcome(
        patches={name: without_date(data.decode()) for name, data in home.patches().items()},
        report=plain(json.dumps(without_times(home.report))).replace(created, "CREATED"),
        page=re.sub(r"\d+\.\d s\b", "TIME", plain((home.results / "report.md").read_text())),
        audit=Counter(plain(event) for event in events(home)),
        suites=suites,
    )


def without_date(patch: str) -> str:
    """Take the commit's date, and its hash that follows from it, out of a patch."""
    return re.sub(r"^(From [0-9a-f]{40}|Date: .*)", "", patch, flags=re.MULTILINE)


def without_times(value: object) -> object:
    """Take durations out, and the keys of verdicts, which hold some."""
    if isinstance(value, dict):
        kept = {key: part for key, part in value.items() if key != "seconds"}
        if isinstance(kept.get("verdict"), str):
            del kept["verdict"]
        return {key: without_times(part) for key, part in kept.items()}
    return [without_times(part) for part in value] if isinstance(value, list) else value


def events(home: AgentHome) -> Iterator[str]:
    """Give the audit log's events; keys of what holds durations are left out."""
    for event in home.audit.events():
        left_out = {"number", "time", "previous", "verdict", "baseline", "combined"}
        facts = {name: fact for name, fact in event.items() if name not in left_out}
        yield json.dumps(facts, sort_keys=True)


def assert_same(bench: Bench, home: AgentHome, ended: Ended, suites: int, *, cut: int) -> None:
    """Compare a resumed run with the undisturbed one; ``cut`` of its suite runs were killed."""
    assert ended.code == 1, ended.err
    found, expected = outcome(home, suites), bench.undisturbed
    assert found.patches == expected.patches
    assert found.report == expected.report
    assert found.page == expected.page
    assert found.audit == expected.audit
    assert max(found.audit.values()) == 1
    assert home.audit.broken_at() is None
    assert expected.suites <= suites <= expected.suites + cut
    assert wait_for(lambda: not processes_with(str(home.temporary)))
    assert wait_for(lambda: not list(home.temporary.iterdir()))


def wait_for(holds: Callable[[], object], seconds: float = 30.0) -> bool:
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def test_the_undisturbed_run(bench):
    """What the others are compared with is worth the comparison."""
    expected = bench.undisturbed
    assert len(expected.patches) == 6, "two change sets and the boundary module, both ways"
    assert expected.suites == 2 + 2 + 1, "the baseline, each change set, the sum"
    assert max(expected.audit.values()) == 1


@pytest.mark.parametrize("node", NODES)
def test_killed_where_a_node_begins_and_again_where_it_ends(bench, tmp_path, node):
    home = bench.home(tmp_path)
    before = len(bench.suites())
    killed = home.run(kill_at=f"{node}:started")
    assert killed.code == -signal.SIGKILL, killed.err
    killed = home.agent("resume", "latest", kill_at=f"{node}:finished")
    assert killed.code == -signal.SIGKILL, killed.err
    ended = home.agent("resume", "latest")
    assert_same(bench, home, ended, len(bench.suites()) - before, cut=2)


def test_killed_between_two_change_sets(bench, tmp_path):
    """The first one's verdict stands, and only the second one is tried."""
    home = bench.home(tmp_path)
    before = len(bench.suites())
    assert home.run(kill_at="verify:finished", nth=2).code == -signal.SIGKILL
    at_kill = len(bench.suites())
    ended = home.agent("resume", "latest")
    assert len(bench.suites()) - at_kill <= 1
    assert_same(bench, home, ended, len(bench.suites()) - before, cut=0)


@pytest.mark.parametrize("suite", [1, 3, 5], ids=["baseline", "verify", "combine"])
def test_killed_while_a_suite_runs(bench, tmp_path, suite):
    """The suite is ended too, though nobody was left to end it."""
    home = bench.home(tmp_path)
    before = len(bench.suites())
    hold = bench.place / f"hold-{before + suite}"
    hold.touch()
    try:
        with home.start(*home.run_command()) as process:
            assert wait_for(lambda: len(bench.suites()) == before + suite, 60)
            process.kill()
        left = bench.suites()[-1]
        assert wait_for(lambda: not Path(f"/proc/{left}").exists()), "while it still holds"
    finally:
        hold.unlink()
    ended = home.agent("resume", "latest")
    assert_same(bench, home, ended, len(bench.suites()) - before, cut=1 + (suite == 1))


def test_killed_before_its_copy_of_the_target_was_whole(bench, tmp_path):
    home = bench.home(tmp_path)
    before = len(bench.suites())
    assert home.run(kill_at="locate:started").code == -signal.SIGKILL
    (snapshot,) = home.home.glob("state/**/snapshot")
    snapshot.rename(snapshot.with_name("snapshot.partial"))
    ended = home.agent("resume", "latest")
    assert_same(bench, home, ended, len(bench.suites()) - before, cut=0)


def test_resuming_what_is_over_tells_the_same_again(bench, tmp_path):
    home = bench.home(tmp_path)
    before = len(bench.suites())
    first = home.run()
    again = home.agent("resume", "latest")
    assert (again.code, again.out) == (first.code, first.out)
    assert_same(bench, home, again, len(bench.suites()) - before, cut=0)
    assert not list(home.home.glob("state/**/snapshot"))
