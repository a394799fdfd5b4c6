"""What the rules can't convert goes to a model, and through the same gate as everything else."""

from __future__ import annotations

import json
import signal
import socket
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support.agent_process import AgentHome, Ended, make_repository
from support.model_server import Request, Said, ScriptedModelServer, answer

pytestmark = pytest.mark.slow

KEY = "sk-scripted-0123456789abcdef"

GENERATOR = {
    "app/__init__.py": "",
    "app/ticks.py": """\
import time


def ticks(count):
    for number in range(count):
        time.sleep(0.001)  # one at a time
        yield number


async def total(count: int) -> int:
    return sum([*ticks(count)])
""",
    "tests/test_ticks.py": """\
import asyncio

from app.ticks import total


def test_total():
    assert asyncio.run(total(4)) == 6
""",
}
WITH_RULES = {
    **GENERATOR,
    "app/jobs.py": """\
import time


async def poll(job: str) -> str:
    time.sleep(0.001)
    return job.upper()
""",
    "tests/test_jobs.py": """\
import asyncio

from app.jobs import poll


def test_poll():
    assert asyncio.run(poll("a")) == "A"
""",
}
TICKS = """\
async def ticks(count):
    for number in range(count):
        await asyncio.sleep(0.001)  # one at a time
        yield number
"""
TOTAL = """\
async def total(count: int) -> int:
    return sum([number async for number in ticks(count)])
"""


def said(ticks: str = TICKS, total: str = TOTAL) -> Said:
    """Answer with both functions."""
    functions = {"app.ticks.ticks": ticks, "app.ticks.total": total}
    return answer(functions, imports=["import asyncio"])


RIGHT = said()
WRONG = said(ticks=TICKS.replace("await ", ""))


@pytest.fixture
def user(tmp_path, request) -> Iterator[AgentHome]:
    """A user with a key, which no file and no output may hold at the end."""
    files = getattr(request, "param", WITH_RULES)
    target = make_repository(tmp_path / "app", files)
    yield AgentHome(target, tmp_path / "home", {"OPENAI_API_KEY": KEY})
    holding = [path for path in files_in(tmp_path) if KEY.encode() in path.read_bytes()]
    assert holding == []


def files_in(root: Path) -> Iterator[Path]:
    return (path for path in root.rglob("*") if path.is_file())


def ask(user: AgentHome, base_url: str, *options: str, **settings: object) -> Ended:
    """Run with the scripted model."""
    ended = user.run("--model", "scripted", "--base-url", base_url, *options, **settings)
    assert KEY not in ended.out + ended.err
    return ended


def change(user: AgentHome, name: str) -> dict:
    """Give the change set in the report whose id ends with ``name``."""
    (found,) = [one for one in user.report["changes"] if one["change_set"]["id"].endswith(name)]
    return found


def test_a_good_answer_ends_verified(user):
    with ScriptedModelServer([RIGHT]) as server:
        ended = ask(user, server.base_url)
    assert ended.code == 1, ended.err
    found = change(user, "ticks-total")
    assert (found["decision"]["status"], found["author"]["kind"]) == ("verified", "model")
    patch = user.patches()[found["patch"]].decode()
    assert "+        await asyncio.sleep(0.001)  # one at a time\n" in patch
    assert "+    return sum([number async for number in ticks(count)])\n" in patch
    (request,) = server.requests
    assert request.headers["authorization"] == f"Bearer {KEY}", "else it could not leak"
    assert "def ticks(count)" in request.prompt
    assert "job.upper()" not in request.prompt, "a rule converts that"
    assert user.report["combined"]["outcome"] == "verified"


def test_a_wrong_answer_is_mended(user):
    """The gate catches it, its exact words go back, and the second answer is taken."""
    with ScriptedModelServer([WRONG, RIGHT]) as server:
        ask(user, server.base_url)
    found = change(user, "ticks-total")
    assert found["decision"]["status"] == "verified"
    first, second = found["decision"]["tried"]
    assert (first["outcome"], second["outcome"]) == ("failed", "verified")
    _, repair = server.requests
    check, _, message = first["reason"].partition(": ")
    assert message == "ticks: `asyncio.sleep(0.001)` is not awaited"
    assert f"```text\n{message}\n" in repair.prompt
    assert check in repair.prompt
    assert TICKS.replace("await ", "").strip() in repair.prompt


