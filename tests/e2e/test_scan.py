"""`refactor-agent scan` as continuous integration, editors and people call it."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

import refactor_agent
from support.agent_process import make_repository
from support.files import write_files

pytestmark = pytest.mark.slow

FILES = {
    "services/chat/pyproject.toml": "",
    "services/chat/chat/__init__.py": "",
    "services/chat/chat/app.py": (
        "import time\nfrom pathlib import Path\n\nfrom chat.store import load\n\n\n"
        "async def answer(path: Path):\n    if path.exists():\n        load(path)\n"
        "    time.sleep(1)\n"
    ),
    "services/chat/chat/store.py": (
        "from pathlib import Path\n\n\ndef load(path: Path):\n    return path.read_text()\n"
    ),
}


@pytest.fixture
def chat(tmp_path) -> Path:
    """A service in a repository of several."""
    return make_repository(tmp_path / "repository", FILES) / "services/chat"


def scan(root, *arguments, stdin="", cwd=None, **environment):
    """Give exit code, standard output and standard error."""
    done = subprocess.run(
        [sys.executable, "-m", "refactor_agent", "scan", *arguments],
        cwd=cwd or root,
        env=_environment(root, environment),
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def _environment(root, more):
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(root),
        "PYTHONPATH": str(Path(refactor_agent.__file__).parents[1]),
        "XDG_CACHE_HOME": str(root.parents[1] / "cache"),
        **more,
    }


def places(text):
    """Give file and line of each region in JSON."""
    return [(region["file"], region["line"]) for region in json.loads(text)["regions"]]


def test_each_format_names_files_from_where_its_reader_stands(chat):
    _, text, _ = scan(chat)
    assert text.startswith("chat/app.py:10:5: high: RA101 ")
    assert places(scan(chat, "--format", "json")[1])[-1] == ("chat/app.py", 10)
    annotations = scan(chat, "--format", "github")[1].splitlines()
    assert annotations[-1].startswith("::error file=services/chat/chat/app.py,line=10,")
    (run,) = json.loads(scan(chat, "--format", "sarif")[1])["runs"]
    place = run["results"][-1]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "services/chat/chat/app.py"


@pytest.mark.parametrize(
    ("options", "shown", "code"),
    [
        ([], 3, 1),
        (["--min-severity", "medium"], 2, 1),
        (["--min-severity", "high"], 1, 1),
        (["--fail-on", "high"], 3, 1),
        (["--fail-on", "never"], 3, 0),
        (["--rule", "RA202"], 2, 1),
        (["--rule", "RA202", "--fail-on", "high"], 2, 0),
        (["chat/store.py"], 0, 0),
        (["chat/app.py"], 3, 1),
    ],
    ids=str,
)
def test_what_is_shown_and_what_fails(chat, options, shown, code):
    ended, out, _ = scan(chat, *options, "--format", "json")
    assert (len(json.loads(out)["regions"]), ended) == (shown, code)


def test_nothing_says_nothing_of_what(chat):
    assert scan(chat, "chat/store.py")[1] == (
        "nothing that starts in chat/store.py blocks the event loop\n"
    )
    write_files(
        chat,
        {"chat/app.py": "from pathlib import Path\n\n\nasync def answer():\n    Path().exists()\n"},
    )
    assert scan(chat, "--min-severity", "medium", "--diff", "HEAD")[1] == (
        "nothing new since HEAD of high or medium severity blocks the event loop\n"
    )


def test_only_what_is_new_fails_a_pull_request(chat):
    assert scan(chat, "--diff", "HEAD")[:2] == (
        0, "nothing new since HEAD blocks the event loop\n",
    )  # fmt: skip
    write_files(chat, {"chat/store.py": "import time\n\n\ndef load(path):\n    time.sleep(2)\n"})
    code, out, _ = scan(chat, "--diff", "HEAD", "--format", "json")
    assert (code, places(out)) == (1, [("chat/app.py", 9)])


def test_a_baseline_from_start_to_end(chat):
    assert scan(chat, "--write-baseline", "known.json")[::2] == (
        0, "3 known paths in known.json\n",
    )  # fmt: skip
    assert scan(chat, "--baseline", "known.json")[0] == 0
    source = FILES["services/chat/chat/app.py"].replace("    time.sleep(1)\n", "")
    more = "\n\nasync def more(path):\n    return open(path)\n"
    write_files(chat, {"chat/app.py": f'"""Moved."""\n\n{source}{more}'})
    code, out, err = scan(chat, "--baseline", "known.json", "--format", "json")
    assert (code, places(out)) == (1, [("chat/app.py", 15)])
    assert err.splitlines() == [
        "2 known paths left out",
        "1 paths of known.json are gone; write it again so that they stay gone",
        "gone: chat.app.answer -> time.sleep",
    ]


def test_a_baseline_holds_a_whole_project(chat):
    code, _, err = scan(chat, "chat/app.py", "--write-baseline", "known.json")
    assert (code, err.startswith("error: --write-baseline writes all paths")) == (2, True)
    assert not (chat / "known.json").exists()


UNSAVED = "from chat.store import load\n\n\nasync def answer(path):\n    load(path)\n"


@pytest.mark.parametrize(
    ("arguments", "directory"),
    [
        (["--stdin-filename", "chat/app.py"], "."),
        (["--stdin-filename", "app.py"], "chat"),
        (["services/chat", "--stdin-filename", "services/chat/chat/app.py"], "../.."),
        (["--stdin-filename", "chat/new.py"], "."),
    ],
    ids=["from the project", "from inside it", "from outside it", "a file not saved yet"],
)
def test_an_editor_asks_about_what_it_holds(chat, arguments, directory):
    code, out, err = scan(chat, *arguments, "--format", "json", stdin=UNSAVED, cwd=chat / directory)
    name = "chat/new.py" if "chat/new.py" in arguments else "chat/app.py"
    assert (code, places(out), err) == (1, [(name, 5)], "")


def test_an_editor_in_the_middle_of_a_word(chat):
    code, out, err = scan(
        chat, "--stdin-filename", "chat/app.py", "--format", "json", stdin="async def answer(\n"
    )
    assert (code, places(out)) == (0, [])
    assert err.startswith("skipped chat/app.py: does not parse as Python 3.")


def test_suppressions_are_remarked_on_and_fail_when_asked_to(chat):
    source = FILES["services/chat/chat/app.py"]
    source = source.replace("sleep(1)", "sleep(1)  # refactor-agent: ignore[RA101]")
    source = source.replace("load(path)", "load(path)  # refactor-agent: ignore[RA202] small")
    source = source.replace("exists():", "exists():  # refactor-agent: ignore[RA203] why")
    write_files(chat, {"chat/app.py": source})
    assert scan(chat, "--fail-on", "high")[0] == 0
    code, out, _ = scan(chat, "--fail-on", "high", "--strict-suppressions", "--format", "json")
    remarks = json.loads(out)["remarks"]
    assert (code, [(remark["line"], remark["name"]) for remark in remarks]) == (
        1, [(8, "unused-suppression"), (10, "suppression-without-reason")],
    )  # fmt: skip
    assert "title=unused-suppression::RA203" in scan(chat, "--format", "github")[1]
    assert "; 2 remarks on suppressions" in scan(chat)[1].splitlines()[-1]


def test_a_site_is_explained(chat):
    code, out, _ = scan(chat, "--explain", "chat/store.py:5")
    assert code == 0
    assert out.splitlines()[:2] == [
        "chat/store.py:5:12: `path.read_text()` in chat.store.load",
        "  `path` is an object of pathlib.Path (a parameter with an annotation)",
    ]
    assert out == scan(chat, "--explain", "services/chat/chat/store.py:5", cwd=chat / "../..")[1]


@pytest.mark.parametrize(
    ("environment", "coloured"),
    [({}, True), ({"NO_COLOR": "1"}, False), ({"NO_COLOR": ""}, True), ({"TERM": "dumb"}, False)],
)
def test_colours_on_a_terminal_only(chat, environment, coloured):
    leader, follower = pty.openpty()
    command = [sys.executable, "-m", "refactor_agent", "scan"]
    with subprocess.Popen(
        command, cwd=chat, env=_environment(chat, environment), stdout=follower
    ) as process:
        os.close(follower)
        shown = os.read(leader, 100_000)
        process.wait()
    os.close(leader)
    assert (b"\x1b[" in shown) is coloured
    assert "\x1b[" not in scan(chat, **environment)[1]
