"""A run over projects that say in tox's and nox's settings how their tests are started."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.agent_process import AgentHome, make_repository
from support.files import write_files
from support.lean_python import lean_python

pytestmark = pytest.mark.slow

CODE = {
    "app/__init__.py": "",
    "app/wait.py": (
        "import time\n\n\nasync def wait(seconds):\n    time.sleep(seconds)\n    return 1\n"
    ),
    "checks/test_wait.py": (
        "import asyncio\nimport os\n\nfrom app.wait import wait\n\n\ndef test_wait():\n"
        "    assert asyncio.run(wait(0)) == 1\n\n\ndef test_environment():\n"
        '    assert "STATED" in os.environ\n'
    ),
    "live/test_live.py": "def test_live():\n    raise AssertionError('needs the real service')\n",
}
READ = "[testenv]\nset_env = STATED = 1\ncommands = pytest -p no:cacheprovider {posargs:checks}\n"


def run(place: Path, tox: str) -> AgentHome:
    root = make_repository(write_files(place / "project", {**CODE, "tox.ini": tox}), {})
    home = AgentHome(root, place / "home", seconds=400)
    python = lean_python(place / "lean")
    done = home.agent("run", ".", "--python", python, "--jobs", "1")
    assert done.code != 2, done.err
    return home


def test_what_tox_would_run_is_run(tmp_path: Path) -> None:
    home = run(tmp_path, READ)
    assert list(home.statuses().values()) == ["verified"]
    tests = home.report["suite"]
    assert tests["command"][1:] == ["-m", "pytest", "-p", "no:cacheprovider", "checks"]
    assert (tests["tests"], tests["failing"]) == (2, [])
    assert not any("tox.ini" in notice for notice in home.report["notices"])


def test_one_line_says_that_it_cannot_be_read(tmp_path: Path) -> None:
    home = run(tmp_path, "[testenv]\ncommands = {toxinidir}/run-tests.sh\n")
    told = [notice for notice in home.report["notices"] if "tox.ini" in notice.lower()]
    assert len(told) == 1
    assert "run-tests.sh` starts neither pytest nor unittest" in told[0]
    assert told[0].endswith(
        f"The tests were found by looking: `{tmp_path}/lean/bin/python -m pytest`."
    )
    assert told[0] in (home.results / "report.md").read_text(encoding="utf-8")
    assert home.report["suite"]["tests"] == 3
