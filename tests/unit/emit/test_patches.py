"""Patches that real git applies, in order, and takes back to the byte."""

from __future__ import annotations

import subprocess

import pytest

from refactor_agent.emit.patches import Step, make_series
from refactor_agent.tree import Tree, sha256
from support.agent_process import make_repository
from support.files import contents, write_files

DATE = "2026-01-31T14:25:01+00:00"

CASES = {
    "one line": ({"a.py": b"x = 1\n"}, {"a.py": b"x = 2\n"}),
    "crlf": ({"a.py": b"x = 1\r\ny = 2\r\n"}, {"a.py": b"x = 1\r\ny = 3\r\n"}),
    "mixed line ends": ({"a.py": b"x = 1\r\ny = 2\nz = 3\r"}, {"a.py": b"x = 1\r\ny = 3\nz = 3\r"}),
    "line ends change": ({"a.py": b"x = 1\r\n"}, {"a.py": b"x = 1\n"}),
    "no final newline": ({"a.py": b"x = 1\ny = 2"}, {"a.py": b"x = 3\ny = 2"}),
    "final newline comes": ({"a.py": b"x = 1"}, {"a.py": b"x = 1\n"}),
    "final newline goes": ({"a.py": b"x = 1\n"}, {"a.py": b"x = 1"}),
    "new file": ({"a.py": b"x = 1\n"}, {"pkg/_async_adapters.py": b"def f():\n    pass\n"}),
    "new empty file": ({"a.py": b"x = 1\n"}, {"pkg/__init__.py": b""}),
    "emptied": ({"a.py": b"x = 1\n"}, {"a.py": b""}),
    "filled": ({"a.py": b""}, {"a.py": b"x = 1\n"}),
    "latin-1": ({"a.py": b"# caf\xe9\nx = 1\n"}, {"a.py": b"# caf\xe9\nx = 2\n"}),
    "byte order mark": ({"a.py": b"\xef\xbb\xbfx = 1\n"}, {"a.py": b"\xef\xbb\xbfx = 2\n"}),
    "nul byte": ({"a.py": b"x = '\x00'\n"}, {"a.py": b"x = '\x00\x00'\n"}),
    "form feed": ({"a.py": b"x = 1\n\x0c\ny = 1\n"}, {"a.py": b"x = 1\n\x0c\ny = 2\n"}),
    "blank in the name": ({"my pkg/a b.py": b"x = 1\n"}, {"my pkg/a b.py": b"x = 2\n"}),
    "quotes in the name": ({'a"b\\c.py': b"x = 1\n"}, {'a"b\\c.py': b"x = 2\n"}),
    "not ascii": ({"größe/é.py": b"x = 1\n"}, {"größe/é.py": b"x = 2\n", "größe/ß.py": b""}),
    "white space": ({"a.py": b"x = 1 \n\ty = 1\n"}, {"a.py": b"x = 1  \n \ty = 2 \n\n\n"}),
    "looks like a patch": (
        {"a.py": b"--- a/a.py\n+++ b/a.py\n"}, {"a.py": b"--- b/a.py\nFrom x\n-- \n"},
    ),
    "two files": (
        {"a.py": b"x = 1\n", "b.py": b"y = 1\n"}, {"a.py": b"x = 2\n", "b.py": b"y = 2\n"},
    ),
}  # fmt: skip


def git(root, *arguments: str) -> str:
    name = ("-c", "user.name=A", "-c", "user.email=a@example.com", "-c", "commit.gpgSign=false")
    command = ["git", "-c", "core.quotePath=false", *name, *arguments]
    return subprocess.run(command, cwd=root, check=True, capture_output=True).stdout.decode()


def repository(root, files, prefix=""):
    """Make a repository with the files below ``prefix``."""
    place = root / "repo"
    write_files(place / prefix, files)
    return make_repository(place, {"README": "here\n"})


def series(root, steps, prefix=""):
    return make_series(Tree(root / prefix), steps, date=DATE, prefix=prefix)


def keep(place, patches):
    """Write patches and reverses as a run does; give their paths in order of application."""
    write_files(place, {f"{patch.name}.patch": patch.forward for patch in patches})
    write_files(place, {f"{patch.name}.back": patch.reverse for patch in patches})
    forward = [str(place / f"{patch.name}.patch") for patch in patches]
    return forward, [str(place / f"{patch.name}.back") for patch in reversed(patches)]


