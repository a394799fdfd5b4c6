"""What a user gets wrong, or meets: one clear line, and nothing lost."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from support.agent_process import AgentHome, Ended, make_repository
from support.files import contents, write_files

pytestmark = pytest.mark.slow

RUN = "20260131-142501-9f3a"
FILES = {
    "shop.py": "import time\n\n\nasync def wait():\n    time.sleep(0.01)\n    return 1\n",
    "test_shop.py": (
        "import asyncio\n\nimport shop\n\n\n"
        "def test_wait():\n    assert asyncio.run(shop.wait()) == 1\n"
    ),
}


@pytest.fixture
def shop(tmp_path) -> AgentHome:
    """A small project in a repository, with tests."""
    return AgentHome(make_repository(write_files(tmp_path / "shop", FILES), {}), tmp_path / "home")


def files(home: AgentHome) -> dict[str, tuple[int, bytes]]:
    """The target's own files."""
    return {
        file: found
        for file, found in contents(home.target).items()
        if not file.startswith(".refactor-agent/")
    }


def complains(done: Ended, *parts: str) -> None:
    """One line on stderr, nothing on stdout, exit code 2."""
    assert (done.code, done.out) == (2, ""), done
    lines = [one for one in done.err.splitlines() if not one.startswith("note: Uncommitted ")]
    line, *progress = lines[::-1]
    assert line.startswith("error: "), done.err
    assert set(progress) <= {"looking for what blocks the loop", "planning",
                             "looking at the project's tests as they are"}, done.err  # fmt: skip
    for part in parts:
        assert part in line


def reports(home: AgentHome, done: Ended, status: str = "verified") -> None:
    """A run that ended, with one change set of that status."""
    assert (done.code, "Traceback" in done.err) == (1, False), done
    assert set(home.statuses().values()) == {status}


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        (["run", "nowhere"], ["nowhere does not exist; give the directory"]),
        (["scan", "nowhere"], ["nowhere does not exist"]),
        (["apply", "latest", "nowhere"], ["nowhere does not exist"]),
        (["run", "shop.py"], ["shop.py is not a directory; give the directory"]),
        (["rules", "list", "shop.py"], ["shop.py is not a directory"]),
        (["run", "--bogus"], ["No such option: --bogus"]),
        (["run", "--job", "2"], ["No such option: --job", "--jobs"]),
        (["run", "--jobs", "0"], ["--jobs"]),
        (["run", "--jobs", "many"], ["--jobs", "integer"]),
        (["run", "--test-timeout", "0"], ["--test-timeout"]),
        (["run", "a", "b"], ["unexpected extra argument"]),
        (["bogus"], ["No such command 'bogus'"]),
        (["apply"], ["Missing argument 'run'"]),
        (["scan", "--format", "pdf"], ["--format", "'text', 'json'"]),
        (["run", "--rule", "RA10l"], ["no rule 'RA10l'; did you mean RA10"]),
        (["scan", "--rule", "nonsense"], ["nonsense"]),
        (["scan", "nowhere.py"], ["nowhere.py does not exist; give a Python file or a project's"]),
        (["scan", "README.md"], ["README.md does not exist"]),
        (["scan", "--diff", "nowhere"], ["git knows no revision 'nowhere'", "fetch it first"]),
        (["scan", "--diff", ""], ["git knows no revision ''"]),
        (["scan", "--baseline", "nowhere.json"], ["nowhere.json does not exist; make it with"]),
        (["scan", "--baseline", "shop.py"], ["shop.py is no baseline"]),
        (["scan", "--write-baseline", "a/b.json"], ["can't write to a/b.json: No such file"]),
        (["scan", "--stdin-filename", "notes.txt"], ["notes.txt is no Python file"]),
        (["scan", ".", "--stdin-filename", "/x.py"], ["/x.py does not lie in ."]),
        (["scan", "--explain", "shop.py"], ["give a place as FILE:LINE or FILE:LINE:COLUMN"]),
        (["scan", "--explain", "shop.py:0"], ["give a place as FILE:LINE"]),
        (["scan", "--explain", "shop.py:2"], ["nothing is called at shop.py:2"]),
        (["scan", "--explain", "nowhere.py:2"], ["there is no file nowhere.py in "]),
        (["scan", "--min-severity", "severe"], ["--min-severity", "'high', 'medium', 'low'"]),
        (["trace", "--threshold", "0", "--", "true"], ["--threshold is in seconds"]),
        (["rules", "show", "RA1o1"], ["no rule 'RA1o1'; did you mean RA1"]),
        (["run", "--python", "/bin/echo"], ["/bin/echo (--python) does not run"]),
        (["run", "--python", "./nothing"], ["nothing (--python) does not run"]),
        (["run", "--python", "no-such-python"], ["no-such-python (--python) does not run"]),
    ],
)
def test_arguments(shop, arguments, parts):
    before = files(shop)
    complains(shop.agent(*arguments), *parts)
    assert files(shop) == before
    assert not (shop.target / ".refactor-agent").exists()


