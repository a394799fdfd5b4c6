"""Projects whose tests are run in other ways than by plain pytest at the root."""

from __future__ import annotations

import sys
import venv
from pathlib import Path
from typing import NamedTuple

import pytest

from support.lean_python import lean_python

SERVICE = """\
import time


def fetch(key):
    time.sleep(0)
    return key * 2


async def handler(key):
    value = fetch(key)
    if not value:
        return None
    return value + 1
"""
RIGHT = SERVICE.replace("def fetch", "async def fetch").replace("= fetch", "= await fetch")
RIGHT = RIGHT.replace("import time", "import asyncio").replace("time.", "await asyncio.")
FORGOTTEN = RIGHT.replace("await fetch", "fetch").replace("value + 1", "1")
CASE = """\
import unittest

from {module} import handler


class HandlerTest(unittest.IsolatedAsyncioTestCase):
    async def test_value(self):
        self.assertIsNotNone(await handler(2))

    async def test_nothing(self):
        self.assertIsNone(await handler(0))

    @unittest.skip("later")
    def test_later(self):
        self.fail()

    @unittest.expectedFailure
    def test_known(self):
        self.assertEqual(1, 2)

    def test_parts(self):
        for number in range(3):
            with self.subTest(number=number):
                self.assertLess(number, 3)
"""
FUNCTIONS = """\
import asyncio

from {module} import handler


def test_value(base):
    assert asyncio.run(handler(2)) is not None


def test_nothing(base):
    assert asyncio.run(handler(0)) is None
"""
ENVIRONMENT = """

def test_where():
    import os

    assert os.environ["WHERE"] == "{where}"
"""
CONFTEST = "import pytest\n\n\n@pytest.fixture\ndef base():\n    return 1\n"
MANAGE = """\
import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "site_.settings")
    execute_from_command_line(sys.argv)
"""
SETTINGS = """\
SECRET_KEY = "x"
USE_TZ = True
INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth", "shop"]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "db.sqlite3"}}
"""
DJANGO_CASE = """\
from django.contrib.auth.models import User
from django.test import TestCase

from shop.service import handler


class HandlerTest(TestCase):
    def setUp(self):
        User.objects.create(username="ann")

    async def test_value(self):
        self.assertIsNotNone(await handler(await User.objects.acount() + 1))

    async def test_nothing(self):
        self.assertIsNone(await handler(0))
"""
BARE = "bare"
"""A Python with the standard library alone."""
LEAN = "lean"
"""One that has pytest, too."""


def django(directory: str) -> dict[str, str]:
    files = {
        "manage.py": MANAGE,
        "site_/__init__.py": "",
        "site_/settings.py": SETTINGS,
        "shop/__init__.py": "",
        "shop/service.py": SERVICE,
        "shop/tests.py": DJANGO_CASE,
    }
    return {directory + name: text for name, text in files.items()}


class Shape(NamedTuple):
    files: dict[str, str]
    service: str
    runs: str
    """A part of the command that is found."""
    python: str = LEAN
    command: str | None = None


