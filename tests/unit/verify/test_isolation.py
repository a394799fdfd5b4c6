"""Programs that try to get out: each escape works without walls, and none works within them."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from refactor_agent.ports import CommandResult
from refactor_agent.verify.isolation import Isolation, find_isolation
from refactor_agent.verify.limits import Limits
from refactor_agent.verify.sandbox import ProcessSandbox

WALLS = find_isolation(sys.executable)
needs_walls = pytest.mark.skipif(bool(WALLS.warning), reason=WALLS.warning)


def run(
    code: str,
    place: Path,
    isolation: Isolation = WALLS,
    limits: Limits | None = None,
    env: dict[str, str] | None = None,
) -> CommandResult:
    command = (sys.executable, "-c", textwrap.dedent(code))
    sandbox = ProcessSandbox(isolation, limits)
    tree = place / "w"
    tree.mkdir(parents=True, exist_ok=True)
    running = sandbox.run(command, cwd=tree, env=env or {}, limit=20, writable=place)
    return asyncio.run(running)


@pytest.fixture
def outside() -> Iterator[Path]:
    """A directory of the user's, away from everything temporary, where a checkout may lie too."""
    here = Path.cwd()
    place = (Path.home() if here.is_relative_to("/tmp") else here) / f".outside-{os.getpid()}"  # noqa: S108
    place.mkdir()
    yield place
    subprocess.run(["rm", "-rf", place], check=True)


@pytest.fixture
def service() -> Iterator[int]:
    """A server on this machine, such as a database with real data; gives its port."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=_accept, args=(server,), daemon=True).start()
        yield server.getsockname()[1]


def _accept(server: socket.socket) -> None:
    try:
        while True:
            server.accept()[0].close()
    except OSError:
        return


@needs_walls
def test_files_elsewhere_can_be_read_and_not_written(tmp_path: Path, outside: Path) -> None:
    (outside / "kept").write_text("as it was")
    code = f"""
        import pathlib, shutil
        place = pathlib.Path({str(outside)!r})
        print((place / "kept").read_text())
        for attempt in (
            lambda: (place / "kept").write_text("gone"),
            lambda: (place / "new").touch(),
            lambda: shutil.rmtree(place),
            lambda: (pathlib.Path("/etc") / "new").touch(),
        ):
            try:
                attempt()
            except OSError as error:
                print(error.strerror)
    """
    fenced = run(code, tmp_path)
    assert fenced.stdout.splitlines() == ["as it was", *["Read-only file system"] * 4]
    assert (outside / "kept").read_text() == "as it was"


@needs_walls
def test_own_directory_is_written_and_temporary_files_are_gone_afterwards(tmp_path: Path) -> None:
    name = f"left-{os.getpid()}"
    place = Path("/tmp", name)  # noqa: S108 - the place is the point
    code = f"open('made', 'w').close(); open({str(place)!r}, 'w').write('x')"
    assert run(code, tmp_path).returncode == 0
    assert (tmp_path / "w/made").exists()
    assert not place.exists()


CONNECT = """
    import socket, sys
    try:
        socket.create_connection(("127.0.0.1", {port}), timeout=2).close()
        print("reached")
    except OSError as error:
        print(type(error).__name__)
"""


@needs_walls
def test_services_of_the_machine_are_out_of_reach_unless_they_are_asked_for(
    tmp_path: Path, service: int
) -> None:
    code = CONNECT.format(port=service)
    shared = find_isolation(sys.executable, local_services=True)
    assert run(code, tmp_path).stdout.strip() == "ConnectionRefusedError"
    assert run(code, tmp_path, shared).stdout.strip() == "reached"
    assert run(code, tmp_path, Isolation()).stdout.strip() == "reached"


@needs_walls
def test_a_child_that_is_not_python_has_no_network_either(tmp_path: Path, service: int) -> None:
    code = f"""
        import subprocess
        words = ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/{service} && echo reached"]
        print(subprocess.run(words, capture_output=True, text=True).stdout)
    """
    assert run(code, tmp_path, Isolation()).stdout.strip() == "reached"
    assert run(code, tmp_path).stdout.strip() == ""


@needs_walls
def test_sockets_on_loopback_work_within(tmp_path: Path) -> None:
    code = """
        import socket
        with socket.create_server(("127.0.0.1", 0)) as server:
            socket.create_connection(server.getsockname()).close()
        print("reached")
    """
    assert run(code, tmp_path).stdout.strip() == "reached"


@needs_walls
def test_other_processes_are_neither_seen_nor_signalled(tmp_path: Path) -> None:
    code = f"""
        import os
        print(len([name for name in os.listdir("/proc") if name.isdigit()]) < 5)
        try:
            os.kill({os.getpid()}, 0)
        except ProcessLookupError:
            print("nobody")
    """
    assert run(code, tmp_path).stdout.split() == ["True", "nobody"]


@needs_walls
def test_keys_in_the_home_are_hidden(tmp_path: Path) -> None:
    home = Path.cwd() / f".home-{os.getpid()}"
    (home / ".ssh").mkdir(parents=True)
    (home / ".ssh/id").write_text("secret")
    (home / ".netrc").write_text("secret")
    code = f"""
        import pathlib
        home = pathlib.Path({str(home)!r})
        print(list((home / ".ssh").iterdir()))
        try:
            print((home / ".netrc").read_text())
        except OSError as error:
            print(error.strerror)
    """
    try:
        fenced = run(code, tmp_path, WALLS.model_copy(update={"home": str(home)}))
    finally:
        subprocess.run(["rm", "-rf", home], check=True)
    assert fenced.stdout.splitlines() == ["[]", "Permission denied"]


DAEMON = """
import os, signal, sys, time
for number in range(1, 60):
    if number not in (signal.SIGKILL, signal.SIGSTOP, 32, 33):
        try: signal.signal(number, signal.SIG_IGN)
        except (OSError, ValueError): pass
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.environ.clear()
        os.execve(sys.executable, [sys.executable, "-c", {body!r}], {{}})