@pytest.mark.parametrize(
    ("settings", "parts"),
    [
        ("timeout = 5", ["has no key timeout; did you mean test-timeout?"]),
        ('rules = "x"', ["rules: input should be"]),
        ('rules = ["lint"]', ["rules directory", "shop/lint does not exist"]),
        ('disable = ["RA10l"]', ["no rule 'RA10l'; did you mean RA10"]),
        ('python = "env/bin/python"', ["shop/env/bin/python ([tool.refactor-agent] python)"]),
        ("x = ", ["is not valid TOML"]),
    ],
)  # fmt: skip
@pytest.mark.parametrize("command", ["run", "scan"])
def test_settings(shop, command, settings, parts):
    if command == "scan" and settings.startswith("python"):
        pytest.skip("scan runs nothing of the project")
    write_files(shop.target, {"pyproject.toml": f"[tool.refactor-agent]\n{settings}\n"})
    complains(shop.agent(command), *parts)
    assert not (shop.target / ".refactor-agent").exists()


def test_a_rule_of_the_team_that_is_broken(shop):
    settings = '[tool.refactor-agent]\nrules = ["lint"]\n'
    write_files(shop.target, {"pyproject.toml": settings, "lint/ours.md": "# no front matter\n"})
    complains(shop.agent("run"), "ours.md")


def test_rules_of_the_team_may_lie_in_a_hidden_or_an_outer_directory(shop):
    write_files(shop.target, {".lint/README.md": "ours\n", "../lint/README.md": "all of us\n"})
    settings = '[tool.refactor-agent]\nrules = [".lint", "../lint"]\n'
    write_files(shop.target, {"pyproject.toml": settings})
    reports(shop, shop.run())


@pytest.mark.parametrize("command", ["apply", "rollback", "resume"])
@pytest.mark.parametrize("name", ["latest", RUN, "../../shop", ""])
def test_a_run_that_does_not_exist(shop, command, name):
    done = shop.agent(command, name)
    complains(done, f"{name!r} is no run of {shop.target}", "start one with `refactor-agent run`")


def test_several_runs_that_begin_alike(shop):
    for number in (1, 2):
        write_files(shop.target, {f".refactor-agent/runs/2026-{number}/run.json": "{}"})
    complains(shop.agent("apply", "2026"), "matches several runs", "2026-1, 2026-2")


@pytest.mark.parametrize("data", [b"", b"{}", b'{"id": 1}', b"\xff\x00"])
def test_a_damaged_record(shop, data):
    write_files(shop.target, {f".refactor-agent/runs/{RUN}/run.json": data})
    complains(shop.agent("resume", RUN), "run.json is damaged or of another version")
    complains(shop.agent("apply", RUN), f"run {RUN} has no patches yet")
    listed = shop.agent("runs")
    assert (listed.code, listed.out) == (0, f"{RUN}  started\n")


def test_a_damaged_audit_log(shop):
    place = f".refactor-agent/runs/{RUN}"
    write_files(shop.target, {f"{place}/run.json": "{}", f"{place}/audit.jsonl": "oops\n"})
    listed = shop.agent("runs")
    assert (listed.code, listed.out) == (0, f"{RUN}  its audit log was changed at line 1\n")


def test_no_runs_yet(shop):
    done = shop.agent("runs")
    assert (done.code, done.out) == (0, "")
    assert done.err == "no runs yet; start one with `refactor-agent run`\n"


