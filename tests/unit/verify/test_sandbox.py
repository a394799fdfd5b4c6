"""Nothing a command starts outlives it, and its output does not eat memory."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from pathlib import Path

import pytest

from refactor_agent.verify.environment import sandbox_environment
from refactor_agent.verify.sandbox import ProcessSandbox

PYTHON = sys.executable


def run(code: str, cwd: Path, limit: float = 20.0, **env: str):
    return asyncio.run(
        ProcessSandbox(output_limit=1000).run((PYTHON, "-c", code), cwd=cwd, env=env, limit=limit)
    )


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    except (ProcessLookupError, FileNotFoundError):
        return False


def test_result_of_a_command(tmp_path):
    result = run("import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)", tmp_path)
    assert (result.returncode, result.stdout, result.stderr) == (3, "out\n", "err\n")
    assert not result.timed_out


@pytest.mark.parametrize(
    ("command", "code"), [("/no/such/python", 127), ("/etc/passwd", 126)], ids=["missing", "no x"]
)
def test_command_that_cannot_start(tmp_path, command, code):
    result = asyncio.run(ProcessSandbox().run((command,), cwd=tmp_path, env={}, limit=5))
    assert result.returncode == code
    assert command in result.stderr


TREE = """
import os, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", {child!r}], start_new_session={apart})
print(child.pid, flush=True)
{then}
"""
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"


@pytest.mark.parametrize("apart", [False, True], ids=["same session", "own session"])
@pytest.mark.parametrize("then", ["time.sleep(60)", ""], ids=["hangs", "ends at once"])
def test_grandchildren_end_with_the_command(tmp_path, apart, then):
    code = TREE.format(child=STUBBORN, apart=apart, then=then)
    result = run(code, tmp_path, limit=2.0)
    assert result.timed_out == bool(then)
    grandchild = int(result.stdout)
    deadline = time.monotonic() + 5
    while is_alive(grandchild) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not is_alive(grandchild)


DAEMON = """
import os, sys, time
reads, writes = os.pipe()
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.write(writes, str(os.getpid()).encode())
        os.execve(sys.executable, [sys.executable, "-c", {child!r}], {{}})
    os._exit(0)
print(os.read(reads, 20).decode(), flush=True)
{then}
"""


@pytest.mark.parametrize("then", ["time.sleep(60)", ""], ids=["hangs", "ends at once"])
def test_a_daemon_of_another_environment_ends_with_the_command(tmp_path, then):
    """Neither its session nor its variables say where it came from."""
    result = run(DAEMON.format(child=STUBBORN, then=then), tmp_path, limit=2.0)
    assert result.timed_out == bool(then)
    assert not is_alive(int(result.stdout))


def test_a_command_that_a_signal_ends_says_so(tmp_path):
    code = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
    assert run(code, tmp_path).returncode == -9


def test_a_command_may_kill_its_own_group(tmp_path):
    code = "import os\n" + TREE.format(child=STUBBORN, apart=True, then="os.killpg(0, 9)")
    result = run(code, tmp_path)
    assert result.returncode == -9
    assert not is_alive(int(result.stdout))


@pytest.mark.parametrize("times", [1, 3], ids=["once", "again and again"])
def test_cancelling_ends_the_command(tmp_path, capfd, times):
    marker = tmp_path / "pid"
    code = f"import os, time; open({str(marker)!r}, 'w').write(str(os.getpid())); time.sleep(60)"

    async def main() -> None:
        running = asyncio.create_task(
            ProcessSandbox().run((PYTHON, "-c", code), cwd=tmp_path, env={}, limit=60)
        )
        while not (marker.exists() and marker.read_text()):  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.02)
        for _ in range(times):
            running.cancel()
            await asyncio.sleep(0)
        with pytest.raises(asyncio.CancelledError):
            await running

    asyncio.run(main())
    assert not is_alive(int(marker.read_text()))
    assert not capfd.readouterr().err, "no process ends after its loop"


def test_endless_output_is_cut(tmp_path):
    code = "import sys\nwhile True: sys.stdout.write('x' * 99 + '\\n')"
    result = run(code, tmp_path, limit=2.0)
    assert result.timed_out
    assert 0 < len(result.stdout) <= 1000


def test_environment_is_an_allowlist(tmp_path):
    outer = {
        "PATH": "/usr/bin",
        "HOME": "/home/someone",
        "LANG": "C.UTF-8",
        "LC_ALL": "C",
        "OPENAI_API_KEY": "secret",
        "LANGSMITH_TRACING": "true",
        "DATABASE_URL": "postgres://real",
        "PYTEST_ADDOPTS": "-x",
        "PYTHONPATH": "/elsewhere",
        "GITHUB_TOKEN": "secret",
    }
    env = sandbox_environment(
        outer,
        python=PYTHON,
        home=tmp_path / "h",
        temporary=tmp_path / "t",
        import_path=[tmp_path / "w/src"],
    )
    assert "secret" not in "".join(env.values())
    assert not env.keys() & {"DATABASE_URL", "LANGSMITH_TRACING", "PYTEST_ADDOPTS"}
    assert env["HOME"] == str(tmp_path / "h")
    assert env["LC_ALL"] == "C"
    assert env["PYTHONPATH"].endswith(f"probe{os.pathsep}{tmp_path / 'w/src'}")
    assert env["PATH"].split(os.pathsep)[0] == str(Path(PYTHON).parent)
