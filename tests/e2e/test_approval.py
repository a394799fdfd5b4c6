"""A run that waits for a person, and what each answer to it does."""

from __future__ import annotations

import shutil
import signal

import pytest

from support.agent_process import AgentHome, make_repository

pytestmark = pytest.mark.slow

FILES = {
    "app.py": """\
import time


async def poll():
    time.sleep(0.001)


async def push():
    time.sleep(0.002)
""",
    "test_app.py": """\
import asyncio

import app


def test_both():
    asyncio.run(app.poll())
    asyncio.run(app.push())
""",
}
POLL, PUSH = "001-app-poll", "002-app-push"


@pytest.fixture(scope="module")
def waiting(tmp_path_factory) -> AgentHome:
    """A run that has come to its question."""
    place = tmp_path_factory.mktemp("approval")
    user = AgentHome(make_repository(place / "app", FILES), place / "home")
    ended = user.run("--ask")
    assert ended.code == 1, ended.err
    assert ended.out.splitlines() == [
        f"waits for approval: {POLL} (verified)",
        f"waits for approval: {PUSH} (verified)",
    ]
    assert f"resume {user.results.name} --approve" in ended.err
    return user


@pytest.fixture
def user(waiting):
    """The same, as it was when the question was asked."""
    saved = waiting.home.with_name("saved")
    for place in (waiting.home, waiting.target):
        shutil.copytree(place, saved / place.name)
    yield waiting
    for place in (waiting.home, waiting.target):
        shutil.rmtree(place)
        shutil.copytree(saved / place.name, place)
    shutil.rmtree(saved)


def test_one_approved(user):
    """Only that one becomes a patch; the report says of the other that it was held back."""
    ended = user.agent("resume", user.results.name, "--approve", POLL)
    assert ended.code == 1, ended.err
    assert user.statuses() == {POLL: "verified", PUSH: "rejected"}
    assert set(user.patches()) == {f"patches/{POLL}.patch", f"rollback/{POLL}.patch"}
    assert "held back by a reviewer" in (user.results / "report.md").read_text()
    (reviewed,) = [event for event in user.audit.events() if event["event"] == "reviewed"]
    assert (reviewed["approved"], reviewed["rejected"]) == ([POLL], [PUSH])


def test_all_approved(user):
    ended = user.agent("resume", "latest", "--approve", "all")
    assert ended.code == 1, ended.err
    assert user.statuses() == {POLL: "verified", PUSH: "verified"}


def test_something_that_does_not_wait(user):
    """One clear line; the question stands."""
    ended = user.agent("resume", user.results.name, "--approve", "003-app-pull")
    assert (ended.code, ended.out) == (2, "")
    (error,) = [line for line in ended.err.splitlines() if line]
    assert error == f"error: '003-app-pull' does not wait for approval; {POLL}, {PUSH} do"
    assert not (user.results / "report.json").exists()
    ended = user.agent("resume", "latest", "--approve", PUSH)
    assert user.statuses() == {POLL: "rejected", PUSH: "verified"}, ended.err


def test_no_answer(user):
    """The question is asked again, and nothing is decided."""
    ended = user.agent("resume", "latest")
    assert (ended.code, ended.out.count("waits for approval")) == (1, 2)
    assert not (user.results / "report.json").exists()


@pytest.mark.parametrize(("event", "nth"), [("approve:finished", 2), ("combine:started", 1)])
def test_killed_after_the_answer(user, event, nth):
    """An answer that was taken need not be given again; the node's first end is the question."""
    killed = user.agent("resume", "latest", "--approve", PUSH, kill_at=event, nth=nth)
    assert killed.code == -signal.SIGKILL, killed.err
    ended = user.agent("resume", "latest")
    assert ended.code == 1, ended.err
    assert user.statuses() == {POLL: "rejected", PUSH: "verified"}
    answers = [event for event in user.audit.events() if event["event"] == "reviewed"]
    assert len(answers) == 1