def test_no_python_files(tmp_path):
    home = AgentHome(write_files(tmp_path / "shop", {"a.txt": ""}), tmp_path / "home")
    complains(home.run(), "holds no Python files; give the directory of a Python project")
    assert not (home.target / ".refactor-agent").exists()
    complains(home.agent("scan"), "holds no Python files")


def test_nothing_that_blocks(tmp_path):
    home = AgentHome(write_files(tmp_path / "shop", {"a.py": "x = 1\n"}), tmp_path / "home")
    done = home.run()
    assert (done.code, done.out) == (0, "nothing blocks the event loop\n")
    assert (home.results / "report.md").exists()


def test_no_repository(tmp_path):
    home = AgentHome(write_files(tmp_path / "shop", FILES), tmp_path / "home")
    done = home.run()
    reports(home, done)
    assert "note: The project is not in a git repository: " in done.err
    assert home.agent("apply", "latest").code == 1
    assert "await" in (home.target / "shop.py").read_text()


def test_files_that_cannot_be_read_as_python(shop):
    write_files(
        shop.target,
        {
            "broken.py": "def f(:\n", "nul.py": b"x = 1\x00\n", "bytes.py": b"x = '\xff'\n",
            "coding.py": b"# -*- coding: klingon -*-\nx = 1\n", "python2.py": "print 'x'\n",
            "tabs.py": "if x:\n\ty\n        z\n", "look.ipynb": "{}",
            "deep.py": f"x = {'(' * 300}{')' * 300}\n",
        },
    )  # fmt: skip
    before = files(shop)
    done = shop.run()
    reports(shop, done)
    named = {line.split(":")[0] for line in done.err.splitlines() if line.startswith("skipped ")}
    assert named == {f"skipped {name}" for name in (
        "broken.py", "nul.py", "bytes.py", "coding.py", "tabs.py", "python2.py", "look.ipynb",
        "deep.py",
    )}  # fmt: skip
    assert {one["file"] for one in shop.report["skipped"]} == {
        name.removeprefix("skipped ") for name in named
    }
    assert files(shop) == before


def test_scan_names_what_it_skips(tmp_path):
    sleep = "import time\n\n\nasync def wait():\n    time.sleep(1)\n"
    files = {
        "latin.py": f"# coding: latin-1\nname = 'é'\n{sleep}".encode("latin-1"),
        "mark.py": b"\xef\xbb\xbf" + sleep.encode(),
        "bytes.py": f"name = 'é'\n{sleep}".encode("latin-1"),
        "wide.py": sleep.encode("utf-16"),
        "template.py": 'name = "x"\ntext = t"hello {name}"\n',
        "nul.py": b"x = 1\n\0\n",
        "look.ipynb": "{}",
    }
    home = AgentHome(write_files(tmp_path / "shop", files), tmp_path / "home")
    (home.target / "circle.py").symlink_to("circle.py")
    (home.target / "again").symlink_to(home.target)
    done = home.agent("scan", "--format", "json")
    assert [region["file"] for region in json.loads(done.out)["regions"]] == ["latin.py", "mark.py"]
    named = dict(line.split(": ", 1) for line in done.err.splitlines())
    newer = {"skipped template.py"} if sys.version_info < (3, 14) else set()
    assert named.keys() == newer | {f"skipped {name}" for name in (
        "bytes.py", "circle.py", "look.ipynb", "nul.py", "wide.py",
    )}  # fmt: skip
    assert named["skipped wide.py"].startswith("encoded in UTF-16")
    assert named["skipped circle.py"] == "a symbolic link that leads nowhere"
    if newer:
        assert named["skipped template.py"].endswith("invalid syntax, line 2")


def test_a_pipe_that_nobody_writes_to(shop):
    os.mkfifo(shop.target / "pipe.py")
    reports(shop, shop.run())
    assert "skipped pipe.py: not a regular file\n" in shop.agent("scan").err


def test_no_tests(shop):
    (shop.target / "test_shop.py").unlink()
    done = shop.run()
    reports(shop, done, "unverified")
    assert "finds no tests: nothing can be more than unverified." in done.err
    assert "--include-unverified" in done.err


