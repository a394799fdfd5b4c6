"""What the command line takes, and the one line it says of what it does not take."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from eval.runs.command import main
from eval.runs.model import ready_model
from eval.runs.results import RunError, read_run
from eval.runs.shown import compare, report
from eval.runs.suite import find_suite
from eval.runs.values import Setting

ROOT = Path(__file__).parents[3]
MICRO = ("--suite", "locate-micro")


@pytest.fixture
def no_model(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_BASE_URL", "OPENAI_API_KEY", "REFACTOR_AGENT_API_KEY", "http_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--suite", "nosuch"), "invalid choice: 'nosuch'"),
        ((*MICRO, "--limit", "0"), "0 is no number from 1 up"),
        ((*MICRO, "--jobs", "-1"), "-1 is no number from 1 up"),
        ((*MICRO, "--only", "no-such-case"), "a shorter --only finds more"),
        ((*MICRO, "--resume", "nowhere"), "nowhere holds no results"),
        ((*MICRO, "--record"), "name it with --slice"),
        ((*MICRO, "--record", "--slice", "ci", "--limit", "3"), "writes a whole slice"),
        ((*MICRO, "--proposer", "both"), "name one with --model"),
        ((*MICRO, "--model", "m"), "asked with --proposer model or both"),
        ((*MICRO, "--proposer", "model", "--model", "m"), "needs --base-url"),
        ((*MICRO, "--proposer", "model", "--model", "script:none"), "no such file"),
        (("--suite", "locate", "--labels", "none.json"), "none.json is no file"),
        (("--suite", "locate", "--packages", "."), "both, --labels and --packages"),
        (("--suite", "locate", "--cases", "."), "by --labels and --packages"),
        (("--suite", "services", "--cases", "."), "holds no case of services"),
        (("--suite", "migrations", "--cases", "."), "scenarios.json is missing"),
        (("--cases", "."), "--cases goes with one --suite"),
    ],
)
@pytest.mark.usefixtures("no_model")
def test_what_can_not_be_done_is_said_in_one_line(
    options: tuple[str, ...],
    said: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.chdir(tmp_path)
    assert ended(main, options) == 2
    heard = capsys.readouterr().err
    assert said in heard
    assert heard.count("\n") == 1
    assert not list(tmp_path.iterdir()), "nothing began"


def ended(command: object, options: tuple[str, ...]) -> object:
    assert callable(command)
    try:
        return command(options)
    except SystemExit as end:
        return end.code


@pytest.mark.parametrize(
    ("command", "options"), [(report, ()), (compare, ("one",)), (compare, ("none", "none"))]
)
def test_results_that_are_missing(
    command: object, options: tuple[str, ...], capsys: pytest.CaptureFixture[str]
):
    assert ended(command, options) == 2
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.usefixtures("no_model")
def test_a_model_is_asked_only_where_something_listens(tmp_path: Path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}/v1"
        assert ready_model("both", "m", url) == "m"
    with pytest.raises(RunError, match="no model answers at"):
        ready_model("both", "m", url)
    assert ready_model("rules", "", "") == ""
    script = tmp_path / "answers.json"
    script.write_text("[]")
    assert ready_model("model", f"script:{script}", "") == f"script:{script}"


CONSTRUCT = """# A wait

- area: calls

```python shop/app.py
import time


async def poll():
    time.sleep(1)  # blocks: shop.app.poll > time.sleep
```
"""


def test_a_team_asks_its_own_cases(tmp_path: Path):
    own = tmp_path / "own"
    own.mkdir()
    (own / "wait-in-our-shop.md").write_text(CONSTRUCT)
    suite, setting = find_suite("locate-micro"), Setting(tmp_path, tmp_path, cases=own)
    (case,) = suite.cases(setting)
    results = {one.subject: one for one in suite.run([case], setting)}
    assert (case.id, results["refactor-agent"].points, results["null"].points) == (
        "wait-in-our-shop", 1, 0,
    )  # fmt: skip


def test_a_case_that_can_not_be_read_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "bad.md").write_text("# T\n")
    assert main([*MICRO, "--cases", str(tmp_path), "--results", str(tmp_path / "r")]) == 2
    assert "bad.md needs an area" in capsys.readouterr().err


@pytest.mark.slow
def test_a_run_that_is_stopped_says_how_it_goes_on(tmp_path: Path):
    heard = "import runpy, signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
    program = f"{heard}; runpy.run_module('eval', run_name='__main__', alter_sys=True)"
    command = [sys.executable, "-c", program, *MICRO, "--jobs", "1", "--results", str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as run:
        assert run.stderr is not None
        first = run.stderr.readline()
        run.send_signal(signal.SIGINT)
        began = time.monotonic()
        *_, last = run.stderr.read().splitlines()
        assert run.wait(30) == 130, first
    assert time.monotonic() - began < 30
    (path,) = tmp_path.iterdir()
    assert last == f"stopped; python -m eval --resume {path} goes on"
    assert read_run(path).results
