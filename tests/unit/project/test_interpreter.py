"""Which Python runs the target's tests."""

from __future__ import annotations

import os
import subprocess
import sys
import venv

import pytest

from refactor_agent.errors import UsageError
from refactor_agent.project import Config, find_interpreter

REAL = os.path.realpath(sys.executable)
VERSION = tuple(sys.version_info[:3])


@pytest.fixture(autouse=True)
def no_active_environment(monkeypatch):
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)


@pytest.fixture
def environment(tmp_path):
    """A virtual environment whose python is a link, as tools make them."""
    venv.create(tmp_path / ".venv", symlinks=True)
    return tmp_path / ".venv" / "bin" / "python"


def test_asked_for(tmp_path):
    found = find_interpreter(tmp_path, Config(python="/bin/false"), REAL)
    assert (found.path, found.version, found.origin) == (REAL, VERSION, "--python")


def test_configured_relative_to_the_project(tmp_path):
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "py").symlink_to(REAL)
    found = find_interpreter(tmp_path, Config(python="bin/py"))
    assert found.origin == "[tool.refactor-agent] python"
    assert found.version == VERSION


def test_the_environment_of_the_project_stays_one(tmp_path, environment):
    found = find_interpreter(tmp_path, Config())
    assert (found.path, found.origin) == (str(environment), "the project's .venv")
    asked = [found.path, "-c", "import sys; print(sys.prefix)"]
    printed = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
    assert printed.strip() == str(tmp_path / ".venv")


def test_the_active_environment(tmp_path, environment, monkeypatch):
    monkeypatch.setenv("VIRTUAL_ENV", str(tmp_path / ".venv"))
    (tmp_path / "project").mkdir()
    found = find_interpreter(tmp_path / "project", Config())
    assert (found.path, found.origin) == (str(environment), "the active virtual environment")


def test_our_own_when_nothing_else_is_there(tmp_path):
    found = find_interpreter(tmp_path, Config())
    assert (found.path, found.version) == (sys.executable, VERSION)


def test_a_bare_name_is_found_on_the_path(tmp_path, monkeypatch):
    (tmp_path / "python3").symlink_to(REAL)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    found = find_interpreter(tmp_path, Config(), "python3")
    assert found.path == str(tmp_path / "python3")


def test_a_shim_gives_way_to_the_python_behind_it(tmp_path):
    shim = tmp_path / "shims" / "python"
    shim.parent.mkdir()
    shim.write_text(f'#!/bin/sh\nexec "{REAL}" "$@"\n')
    shim.chmod(0o755)
    assert find_interpreter(tmp_path, Config(), str(shim)).path == REAL


def test_modules_of_the_current_directory_stay_out(tmp_path, monkeypatch):
    (tmp_path / "json.py").write_text("raise SystemExit('not this one')\n")
    monkeypatch.chdir(tmp_path)
    assert find_interpreter(tmp_path, Config(), REAL).version == VERSION


@pytest.mark.parametrize(
    "script",
    [
        pytest.param(None, id="missing"),
        pytest.param("#!/bin/sh\nexit 3\n", id="fails"),
        pytest.param("#!/bin/sh\n", id="says nothing"),
        pytest.param("#!/bin/sh\necho 5\n", id="says something else"),
        pytest.param('#!/bin/sh\necho \'{"version": [3], "executable": 1}\'\n', id="half"),
        pytest.param("not a program\n", id="no program"),
    ],
)
def test_one_that_is_no_python(tmp_path, script):
    path = tmp_path / "python"
    if script is not None:
        path.write_text(script)
        path.chmod(0o755)
    with pytest.raises(UsageError) as caught:
        find_interpreter(tmp_path, Config(), str(path))
    wanted = f"the Python at {path} (--python) does not run; name another with --python"
    assert str(caught.value) == wanted


def test_a_broken_environment_is_not_passed_over(tmp_path):
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "python").symlink_to("/no/such/python")
    with pytest.raises(UsageError, match=r"\(the project's .venv\) does not run"):
        find_interpreter(tmp_path, Config())