def test_what_never_becomes_right_leaves_no_patch(user):
    with ScriptedModelServer(lambda _: WRONG) as server:
        ended = ask(user, server.base_url, "--rounds", "2")
    assert ended.code == 1, ended.err
    found = change(user, "ticks-total")
    assert (found["decision"]["status"], found["patch"]) == ("failed", None)
    assert len(server.requests) == 3, "the first answer and two repairs"
    page = (user.results / "report.md").read_text().replace("\\", "")
    tried = found["decision"]["tried"]
    assert [one["outcome"] for one in tried] == ["failed"] * 3
    assert page.count(tried[-1]["reason"]) >= 3
    assert change(user, "jobs-poll")["decision"]["status"] == "verified"
    assert not [name for name in user.patches() if "ticks" in name]


def test_an_endpoint_that_is_down(user):
    """The run ends with what the rules can do, and says so."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    ended = ask(user, f"http://127.0.0.1:{port}/v1")
    assert ended.code == 1, ended.err
    assert change(user, "jobs-poll")["decision"]["status"] == "verified"
    assert change(user, "ticks-total")["decision"]["status"] == "left"
    (notice,) = [text for text in user.report["notices"] if "rules alone" in text]
    assert str(port) in notice
    assert notice in (user.results / "report.md").read_text().replace("\\", "")
    assert notice in ended.err


def test_without_a_model_the_rest_is_the_same(user, tmp_path):
    with ScriptedModelServer([RIGHT]) as server:
        ask(user, server.base_url)
    plain = AgentHome(make_repository(tmp_path / "plain" / "app", WITH_RULES), tmp_path / "plain/h")
    modules = tmp_path / "modules"
    ended = plain.run(modules=str(modules))
    assert ended.code == 1, ended.err
    assert change(plain, "ticks-total")["decision"]["status"] == "left"
    ours, theirs = change(plain, "jobs-poll"), change(user, "jobs-poll")
    assert ours["change_set"] == theirs["change_set"]
    assert ours["decision"]["tried"] == theirs["decision"]["tried"]
    assert hunks(plain, ours["patch"]) == hunks(user, theirs["patch"])
    assert "langgraph" in modules.read_text().split(), "else the list says nothing"
    assert "openai" not in modules.read_text().split()


def hunks(user: AgentHome, patch: str) -> str:
    text = user.patches()[patch].decode()
    return text[text.index("diff --git") :]


@pytest.mark.parametrize("user", [GENERATOR], indirect=True, ids=[""])
def test_no_answer_is_paid_for_twice(user):
    """Killed after every step that follows an answer, the run asks each question once."""
    with ScriptedModelServer(by_question([WRONG, RIGHT])) as server:
        killed = ask(user, server.base_url, kill_at="propose:finished")
        assert killed.code == -signal.SIGKILL, killed.err
        for event in ("verify:finished", "propose:finished", "verify:started", "combine:started"):
            killed = user.agent("resume", "latest", kill_at=event)
            assert killed.code == -signal.SIGKILL, (event, killed.err)
        ended = user.agent("resume", "latest")
    assert ended.code == 1, ended.err
    assert change(user, "ticks-total")["decision"]["status"] == "verified"
    assert len(server.requests) == 2
    ledger = (user.results / "ledger.jsonl").read_text().splitlines()
    entries = [json.loads(line) for line in ledger]
    paid = Counter(each["question"] for each in entries if each["kind"] == "answered")
    asked = Counter(each["question"] for each in entries if each["kind"] == "asked")
    assert paid == asked
    assert sorted(paid.values()) == [1, 1]


def by_question(answers: list[Said]) -> Callable[[Request], Said]:
    """Give the answers in order, and always the same one to the same question."""
    given: dict[str, Said] = {}
    left = iter(answers)

    def react(request: Request) -> Said:
        if request.prompt not in given:
            given[request.prompt] = next(left)
        return given[request.prompt]

    return react