SHAPES = {
    "unittest, tests in a package, no pytest": Shape(
        {"service.py": SERVICE, "tests/__init__.py": "",
         "tests/test_service.py": CASE.format(module="service")},
        "service.py", "refactor_agent_probe.unittests discover", BARE,
    ),
    "unittest, src layout, a plain directory of tests": Shape(
        {"src/app/__init__.py": "", "src/app/service.py": SERVICE,
         "tests/test_service.py": CASE.format(module="app.service")},
        "src/app/service.py", "discover -s tests", BARE,
    ),
    "unittest as asked for": Shape(
        {"service.py": SERVICE, "checks/case_service.py": CASE.format(module="service")},
        "service.py", "discover -s checks", BARE,
        "python -m unittest discover -s checks -p case_*.py",
    ),
    "unittest cases under pytest": Shape(
        {"service.py": SERVICE, "tests/test_service.py": CASE.format(module="service")},
        "service.py", "-m pytest",
    ),
    "Django's runner": Shape(django(""), "shop/service.py", "manage.py test", sys.executable),
    "Django's runner, one directory down": Shape(
        {**django("backend/"), "README.md": "front and back\n"},
        "backend/shop/service.py", "manage.py test", sys.executable,
    ),
    "settings in tox.ini, src layout": Shape(
        {"tox.ini": "[tox]\nenvlist = py\n[testenv]\ncommands = pytest\n[pytest]\ntestpaths = t\n"
                    "pythonpath = src\n",
         "src/app/__init__.py": "", "src/app/service.py": SERVICE,
         "t/conftest.py": CONFTEST, "t/test_service.py": FUNCTIONS.format(module="app.service")},
        "src/app/service.py", "-m pytest",
    ),
    "the files that tox names, where plain pytest would find a test that hangs": Shape(
        {"tox.ini": "[tox]\nenv_list = lint, py3{11,12}\n[testenv]\ndeps = pytest\n"
                    "set_env =\n  WHERE = tox\n  PYTHONPATH = {toxinidir}/nowhere\n"
                    "commands =\n  coverage erase\n  coverage run -m pytest --cov=app "
                    "--junitxml={envtmpdir}/j.xml {posargs:checks}\n[testenv:lint]\n"
                    "commands = ruff check\n",
         "src/app/__init__.py": "", "src/app/service.py": SERVICE,
         "checks/conftest.py": CONFTEST,
         "checks/test_service.py": FUNCTIONS.format(module="app.service")
                                   + ENVIRONMENT.format(where="tox"),
         "live/test_live.py": "import time\n\n\ndef test_live():\n    time.sleep(600)\n"},
        "src/app/service.py", "-m pytest checks",
    ),
    "unittest as a noxfile runs it, in its directory": Shape(
        {"noxfile.py": 'import nox\n\nnox.options.sessions = ["lint", "tests"]\n\n\n'
                       '@nox.session\ndef lint(session):\n    session.run("ruff", "check")\n\n\n'
                       '@nox.session(python=["3.11", "3.12"])\ndef tests(session):\n'
                       '    session.install(".")\n    session.chdir("checks")\n'
                       '    session.run("python", "-m", "unittest", "discover", "-p", "case_*.py", '
                       '*session.posargs, env={"WHERE": "nox"})\n',
         "service.py": SERVICE, "checks/case_service.py": CASE.format(module="service")},
        "service.py", "discover -p case_*.py", BARE,
    ),
    "Django's runner as tox names it, its tests elsewhere": Shape(
        {**django(""), "shop/checks.py": DJANGO_CASE, "shop/tests.py": "",
         "pyproject.toml": "[tool.tox]\nenv_list = ['py']\n[tool.tox.env_run_base]\ncommands = "
                           "[['python', 'manage.py', 'test', 'shop', '--pattern', 'checks.py']]\n"},
        "shop/service.py", "manage.py test shop --pattern checks.py", sys.executable,
    ),
    "what tox names can't run here, what is found can": Shape(
        {"tox.ini": "[testenv]\ncommands = pytest --reruns 3 tests\n",
         "service.py": SERVICE, "tests/conftest.py": CONFTEST,
         "tests/test_service.py": FUNCTIONS.format(module="service")},
        "service.py", "-m pytest",
    ),
    "conftest in the package and a plugin beside it": Shape(
        {"conftest.py": 'pytest_plugins = ["app.testing"]\n',
         "app/__init__.py": "", "app/testing.py": CONFTEST, "app/conftest.py": "",
         "app/service.py": SERVICE, "app/tests/conftest.py": "",
         "app/tests/test_service.py": FUNCTIONS.format(module="app.service")},
        "app/service.py", "-m pytest",
    ),
    "several roots of tests in one repository": Shape(
        {"pyproject.toml": '[tool.pytest.ini_options]\naddopts = "--import-mode=importlib"\n'
                           'testpaths = ["one/tests", "two/tests"]\n',
         "one/src/one_/__init__.py": "", "one/src/one_/service.py": SERVICE,
         "one/tests/conftest.py": CONFTEST,
         "one/tests/test_service.py": FUNCTIONS.format(module="one_.service"),
         "two/src/two_/__init__.py": "", "two/src/two_/service.py": SERVICE,
         "two/tests/conftest.py": CONFTEST,
         "two/tests/test_service.py": FUNCTIONS.format(module="two_.service")},
        "two/src/two_/service.py", "-m pytest",
    ),
    "in a directory, as asked for": Shape(
        {"README.md": "", "api/service.py": SERVICE, "api/conftest.py": CONFTEST,
         "api/test_service.py": FUNCTIONS.format(module="service")},
        "api/service.py", "-m pytest", LEAN, "cd api && pytest",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> str:
    place: Path = tmp_path_factory.mktemp("bare")
    venv.create(place, with_pip=False)
    return str(place / "bin/python")


@pytest.fixture(scope="module")
def pythons(bare: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return {BARE: bare, LEAN: lean_python(tmp_path_factory.mktemp("lean"))}


@pytest.mark.slow
@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_a_right_conversion_is_verified_and_a_forgotten_await_fails(make_judge, pythons, shape):
    judge = make_judge(shape.files)
    judge.python = pythons.get(shape.python, shape.python)
    judge.command = shape.command
    baseline = judge.baseline(shape.service)
    assert baseline.status == "green", baseline.message
    assert shape.runs in " ".join(baseline.command)
    assert all("::" in test for test in baseline.outcomes)
    verdict = judge.verdict({shape.service: RIGHT}, baseline)
    assert (verdict.outcome, verdict.reason) == ("verified", "")
    assert verdict.covering_tests
    lied = judge.tests({shape.service: FORGOTTEN}, baseline)
    assert any(failure.check == "never-awaited" for failure in lied.failures), lied.failures


@pytest.mark.slow
def test_outcomes_of_unittest(make_judge, bare):
    shape = SHAPES["unittest, tests in a package, no pytest"]
    judge = make_judge(shape.files)
    judge.python, judge.command = bare, None
    broken = "import unittest\nimport nothing_like_it\n"
    red = (
        "import unittest\n\n\nclass Red(unittest.TestCase):\n    def test_a(self):\n"
        "        for n in range(2):\n            with self.subTest(n=n):\n"
        "                self.assertEqual(n, 0)\n\n    def test_b(self):\n"
        "        self.skipTest('no')\n"
    )
    judge.write({"tests/test_broken.py": broken, "tests/test_red.py": red})
    baseline = judge.baseline("service.py")
    assert baseline.status == "partial"
    outcomes = {test.rpartition("::")[2]: told for test, told in baseline.outcomes.items()}
    assert outcomes == {
        "test_value": "passed", "test_nothing": "passed", "test_parts": "passed",
        "test_later": "skipped", "test_known": "xfailed",
        "test_a": "failed", "test_b": "skipped",
    }  # fmt: skip
    assert baseline.failing == ("tests/test_broken.py", "tests/test_red.py::Red::test_a")
    assert baseline.runner.startswith("unittest ")