"""
BEAT = "import time\nwhile True: open('beat', 'w').close(); time.sleep(0.02)"


@needs_walls
def test_a_daemon_that_shed_its_environment_ends_with_the_command(tmp_path: Path) -> None:
    run(DAEMON.format(body=BEAT), tmp_path)
    time.sleep(0.3)
    (tmp_path / "w/beat").unlink(missing_ok=True)
    time.sleep(0.5)
    assert not (tmp_path / "w/beat").exists()


MEGABYTE = 1024 * 1024


@pytest.mark.parametrize(
    ("code", "limits", "said"),
    [
        pytest.param(
            "kept = [bytes(range(256)) * 4096 for _ in range(400)]; import time; time.sleep(60)",
            Limits(memory=200 * MEGABYTE),
            "they used more than 200 MB of memory",
            id="memory of one",
        ),
        pytest.param(
            """
            import os, time
            for _ in range(4): os.fork()
            kept = [bytes(range(256)) * 4096 for _ in range(20)]
            time.sleep(60)
            """,
            Limits(memory=200 * MEGABYTE),
            "they used more than 200 MB of memory",
            id="memory of many",
        ),
        pytest.param(
            """
            import os, time
            with open("big", "wb") as file:
                for _ in range(100): file.write(os.urandom(1024 * 1024))
                os.fsync(file.fileno())
            time.sleep(60)
            """,
            Limits(disk=50 * MEGABYTE),
            "they wrote more than 50 MB",
            id="disk",
        ),
        pytest.param(
            "import os, time\nfor _ in range(6): os.fork()\ntime.sleep(60)",
            Limits(processes=40),
            "they started more than 40 processes",
            id="processes",
        ),
    ],
)
@pytest.mark.parametrize(
    "isolation", [Isolation(), pytest.param(WALLS, marks=needs_walls)], ids=["plain", "walls"]
)
def test_limits_end_a_command(
    tmp_path: Path, code: str, limits: Limits, said: str, isolation: Isolation
) -> None:
    ended = run(code, tmp_path, isolation, limits)
    assert ended.breach == said
    assert ended.seconds < 15
    assert not ended.timed_out


@needs_walls
@pytest.mark.parametrize("place", ["/tmp/big", "/dev/shm/big"])  # noqa: S108 - within walls
@pytest.mark.parametrize(("limits", "said"), [
    (Limits(disk=50 * MEGABYTE), "they wrote more than 50 MB"),
    (Limits(memory=70 * MEGABYTE), "they used more than 70 MB of memory"),
])  # fmt: skip
def test_what_is_kept_in_memory_as_files_counts(
    tmp_path: Path, place: str, limits: Limits, said: str
) -> None:
    """Directories that the walls put in the place of the machine's are memory, and disk."""
    code = f"""
        import os, time
        with open({place!r}, "wb") as file:
            for _ in range(100): file.write(os.urandom(1024 * 1024))
        time.sleep(60)
    """
    ended = run(code, tmp_path, WALLS, limits)
    assert ended.breach == said
    assert ended.seconds < 15


@needs_walls
def test_an_environment_among_temporary_files_is_reached_within(tmp_path: Path) -> None:
    python = tmp_path / "environment/bin/python"
    subprocess.run(
        [sys.executable, "-m", "venv", "--without-pip", tmp_path / "environment"], check=True
    )
    isolation = find_isolation(str(python))
    assert isolation.warning == ""
    (tmp_path / "w").mkdir()
    command = (str(python), "-c", "print(6 * 7)")
    running = ProcessSandbox(isolation).run(
        command, cwd=tmp_path / "w", env={}, limit=20, writable=tmp_path / "w"
    )
    assert asyncio.run(running).stdout.strip() == "42"


@pytest.mark.parametrize(
    ("path", "level", "warning"),
    [
        ("", "auto", "install bubblewrap"),
        ("", "off", "as asked for"),
    ],
)
def test_without_walls_a_line_says_so(
    monkeypatch: pytest.MonkeyPatch, path: str, level: str, warning: str
) -> None:
    monkeypatch.setenv("PATH", path)
    found = find_isolation(sys.executable, level)
    assert warning in found.warning
    assert found.command(["true"], Path("/a"), Path("/a")) == ("true",)


def test_a_bubblewrap_that_may_not_make_namespaces_counts_as_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusing = tmp_path / "bwrap"
    refusing.write_text("#!/bin/sh\nexit 1\n")
    refusing.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "does not let bubblewrap" in find_isolation(sys.executable).warning