@pytest.mark.parametrize("prefix", ["", "services/api/"])
@pytest.mark.parametrize("case", CASES)
def test_git_apply_and_back(tmp_path, case, prefix):
    before, after = CASES[case]
    root = repository(tmp_path, before, prefix)
    untouched = contents(root)
    forward, back = keep(tmp_path / "out", series(root, [Step("001", "Change", after)], prefix))
    git(root, "apply", *forward)
    for file, data in after.items():
        assert (root / prefix / file).read_bytes() == data
    git(root, "apply", *back)
    assert contents(root) == untouched


@pytest.mark.parametrize("case", CASES)
def test_git_am(tmp_path, case):
    before, after = CASES[case]
    root = repository(tmp_path, before)
    forward, _ = keep(tmp_path / "out", series(root, [Step("001", "Change\n\nWhy — so\n", after)]))
    git(root, "am", "--quiet", "--keep-cr", *forward)
    for file, data in after.items():
        assert (root / file).read_bytes() == data
    assert git(root, "status", "--porcelain", "--untracked-files=no") == ""
    assert git(root, "log", "-1", "--format=%an <%ae>%n%aI%n%B").split("\n", 2) == [
        "refactor-agent <refactor-agent@localhost>",
        DATE,
        "Change\n\nWhy — so\n\n",
    ]


STEPS = [
    Step("001-one", "One\n", {"a.py": b"a = 2\nb = 1\n", "new.py": b"n = 1\n"}),
    Step("002-two", "Two\n", {"a.py": b"a = 2\nb = 2\n"}),
    Step("003-three", "Three\n", {"new.py": b"n = 3\n", "run.py": b"#!/usr/bin/python\nr = 2\n"}),
]


@pytest.fixture
def stacked(tmp_path):
    files = {"a.py": "a = 1\nb = 1\n", "run.py": "#!/usr/bin/python\nr = 1\n"}
    write_files(tmp_path / "repo", files)
    (tmp_path / "repo" / "run.py").chmod(0o755)
    return make_repository(tmp_path / "repo", {})


def test_patches_stand_on_those_before_them(tmp_path, stacked):
    untouched = contents(stacked)
    patches = series(stacked, STEPS)
    forward, back = keep(tmp_path / "out", patches)
    for patch, step in zip(forward, STEPS, strict=True):
        git(stacked, "apply", patch)
        assert {file: (stacked / file).read_bytes() for file in step.changes} == step.changes
    assert (stacked / "run.py").stat().st_mode & 0o777 == 0o755
    for patch in back:
        git(stacked, "apply", patch)
    assert contents(stacked) == untouched


def test_each_file_is_known_before_and_after_each_patch(stacked):
    first, second, third = series(stacked, STEPS)
    begin, middle = sha256(b"a = 1\nb = 1\n"), sha256(b"a = 2\nb = 1\n")
    assert [(state.file, state.before, state.after) for state in first.files] == [
        ("a.py", begin, middle),
        ("new.py", None, sha256(b"n = 1\n")),
    ]
    assert [(state.before, state.after) for state in second.files] == [
        (middle, sha256(b"a = 2\nb = 2\n"))
    ]
    assert [state.file for state in third.files] == ["new.py", "run.py"]


def test_the_same_steps_make_the_same_bytes_whatever_the_user_set(stacked, monkeypatch, tmp_path):
    once = series(stacked, STEPS)
    write_files(
        tmp_path / "home",
        {
            ".gitconfig": "[diff]\n\tnoprefix = true\n\tmnemonicPrefix = true\n[core]\n"
            "\tautocrlf = true\n[format]\n\tsignature = me\n\tattach = x\n[commit]\n"
            "\tgpgSign = true\n[user]\n\tname = Somebody\n[diff]\n\tcontext = 0\n"
        },
    )
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("GIT_DIR", str(stacked / ".git"))
    monkeypatch.setenv("GIT_AUTHOR_NAME", "Somebody")
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    assert series(stacked, STEPS) == once


def test_the_target_is_not_touched(stacked):
    before = contents(stacked)
    status = git(stacked, "status", "--porcelain")
    series(stacked, STEPS)
    assert contents(stacked) == before
    assert git(stacked, "status", "--porcelain") == status


def test_no_steps_no_patches(stacked):
    assert series(stacked, []) == []


def test_outside_a_repository(tmp_path):
    root = write_files(tmp_path / "plain", {"a.py": "a = 1\n"})
    (patch,) = series(root, [Step("001", "Change", {"a.py": b"a = 2\n"})])
    write_files(tmp_path, {"p.patch": patch.forward, "p.back": patch.reverse})
    git(root, "apply", str(tmp_path / "p.patch"))
    assert (root / "a.py").read_bytes() == b"a = 2\n"
    git(root, "apply", str(tmp_path / "p.back"))
    assert (root / "a.py").read_bytes() == b"a = 1\n"
