"""What git says of the target."""

from __future__ import annotations

import re
import subprocess

import pytest

from refactor_agent.errors import UsageError
from refactor_agent.project import Revision, dirty_files, git, revision
from support.agent_process import make_repository
from support.files import write_files

FILES = {"a.py": "a = 1\n", "sub/deep/b.py": "b = 1\n", "sub/c d é.py": "c = 1\n"}


@pytest.fixture
def repository(tmp_path):
    (tmp_path / "repo").mkdir()
    return make_repository(tmp_path / "repo", FILES)


def head(root) -> str:
    return git(root, "rev-parse", "HEAD").stdout.decode().strip()


def test_no_repository(tmp_path):
    assert revision(tmp_path) == Revision()


def test_no_commit_yet(tmp_path):
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    assert revision(tmp_path) == Revision(is_repository=True)


@pytest.mark.parametrize(
    ("place", "prefix"), [("", ""), ("sub", "sub/"), ("sub/deep", "sub/deep/")]
)
def test_a_place_in_a_repository(repository, place, prefix):
    wanted = Revision(commit=head(repository), is_repository=True, prefix=prefix)
    assert revision(repository / place) == wanted


def test_an_ignored_directory_stands_outside(repository):
    write_files(repository, {".gitignore": "build/\n", "build/x.py": ""})
    assert revision(repository / "build") == Revision()


def test_the_git_directory_is_no_work_tree(repository):
    assert revision(repository / ".git") == Revision()


def test_a_repository_that_the_environment_names_does_not_count(repository, tmp_path, monkeypatch):
    (tmp_path / "other").mkdir()
    monkeypatch.setenv("GIT_DIR", str(repository / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(repository))
    assert revision(tmp_path / "other") == Revision()


def test_someone_elses_repository(repository, monkeypatch):
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    with pytest.raises(UsageError, match=re.escape("git config --global --add safe.directory")):
        revision(repository)


def test_no_git(repository, monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(UsageError, match="git is not installed"):
        revision(repository)


def test_dirty_files(repository):
    assert dirty_files(repository) == ()
    write_files(repository, {"new.py": "", "a.py": "a = 2\n", "sub/c d é.py": "c = 2\n"})
    assert dirty_files(repository) == ("a.py", "sub/c d é.py")
    assert dirty_files(repository / "sub") == ("sub/c d é.py",)
    assert dirty_files(repository / "sub" / "deep") == ()


def test_a_staged_rename_is_two_files(repository):
    git(repository, "mv", "a.py", "z.py")
    assert dirty_files(repository) == ("a.py", "z.py")
