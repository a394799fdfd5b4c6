"""Projects whose tests try to get out, to stay, or to take all there is, under a whole run."""

from __future__ import annotations

import os
import uuid
from pathlib import Path

import pytest

from refactor_agent.verify.isolation import find_isolation
from support.agent_process import AgentHome, make_repository, processes_with
from support.files import write_files

pytestmark = pytest.mark.slow

WALLS = find_isolation("python")
needs_walls = pytest.mark.skipif(bool(WALLS.warning), reason=WALLS.warning)

CODE = {
    "app/__init__.py": "",
    "app/wait.py": (
        "import time\n\n\nasync def wait(seconds):\n    time.sleep(seconds)\n    return 1\n"
    ),
    "tests/test_wait.py": (
        "import asyncio\n\nfrom app.wait import wait\n\n\n"
        "def test_wait():\n    assert asyncio.run(wait(0)) == 1\n"
    ),
}
KEYS = {
    "OPENAI_API_KEY": "sk-one-for-the-model",
    "OPENAI_BASE_URL": "http://127.0.0.1:9/sk-two",
    "ANTHROPIC_API_KEY": "sk-three",
    "REFACTOR_AGENT_API_KEY": "sk-four",
    "AWS_SECRET_ACCESS_KEY": "sk-five",
}
NO_KEYS = """\
import os
import pathlib


def test_no_key_of_its_own():
    found = sorted(name for name, value in os.environ.items() if "sk-" in value)
    assert found == []


def test_no_key_of_whoever_started_it():
    for place in pathlib.Path("/proc").glob("[0-9]*/environ"):
        try:
            assert b"sk-" not in place.read_bytes()
        except OSError:
            continue
"""


def agent(place: Path, tests: dict[str, str], settings: str = "", **environment: str) -> AgentHome:
    files = {**CODE, **tests, "pyproject.toml": f"[tool.refactor-agent]\n{settings}"}
    root = make_repository(write_files(place / "project", files), {})
    return AgentHome(root, place / "home", environment)


@needs_walls
def test_tests_see_no_key(tmp_path: Path) -> None:
    home = agent(tmp_path, {"tests/test_keys.py": NO_KEYS}, **KEYS)
    done = home.run()
    assert "fail before any change" not in done.out + done.err
    assert list(home.statuses().values()) == ["verified"], done.out
    assert home.report["suite"]["passed"] == 3
    everything = b"".join(path.read_bytes() for path in home.results.rglob("*") if path.is_file())
    assert b"sk-" not in everything


@needs_walls
def test_a_key_that_is_named_is_seen(tmp_path: Path) -> None:
    """Which shows, too, that the test above could fail."""
    settings = 'pass-environment = ["ANTHROPIC_API_KEY"]\n'
    home = agent(tmp_path, {"tests/test_keys.py": NO_KEYS}, settings, **KEYS)
    home.run()
    failing = home.report["suite"]["failing"]
    assert failing == [
        "tests/test_keys.py::test_no_key_of_its_own",
        "tests/test_keys.py::test_no_key_of_whoever_started_it",
    ]


OUT = """\
import os
import pathlib
import socket
import subprocess

import pytest

OUTSIDE = pathlib.Path({outside!r})


@pytest.mark.parametrize("place", [OUTSIDE, pathlib.Path({project!r}), pathlib.Path("/etc")])
def test_nothing_is_written_elsewhere(place):
    with pytest.raises(OSError):
        (place / "made").write_text("x")


def test_nothing_is_deleted_elsewhere():
    with pytest.raises(OSError):
        (OUTSIDE / "kept").unlink()


def test_the_home_is_another():
    assert pathlib.Path.home() != pathlib.Path({home!r})


@pytest.mark.parametrize("address", [("192.0.2.1", 80), ("1.1.1.1", 53), ("8.8.8.8", 443)])
def test_no_network(address):
    with pytest.raises(Exception) as raised:
        socket.create_connection(address, timeout=2)
    assert not isinstance(raised.value, TimeoutError)


def test_no_network_for_others():
    words = ["bash", "-c", "exec 3<>/dev/tcp/1.1.1.1/53"]
    assert subprocess.run(words, capture_output=True).returncode != 0
"""


@needs_walls
def test_tests_get_nowhere(tmp_path: Path) -> None:
    here = Path.cwd()
    outside = (Path.home() if here.is_relative_to("/tmp") else here) / f".outside-{os.getpid()}"  # noqa: S108
    outside.mkdir()
    (outside / "kept").write_text("as it was")
    text = OUT.format(
        outside=str(outside), project=str(tmp_path / "project"), home=str(tmp_path / "home")
    )
    try:
        home = agent(tmp_path, {"tests/test_out.py": text})
        done = home.run()
        assert home.report["suite"]["failing"] == [], done.err
        assert list(home.statuses().values()) == ["verified"]
        assert sorted(path.name for path in outside.iterdir()) == ["kept"]
    finally:
        (outside / "kept").unlink(missing_ok=True)
        outside.rmdir()


DAEMON = """\
import os
import signal
import sys

BODY = (
    "import signal, time\\n"
    "for n in range(1, 32):\\n"
    "    if n not in (9, 19):\\n"
    "        signal.signal(n, signal.SIG_IGN)\\n"
    "time.sleep(300)  # {mark}\\n"
)


def test_leaves_a_daemon():
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.execve(sys.executable, [sys.executable, "-c", BODY], {{}})
        os._exit(0)
"""


@needs_walls
def test_a_daemon_that_ignores_signals_is_gone_with_the_run(tmp_path: Path) -> None:
    mark = f"mark-{uuid.uuid4().hex}"
    home = agent(tmp_path, {"tests/test_daemon.py": DAEMON.format(mark=mark)})
    done = home.run()
    assert list(home.statuses().values()) == ["verified"], done.err
    assert processes_with(mark) == []


STUBBORN = """\
import signal
import time


def test_hangs():
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while True:
        time.sleep(1)  # {mark}
"""
EATS = """\
import time


def test_eats():
    kept = [bytes(range(256)) * 4096 for _ in range(600)]
    time.sleep(60)
    assert kept
"""
FILLS = """\
import os
import time


def test_fills():
    with open("big", "wb") as file:
        for _ in range(200):
            file.write(os.urandom(1024 * 1024))
        os.fsync(file.fileno())
    time.sleep(60)
"""


@pytest.mark.parametrize(
    ("test", "settings", "said"),
    [
        pytest.param(
            STUBBORN, "test-timeout = 8\n", "did not end within 8 s", id="signals ignored"
        ),
        pytest.param(EATS, "test-memory = 300\n", "more than 300 MB of memory", id="memory"),
        pytest.param(FILLS, "test-disk = 60\n", "wrote more than 60 MB", id="disk"),
    ],
)
def test_tests_that_take_too_much_end_the_run_with_a_line(
    tmp_path: Path, test: str, settings: str, said: str
) -> None:
    home = agent(tmp_path, {"tests/test_greedy.py": test}, settings)
    done = home.run()
    assert done.code == 2
    assert said in done.err.splitlines()[-1]
    assert "test_greedy" in done.err.splitlines()[-1]
    assert processes_with(str(tmp_path / "project")) == []
