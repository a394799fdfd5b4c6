"""Baselines of projects in every state."""

from __future__ import annotations

import subprocess
import sys
import venv

import pytest

from refactor_agent.domain.plan import Refusal
from refactor_agent.verify.command import parse_test_command

CODE = "def f():\n    return 1\n"
GREEN = "import code_\n\n\ndef test_a():\n    assert code_.f() == 1\n"
RED = "def test_b():\n    assert False, 'was so'\n"
HANG = "import time\n\n\ndef test_c():\n    time.sleep(60)\n"

COMMANDS = {
    "python -m pytest": ("/py", "-m", "pytest"),
    "pytest tests -q": ("/py", "-m", "pytest", "tests", "-q"),
    "python3 -m pytest 'a b'": ("/py", "-m", "pytest", "a b"),
    "poetry run pytest": ("poetry", "run", "pytest"),
    "make test": "test-command-without-pytest",
    "pytest && echo done": "test-command-needs-shell",
    "pytest 'unclosed": "test-command-unreadable",
}


@pytest.mark.parametrize(("text", "expected"), COMMANDS.items(), ids=COMMANDS)
def test_command(text, expected):
    parsed = parse_test_command(text, "/py")
    if isinstance(parsed, Refusal):
        assert parsed.reason == expected
        assert text in parsed.message
    else:
        assert parsed.words == expected


def test_command_may_set_variables():
    parsed = parse_test_command("MODE=test python -m pytest", "/py")
    assert parsed.words == ("/py", "-m", "pytest")
    assert parsed.environment == {"MODE": "test"}


VACUOUS = """\
import unittest


class CodeTest(unittest.TestCase):
    async def test_a(self):
        self.fail("it never runs")
"""

