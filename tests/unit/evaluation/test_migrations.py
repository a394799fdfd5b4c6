"""How published migrations are set up: what a project's files name, and what came of it."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from eval.suites.migrations.own_files import named_only, requirement_lines
from eval.suites.migrations.scenario import Scenario, read_scenarios
from eval.suites.migrations.set_up import set_up

SCENARIO = Scenario(
    repository="shop/client", commit="0" * 40, source="requests", tests=2, published=1,
    never_awaited=0,
)  # fmt: skip
SCENARIOS = list(read_scenarios())
_PIN = re.compile(r"[A-Za-z0-9][\w.-]*==[\w.+!-]+")


@pytest.mark.parametrize(
    ("file", "text", "expected"),
    [
        pytest.param(
            "requirements-dev.txt",
            "# for tests\n-r requirements.txt\nresponses==0.25 --hash=sha256:ab\n\nmock  # old\n"
            "git+https://example.com/x.git\n",
            ["responses==0.25", "mock"],
            id="a list",
        ),
        pytest.param("requirements-docs.txt", "sphinx\n", [], id="a list for documents"),
        pytest.param("tests/requirements.txt", "mock>=4\n", ["mock>=4"], id="beside the tests"),
        pytest.param(
            "pyproject.toml",
            '[dependency-groups]\ntest = ["mock>=4", {include-group = "x"}]\n',
            ["mock>=4"],
            id="groups",
        ),
        pytest.param(
            "pyproject.toml",
            '[tool.poetry.dev-dependencies]\nmock = "^4"\n'
            '[tool.poetry.group.test.dependencies]\npython = "^3.9"\nresponses = "*"\n',
            ["mock", "responses"],
            id="poetry",
        ),
        pytest.param(
            "Pipfile",
            '[packages]\nrequests = "==2.31"\nclient = {path = "."}\n[dev-packages]\nmock = "*"\n',
            ["requests==2.31", "mock"],
            id="Pipfile",
        ),
        pytest.param(
            "tox.ini", "[testenv]\ndeps =\n    mock\n    -rother.txt\n", ["mock"], id="tox"
        ),
        pytest.param("pyproject.toml", "[broken\n", [], id="a file that can't be read"),
    ],
)
def test_what_its_files_name(tmp_path: Path, file, text, expected):
    path = tmp_path / file
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    assert requirement_lines(tmp_path) == expected


def test_names_alone():
    lines = ["requests[socks]>=2,<3", "mock == 4", "requests[socks]==2.1", "-e ."]
    assert named_only(lines) == ["requests[socks]", "mock"]


def test_a_scenario_that_is_not_to_be_had_says_so(tmp_path: Path):
    assert set_up(SCENARIO, tmp_path).why == "no clone is to be had"
    subprocess.run(["git", "init", "-q", str(tmp_path / SCENARIO.directory)], check=True)
    assert set_up(SCENARIO, tmp_path).why == "the clone does not have the commit"


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda one: one.id)
def test_what_came_of_each_is_told(scenario: Scenario):
    setup, pins = scenario.setup, scenario.requirements
    assert setup.state != "untried"
    if setup.state == "whole":
        assert setup.passed >= scenario.tests
        assert all(_PIN.fullmatch(pin) for pin in pins)
        assert {"pytest", "httpx"} <= {pin.partition("==")[0].lower() for pin in pins}
    else:
        assert setup.why
        assert setup.passed < scenario.tests
        assert not pins
