"""The files of another revision, written elsewhere."""

from __future__ import annotations

import subprocess

import pytest

from refactor_agent.errors import UsageError
from refactor_agent.project import copy_revision, open_project, prefix_in_repository
from support.agent_process import make_repository
from support.files import contents, write_files

FILES = {"pyproject.toml": "", "shop/stock.py": "x = 1\n", "shop/notes.txt": "", "setup.cfg": ""}


def git(root, *arguments):
    settings = ("-c", "user.name=A", "-c", "user.email=a@example.com")
    subprocess.run(["git", *settings, *arguments], cwd=root, check=True, capture_output=True)


def copied(root, name, destination):
    copy_revision(root, open_project(root).sources, name, destination)
    return {file: data.decode() for file, (_, data) in contents(destination).items()}


@pytest.fixture
def shop(tmp_path):
    return make_repository(tmp_path / "shop", FILES)


def test_python_files_and_what_marks_a_root(shop, tmp_path):
    write_files(shop, {"shop/stock.py": "x = 2\n", "shop/new.py": ""})
    assert copied(shop, "HEAD", tmp_path / "then") == {
        "pyproject.toml": "", "setup.cfg": "", "shop/stock.py": "x = 1\n",
    }  # fmt: skip
    assert (shop / "shop/stock.py").read_text() == "x = 2\n"


def test_a_directory_inside_the_repository(shop, tmp_path):
    assert copied(shop / "shop", "HEAD", tmp_path / "then") == {"stock.py": "x = 1\n"}
    assert prefix_in_repository(shop / "shop") == "shop/"
    assert prefix_in_repository(shop) == ""


def test_what_the_other_branch_did_since_does_not_count(shop, tmp_path):
    git(shop, "branch", "work")
    write_files(shop, {"shop/stock.py": "x = 'meanwhile'\n"})
    git(shop, "commit", "-qam", "Meanwhile")
    git(shop, "branch", "trunk")
    git(shop, "checkout", "-q", "work")
    assert copied(shop, "trunk", tmp_path / "then")["shop/stock.py"] == "x = 1\n"


def test_files_that_are_not_the_repositorys_are_as_now(shop, tmp_path):
    write_files(shop, {".gitignore": "made.py\n", "made.py": "made = 1\n"})
    make_repository(shop / "inner", {"part.py": "part = 1\n"})
    found = copied(shop, "HEAD", tmp_path / "then")
    assert (found["made.py"], found["inner/part.py"]) == ("made = 1\n", "part = 1\n")


def test_odd_names_and_links(shop, tmp_path):
    write_files(shop, {"shop/two words é.py": "y = 1\n"})
    (shop / "link.py").symlink_to("shop/stock.py")
    git(shop, "add", ".")
    git(shop, "commit", "-qm", "More")
    found = copied(shop, "HEAD", tmp_path / "then")
    assert found["shop/two words é.py"] == "y = 1\n"
    assert "link.py" not in found


@pytest.mark.parametrize("name", ["nowhere", "--all", "HEAD:shop", ""])
def test_an_unknown_revision(shop, tmp_path, name):
    with pytest.raises(UsageError, match="git knows no revision"):
        copied(shop, name, tmp_path / "then")


def test_no_repository(tmp_path):
    write_files(tmp_path / "plain", {"a.py": ""})
    with pytest.raises(UsageError, match="is in no git repository"):
        copied(tmp_path / "plain", "HEAD", tmp_path / "then")


def test_a_clone_without_history_says_so(shop, tmp_path):
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{shop}", "shallow")
    with pytest.raises(UsageError, match=r"knows no revision 'main~1'.*git fetch --unshallow"):
        copied(tmp_path / "shallow", "main~1", tmp_path / "then")


def test_a_partial_clone_whose_origin_is_gone(shop, tmp_path):
    write_files(shop, {"shop/stock.py": "x = 2\n"})
    git(shop, "commit", "-q", "-a", "-m", "two")
    git(shop, "config", "uploadpack.allowFilter", "true")
    git(tmp_path, "clone", "-q", "--filter=blob:none", f"file://{shop}", "partial")
    shop.rename(tmp_path / "gone")
    with pytest.raises(UsageError, match="git lacks files of that revision"):
        copied(tmp_path / "partial", "HEAD~1", tmp_path / "then")


def test_a_file_that_vanishes_meanwhile(shop, tmp_path):
    write_files(shop, {".gitignore": "made.py\n", "made.py": ""})
    sources = open_project(shop).sources
    (shop / "made.py").unlink()
    copy_revision(shop, sources, "HEAD", tmp_path / "then")
    assert "made.py" not in contents(tmp_path / "then")
