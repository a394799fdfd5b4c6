"""What works in a process's own directory ends with that process, however it ends."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from refactor_agent.run.places import new_places, owned

CHILD = """
import subprocess, sys, time
nap = "import time; time.sleep(60)"
subprocess.Popen([sys.executable, "-c", nap, sys.argv[1]], env={})
time.sleep(60)
"""
OWNER = """
import os, subprocess, sys
from pathlib import Path
from refactor_agent.run.places import owned

places = Path(sys.argv[1])
with owned(places):
    (places / "locked").mkdir()
    (places / "locked" / "file").touch()
    (places / "locked").chmod(0)
    subprocess.Popen(
        [sys.executable, "-c", sys.argv[2], str(places)],
        env={**os.environ, "HOME": str(places / "home")},
        start_new_session=True,
    )
    sys.stdin.read()
"""


def commands_with(text: str) -> list[str]:
    """Give the processes that were started with ``text`` in their command (Linux)."""
    found = []
    for directory in Path("/proc").iterdir():
        if directory.name.isdigit() and int(directory.name) != os.getpid():
            try:
                command = (directory / "cmdline").read_bytes().decode(errors="replace")
            except OSError:
                continue
            found += [command] if text in command else []
    return found


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="processes are found by /proc")
@pytest.mark.parametrize("way", ["kill", "leave"])
def test_all_is_gone_afterwards(tmp_path, way):
    places = tmp_path / "places"
    command = [sys.executable, "-c", OWNER, str(places), CHILD]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as owner:
        everyone = ["owner", "janitor", "child", "grandchild without a home"]
        assert wait_for(lambda: len(commands_with(str(places))) == len(everyone))
        if way == "kill":
            owner.kill()
    assert wait_for(lambda: not places.exists())
    assert wait_for(lambda: not commands_with(str(places)))


def wait_for(holds: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 30
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.01)
    return holds()


def test_a_fault_is_not_swallowed(tmp_path):
    with pytest.raises(ZeroDivisionError), owned(tmp_path / "places"):
        raise ZeroDivisionError
    assert not (tmp_path / "places").exists()


def test_two_processes_on_one_run_share_nothing():
    first, second = new_places("20260101-120000-abcd"), new_places("20260101-120000-abcd")
    assert first != second
    assert len(str(first)) < 60, "a socket's path has room below it"
