"""The copy that a run works on."""

from __future__ import annotations

import os

import pytest

from refactor_agent.errors import UsageError
from refactor_agent.project import take_snapshot
from support.files import as_somebody, contents, write_files


@pytest.fixture
def root(tmp_path):
    return write_files(
        tmp_path / "root",
        {
            "a.py": "a = 1\r\n", "bin/tool": b"\x00\xff", ".coveragerc": "", ".github/ci.yml": "",
            ".git/HEAD": "", ".venv/pyvenv.cfg": "", "env/pyvenv.cfg": "", ".tox/x.py": "",
            "__pycache__/a.pyc": "", "shop.egg-info/PKG-INFO": "", "empty/.keep": "",
        },
    )  # fmt: skip


def test_what_is_copied(tmp_path, root):
    (root / "bin/tool").chmod(0o755)
    (root / "bare").mkdir()
    take_snapshot(root, tmp_path / "copy")
    found = contents(tmp_path / "copy")
    assert sorted(found) == [".coveragerc", ".github/ci.yml", "a.py", "bin/tool", "empty/.keep"]
    assert found["a.py"][1] == b"a = 1\r\n"
    assert found["bin/tool"] == (0o755, b"\x00\xff")
    assert (tmp_path / "copy/bare").is_dir()


def test_links_lead_to_the_copy_or_to_where_they_led(tmp_path, root):
    write_files(tmp_path, {"outside/data.txt": "data"})
    for name, target in {
        "near": "a.py", "inside": root / "a.py", "bin/inside": root / "empty", "loop": root,
        "out": "../outside/data.txt", "far": tmp_path / "outside", "gone": "nowhere",
    }.items():  # fmt: skip
        (root / name).symlink_to(target)
    copy = tmp_path / "state" / "copy"
    copy.parent.mkdir()
    take_snapshot(root, copy)
    assert {path.relative_to(copy).as_posix(): str(path.readlink())
            for path in copy.rglob("*") if path.is_symlink()} == {
        "near": "a.py", "inside": "a.py", "bin/inside": "../empty", "loop": ".",
        "out": f"{tmp_path}/outside/data.txt", "far": f"{tmp_path}/outside", "gone": "nowhere",
    }  # fmt: skip
    assert (copy / "out").read_text() == "data"


def test_a_copy_of_the_copy_is_the_same(tmp_path, root):
    (root / "inside").symlink_to(root / "a.py")
    (root / "out").symlink_to("../x")
    take_snapshot(root, tmp_path / "copy")
    (tmp_path / "below").mkdir()
    take_snapshot(tmp_path / "copy", tmp_path / "below" / "copy")
    for name in ("inside", "out"):
        links = [(tmp_path / place / name).readlink() for place in ("copy", "below/copy")]
        assert links[0] == links[1]


def test_pipes_are_left_out(tmp_path, root):
    os.mkfifo(root / "pipe")
    take_snapshot(root, tmp_path / "copy")
    assert not (tmp_path / "copy/pipe").exists()


def test_an_unreadable_file_is_named_and_no_copy_appears():
    with as_somebody() as place:
        root = write_files(place / "root", {"a.py": "", "secret.py": ""})
        (root / "secret.py").chmod(0)
        with pytest.raises(UsageError) as caught:
            take_snapshot(root, place / "copy")
        assert str(caught.value).startswith(f"can't copy {root / 'secret.py'}: ")
        assert "Permission denied" in str(caught.value)
        assert not (place / "copy").exists()


def test_a_partial_copy_is_made_anew(tmp_path, root):
    write_files(tmp_path, {"copy.partial/a.py": "half", "copy.partial/stale.py": ""})
    take_snapshot(root, tmp_path / "copy")
    assert (tmp_path / "copy/a.py").read_bytes() == b"a = 1\r\n"
    assert not (tmp_path / "copy/stale.py").exists()
    assert not (tmp_path / "copy.partial").exists()
