"""The module for child processes under every Python it is for, each in a process of its own."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from refactor_agent.boundary import PROCESS_MODULE, boundary_source
from support.pythons import interpreter_or_skip
from unit.boundary.test_versions import VERSIONS

BEHAVIOUR = Path(__file__).with_name("process_behaviour.py")
OWN = "{}.{}".format(*sys.version_info)


@pytest.mark.parametrize(
    "version",
    [pytest.param(v, marks=() if v == OWN else pytest.mark.slow) for v in VERSIONS],
)
def test_it_does_what_subprocess_does(tmp_path, version):
    python = interpreter_or_skip(version)
    (tmp_path / f"{PROCESS_MODULE}.py").write_text(boundary_source(PROCESS_MODULE))
    shutil.copy(BEHAVIOUR, tmp_path)
    ended = subprocess.run(
        [python, "-S", "-W", "error", "-X", "dev", BEHAVIOUR.name],
        cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    assert len(ended.stdout.splitlines()) == BEHAVIOUR.read_text().count("\nasync def ") - 2