UNUSABLE = {
    "only async tests that nothing awaits": (
        {"test_v.py": VACUOUS},
        None,
        "all-tests-fail",
        "test_v.py::CodeTest::test_a: it is async and nothing awaits it; let IsolatedAsyncio",
    ),
    "no tests": ({}, None, "no-tests", "finds no tests"),
    "all fail": ({"test_b.py": RED}, None, "all-tests-fail", "test_b.py::test_b: "),
    "cannot be collected": (
        {"test_a.py": "import nothing_like_it\n"},
        None,
        "tests-cannot-be-collected",
        "No module named 'nothing_like_it'",
    ),
    "hangs": ({"test_c.py": HANG}, None, "tests-hang", "in test_c.py::test_c"),
    "crashes": (
        {"test_a.py": "import os\n\n\ndef test_a():\n    os._exit(3)\n"},
        None,
        "tests-crash",
        "ended with 3 in test_a.py::test_a",
    ),
    "unknown option": (
        {"test_a.py": GREEN, "pytest.ini": "[pytest]\naddopts = --no-such-option\n"},
        None,
        "tests-do-not-start",
        "--no-such-option",
    ),
    "no such file": ({"test_a.py": GREEN}, "pytest no_such_dir", "tests-do-not-start", "no_such"),
    "no pytest named": ({"test_a.py": GREEN}, "make test", "test-command-without-pytest", "make"),
    "command missing": (
        {"test_a.py": GREEN},
        "no-such-runner pytest",
        "interpreter-missing",
        "no-such-runner",
    ),
    "pytest is not started": (
        {"test_a.py": GREEN},
        "true pytest",
        "tests-do-not-start",
        "did not start the tests",
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize(("files", "command", "reason", "says"), UNUSABLE.values(), ids=UNUSABLE)
def test_suite_that_says_nothing(make_judge, files, command, reason, says):
    judge = make_judge({"code_.py": CODE, **files})
    judge.command = command or judge.command
    judge.limit = 15.0 if reason == "tests-hang" else 60.0
    baseline = judge.baseline("code_.py")
    assert (baseline.status, baseline.reason) == ("unusable", reason)
    assert says in baseline.message
    assert "\n" not in baseline.message


@pytest.mark.slow
def test_python_without_pytest(make_judge, tmp_path):
    venv.create(tmp_path / "bare", with_pip=False)
    judge = make_judge({"code_.py": CODE, "test_a.py": GREEN})
    judge.python = str(tmp_path / "bare/bin/python")
    assert judge.baseline("code_.py").reason == "pytest-missing"
    judge.python = str(tmp_path / "nowhere/bin/python")
    assert judge.baseline("code_.py").reason == "interpreter-missing"


@pytest.mark.slow
def test_without_tests_the_checks_still_run(make_judge):
    judge = make_judge({"code_.py": CODE})
    baseline = judge.baseline("code_.py")
    verdict = judge.verdict({"code_.py": "async def f():\n    return 1\n"}, baseline)
    assert (verdict.outcome, verdict.reason) == ("unverified", baseline.message)
    verdict = judge.verdict({"code_.py": "import nothing_like_it\n\n\n" + CODE}, baseline)
    assert verdict.outcome == "failed"


@pytest.mark.slow
def test_failing_and_flaky_tests_are_known_by_name(make_judge):
    """State outside the copy makes a test flaky: the two runs get fresh copies and homes."""
    judge = make_judge({"code_.py": CODE, "test_a.py": GREEN, "test_b.py": RED})
    seen = judge.root.parent / "seen"
    judge.write(
        {
            "test_broken.py": "import nothing_like_it\n",
            "test_flaky.py": f"""\
                from pathlib import Path

                SEEN = Path({str(seen)!r})


                def test_flaky():
                    first = not SEEN.exists()
                    SEEN.touch()
                    assert first
                """,
        }
    )
    baseline = judge.baseline("code_.py")
    assert baseline.status == "partial"
    assert baseline.failing == ("test_b.py::test_b", "test_broken.py")
    assert baseline.flaky == ("test_flaky.py::test_flaky",)
    assert baseline.message == (
        "2 of 4 tests fail before any change and are set aside: test_b.py::test_b, test_broken.py"
    )
    seen.unlink()
    verdict = judge.verdict({"code_.py": CODE.replace("return 1", "return abs(1)")}, baseline)
    assert verdict.outcome == "failed", "rule-made edits change no other statement"
    assert judge.tests({"code_.py": CODE}, baseline).failures == ()


@pytest.mark.slow
def test_copy_shadows_an_installed_original(make_judge, tmp_path):
    """An editable install names the original; what is tested must be the copy."""
    judge = make_judge(
        {
            "src/lib/__init__.py": "",
            "src/lib/core.py": "import time\n\n\ndef f():\n    time.sleep(0)\n    return 1\n\n\n"
            "async def g():\n    return f()\n",
            "tests/test_core.py": "import asyncio\n\nfrom lib.core import g\n\n\n"
            "def test_g():\n    assert asyncio.run(g()) == 1\n",
        }
    )
    environment = tmp_path / "env"
    venv.create(environment, with_pip=False, system_site_packages=True)
    site = next(environment.glob("lib/python*/site-packages"))
    (site / "lib.pth").write_text(str(judge.root / "src"))
    (site / "tool.pth").write_text(
        subprocess.check_output(
            [sys.executable, "-c", "import pytest, os; print(os.path.dirname(pytest.__path__[0]))"],
            text=True,
        )
    )
    judge.python = str(environment / "bin/python")
    after = (
        "import asyncio\nimport time\n\n\nasync def f():\n    await asyncio.sleep(0)\n    return 1"
        "\n\n\nasync def g():\n    return await f()\n"
    )
    verdict = judge.verdict({"src/lib/core.py": after})
    assert (verdict.outcome, verdict.reason) == ("verified", "")
    assert verdict.covering_tests == ("tests/test_core.py::test_g",)


@pytest.mark.slow
def test_module_that_is_taken_from_elsewhere(make_judge):
    """An import hook in front of the import path would test the original: that is found out."""
    hook = (
        "import importlib.util, sys\n\n\nclass Finder:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'code_':\n"
        "            return importlib.util.spec_from_file_location(name, {file!r})\n\n\n"
        "sys.meta_path.insert(0, Finder())\n"
    )
    judge = make_judge({"code_.py": CODE, "test_a.py": "def test_a():\n    pass\n"})
    other = judge.root.parent / "other.py"
    other.write_text(CODE)
    judge.write({"sitecustomize.py": hook.format(file=str(other))})
    baseline = judge.baseline("code_.py")
    assert "which is not the changed copy" in baseline.imports.imports["code_.py"]


@pytest.mark.slow
def test_originals_are_not_touched(make_judge, snapshot_of):
    judge = make_judge(
        {
            "code_.py": CODE,
            "data.txt": "data",
            "test_a.py": GREEN + "\n\ndef test_writes():\n    import os, pathlib, shutil\n"
            "    pathlib.Path('data.txt').write_text('overwritten')\n"
            "    pathlib.Path('new.txt').write_text('new')\n"
            "    pathlib.Path.home().joinpath('.rc').write_text('x')\n"
            "    os.remove('code_.py')\n",
        }
    )
    before = snapshot_of(judge.root)
    baseline = judge.baseline("code_.py")
    assert (baseline.status, set(baseline.outcomes.values())) == ("green", {"passed"})
    assert snapshot_of(judge.root) == before


@pytest.mark.parametrize("command", ["python -m pytest", "python -m unittest"])
def test_async_tests_that_nothing_awaits_count_for_nothing(make_judge, command):
    other = "\n    def test_b(self):\n        self.assertTrue(True)\n"
    judge = make_judge({"code_.py": CODE, "test_v.py": VACUOUS + other})
    judge.command = command
    baseline = judge.baseline("code_.py")
    vacuous = "test_v.py::CodeTest::test_a"
    assert baseline.vacuous == (vacuous,)
    assert baseline.outcomes == {vacuous: "skipped", "test_v.py::CodeTest::test_b": "passed"}


def test_files_of_tests_may_have_one_name(make_judge):
    """As in a repository of several packages, each named like its directory."""
    test = """\
        import sys

        from {0}.code import f


        def test_{0}():
            assert f() == 1
            assert sys.modules[__name__].test_{0}
        """
    files = {}
    for one in ("shop", "stock"):
        files[f"{one}/pyproject.toml"] = f"[project]\nname = '{one}'\n"
        files[f"{one}/{one}/__init__.py"] = ""
        files[f"{one}/{one}/code.py"] = CODE
        files[f"{one}/tests/test_code.py"] = test.format(one)
    judge = make_judge(files)
    judge.command = None
    baseline = judge.baseline("shop/shop/code.py")
    assert (baseline.status, baseline.message) == ("green", "")
    assert set(baseline.outcomes) == {
        "shop/tests/test_code.py::test_shop",
        "stock/tests/test_code.py::test_stock",
    }