def test_tests_that_fail_before_any_change(shop):
    write_files(
        shop.target,
        {
            "test_bad.py": "def test_red():\n    assert 0\n\n\ndef test_raises():\n    1 / 0\n",
            "test_worse.py": "import nothing_of_the_kind\n",
        },
    )
    done = shop.run()
    reports(shop, done)
    note = next(line for line in done.err.splitlines() if "fail before any change" in line)
    assert note.startswith("note: 3 of 4 tests fail before any change and are set aside: ")
    for name in ("test_bad.py::test_red", "test_bad.py::test_raises", "test_worse.py"):
        assert name in note
        assert name in (shop.results / "report.md").read_text()


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (
            "def test_red():\n    assert 0\n",
            ["no test passes before any change", "test_shop.py::test_red", "--no-tests"],
        ),
        ("import nothing_of_the_kind\n", ["no test can be collected", "nothing_of_the_kind"]),
        ("import os\n\ndef test_x():\n    os._exit(3)\n", ["ended with 3", "test_x"]),
    ],
)
def test_tests_that_say_nothing(shop, text, parts):
    write_files(shop.target, {"test_shop.py": text})
    complains(shop.run(), *parts)


def test_tests_that_hang(shop):
    write_files(shop.target, {"test_shop.py": "import time\n\ndef test_x():\n    time.sleep(99)\n"})
    done = shop.run("--test-timeout", "2")
    complains(done, "did not end within 2 s", "test_shop.py::test_x")


@pytest.mark.parametrize(
    ("command", "parts"),
    [
        ("make test", ["'make test' names neither pytest nor unittest"]),
        ("pytest && true", ["needs a shell"]),
        ("pytest 'x", ["the test command"]),
        ("pytest --no-such-option", ["no-such-option"]),
        ("pytest no_such_file.py", ["no_such_file.py"]),
    ],
)
def test_a_test_command_that_does_not_work(shop, command, parts):
    done = shop.agent("run", ".", "--python", sys.executable, "--test-command", command)
    complains(done, *parts)


def test_no_pytest_in_the_targets_python(shop):
    venv.create(shop.target / ".venv", symlinks=True)
    complains(shop.agent("run"), "this Python has no pytest", "--python")


@pytest.mark.parametrize("place", [".refactor-agent", ".refactor-agent/runs"])
def test_a_file_where_results_belong(shop, place):
    write_files(shop.target, {place: "mine\n"})
    before = contents(shop.target)
    complains(
        shop.run(), f"can't write to {shop.target}/.refactor-agent", "keeps its results there"
    )
    assert contents(shop.target) == before


def test_a_file_where_the_state_belongs(shop):
    write_files(shop.home, {"state": "mine\n"})
    complains(shop.run(), f"can't write to {shop.home}/state")
    assert not list((shop.target / ".refactor-agent").glob("runs/*"))


class ReadOnly:
    """A directory that not even root can write to."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> None:
        bind = ["mount", "--bind", str(self.path), str(self.path)]
        if subprocess.run(bind, check=False, capture_output=True).returncode:
            pytest.skip("only root may mount")
        again = ["mount", "-o", "remount,ro,bind", str(self.path)]
        subprocess.run(again, check=True)

    def __exit__(self, *_: object) -> None:
        subprocess.run(["umount", str(self.path)], check=True)


def test_a_directory_that_cannot_be_written(shop):
    with ReadOnly(shop.target):
        complains(shop.run(), f"can't write to {shop.target}", "Read-only file system")
        assert shop.agent("scan").code == 1


def test_a_target_that_became_read_only_before_apply(shop):
    reports(shop, shop.run())
    before = files(shop)
    with ReadOnly(shop.target):
        complains(shop.agent("apply", "latest"), "can't write", "nothing was changed")
    assert files(shop) == before
    assert shop.agent("apply", "latest").code == 1


def test_someone_elses_repository(shop):
    shop.environment = {"GIT_TEST_ASSUME_DIFFERENT_OWNER": "1"}
    complains(shop.run(), "git does not trust", "safe.directory")


def test_no_git(shop, tmp_path):
    (tmp_path / "bin").mkdir()
    shop.environment = {"PATH": str(tmp_path / "bin")}
    complains(shop.run(), "git is not installed; refactor-agent makes its patches with it")


def test_help_is_no_fault(shop):
    done = shop.agent("--help")
    assert (done.code, done.err) == (0, "")
    assert "rollback" in done.out


def test_nobody_reads_the_output(shop):
    with shop.start("scan") as process:
        process.stdout.close()
        assert "Traceback" not in process.stderr.read()
