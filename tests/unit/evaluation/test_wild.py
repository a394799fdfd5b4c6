"""What the suites of real applications rest on: their own tests, and who calls a library."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from eval.suites.migrations.entries import entries, users_of
from eval.suites.migrations.scenario import read_scenarios
from eval.suites.wild import paths_by_kind
from eval.suites.wild.app import read_apps
from eval.suites.wild.own_tests import lost, passing

from refactor_agent.locate import locate
from refactor_agent.project import open_project
from refactor_agent.rulebook import load_rulebook

TESTS = """
import os
import pytest

def test_right():
    assert os.environ["SHOP"] == "open"

def test_wrong():
    assert False

@pytest.mark.skip
def test_left_out():
    pass
"""

CLIENT = """
import requests

class Client:
    def __init__(self):
        self.session = requests.Session()

    def get(self, path):
        return self.session.get(path)

def first():
    return Client().get("/first")

def pure():
    return 1

def made():
    class Inside:
        def get(self):
            return requests.get("/inside")

    return Inside
"""


def test_own_tests_that_pass(tmp_path: Path):
    (tmp_path / "test_shop.py").write_text(TESTS)
    command = "SHOP=open python -m pytest -p no:cacheprovider"
    assert passing(tmp_path, Path(sys.executable), command) == {"test_shop::test_right"}


UNSTEADY = """
from pathlib import Path

def test_second_time():
    times = Path(__file__).with_name("times")
    times.write_text(times.read_text() + "x" if times.exists() else "x")
    assert len(times.read_text()) > 1

def test_never():
    assert False
"""


def test_a_test_that_passes_when_it_is_asked_again_is_not_lost(tmp_path: Path):
    (tmp_path / "test_shop.py").write_text(UNSTEADY)
    before = frozenset({"test_shop::test_second_time", "test_shop::test_never"})
    command = "python -m pytest -p no:cacheprovider"
    gone = lost(before, tmp_path, Path(sys.executable), command)
    assert gone == (["test_shop::test_never"], 1)


def test_a_suite_that_can_not_run_is_an_error(tmp_path: Path):
    with pytest.raises(RuntimeError, match="no test ran"):
        passing(tmp_path, Path(sys.executable), "python -m pytest --no-such-option")


def test_paths_of_a_report_are_counted_by_kind(tmp_path: Path):
    (tmp_path / "shop.py").write_text(
        "import time\n\nasync def at_once():\n    time.sleep(1)\n\n"
        "def wait():\n    time.sleep(1)\n\nasync def behind():\n    wait()\n"
    )
    regions = locate(open_project(tmp_path), load_rulebook()).regions
    told = [region.model_dump(mode="json") for region in regions]
    assert paths_by_kind(told) == {"direct": 1, "transitive": 1}


def test_who_calls_a_library(tmp_path: Path):
    (tmp_path / "client.py").write_text(CLIENT)
    (tmp_path / "test_client.py").write_text(
        "import requests\n\ndef test_x():\n    requests.get('')\n"
    )
    assert entries(tmp_path, "requests") == ["client:Client", "client:first"]


def test_who_still_uses_a_library(tmp_path: Path):
    (tmp_path / "client.py").write_text(CLIENT)
    (tmp_path / "feeds.py").write_text(
        "from asyncio import to_thread\nfrom requests import get\n\n"
        "async def feed(url):\n    return await to_thread(get, url)\n"
    )
    (tmp_path / "pure.py").write_text("def pure():\n    return 1\n")
    (tmp_path / "test_client.py").write_text("import requests\n\ndef test_x():\n    pass\n")
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "common.py").write_text("import requests\n")
    assert users_of(tmp_path, "requests") == ["client.py", "feeds.py"]
    assert users_of(tmp_path, "urllib3") == []


def test_data_can_be_read():
    assert len(list(read_scenarios())) == 78
    honest = [s for s in read_scenarios() if s.published == s.tests and not s.never_awaited]
    assert len(honest) == 11
    assert len({app.sha256 for app in read_apps()}) >= 3
