"""A workspace is the snapshot to the byte, whatever was done in it before."""

from __future__ import annotations

import asyncio
import os
import shutil
from pathlib import Path

import pytest

from refactor_agent.verify.workspace import WorkspacePool


@pytest.fixture
def snapshot(tmp_path: Path) -> Path:
    root = tmp_path / "snapshot"
    for file, text in {"a.py": "A", "pkg/b.py": "B", "pkg/data/c.txt": "C"}.items():
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).write_text(text)
    (root / "link").symlink_to("a.py")
    for left_out in (".git/HEAD", ".venv/pyvenv.cfg", "pkg/__pycache__/b.pyc", ".tox/x"):
        (root / left_out).parent.mkdir(parents=True, exist_ok=True)
        (root / left_out).write_text("no")
    return root


def contents(tree: Path) -> dict[str, str]:
    return {
        path.relative_to(tree).as_posix(): str(path.readlink())
        if path.is_symlink()
        else path.read_text()
        if path.is_file()
        else "/"
        for path in sorted(tree.rglob("*"))
    }


def same_size_and_time(tree: Path) -> None:
    """A change that hides itself: same size, same modification time."""
    status = (tree / "a.py").stat()
    (tree / "a.py").write_text("X")
    os.utime(tree / "a.py", ns=(status.st_atime_ns, status.st_mtime_ns))


def file_becomes_directory(tree: Path) -> None:
    (tree / "a.py").unlink()
    (tree / "a.py").mkdir()
    (tree / "a.py" / "inside").write_text("x")


def locked_directory(tree: Path) -> None:
    (tree / "new").mkdir()
    (tree / "new" / "file").write_text("x")
    (tree / "new").chmod(0)
    (tree / "pkg").chmod(0o500)


DAMAGE = {
    "file changed": lambda tree: (tree / "a.py").write_text("changed"),
    "changed unseen": same_size_and_time,
    "file deleted": lambda tree: (tree / "pkg/b.py").unlink(),
    "directory deleted": lambda tree: shutil.rmtree(tree / "pkg"),
    "tree deleted": shutil.rmtree,
    "file created": lambda tree: (tree / "pkg/new.txt").write_text("new"),
    "directories created": lambda tree: (tree / "x/y/z").mkdir(parents=True),
    "link changed": lambda tree: ((tree / "link").unlink(), (tree / "link").symlink_to("/")),
    "link to a directory created": lambda tree: (tree / "up").symlink_to(".."),
    "file becomes directory": file_becomes_directory,
    "rights taken": locked_directory,
    "mode changed": lambda tree: (tree / "a.py").chmod(0o755),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_reset_is_exact(snapshot, tmp_path, damage):
    async def main() -> None:
        pool = WorkspacePool(snapshot, tmp_path / "pool", size=1)
        async with pool.lease({}) as workspace:
            fresh = contents(workspace.tree)
            damage(workspace.tree)
            (workspace.home / "left").write_text("x")
        async with pool.lease({}) as workspace:
            assert contents(workspace.tree) == fresh
            assert (workspace.tree / "a.py").stat().st_mode & 0o777 == 0o644
            assert list(workspace.home.iterdir()) == []

    asyncio.run(main())
    assert fresh_names(snapshot, tmp_path) == {
        "a.py", "link", "pkg", "pkg/b.py", "pkg/data", "pkg/data/c.txt"
    }  # fmt: skip


def fresh_names(snapshot: Path, tmp_path: Path) -> set[str]:
    async def main() -> set[str]:
        pool = WorkspacePool(snapshot, tmp_path / "other", size=1)
        async with pool.lease({}) as workspace:
            return set(contents(workspace.tree))

    return asyncio.run(main())


def test_overlay_is_laid_over_and_taken_off(snapshot, tmp_path):
    async def main() -> None:
        pool = WorkspacePool(snapshot, tmp_path / "pool", size=1)
        async with pool.lease({"a.py": b"changed", "new/d.py": b"D"}) as workspace:
            assert (workspace.tree / "a.py").read_bytes() == b"changed"
            assert (workspace.tree / "new/d.py").read_bytes() == b"D"
        async with pool.lease({}) as workspace:
            assert (workspace.tree / "a.py").read_text() == "A"
            assert not (workspace.tree / "new").exists()

    asyncio.run(main())
    assert (snapshot / "a.py").read_text() == "A"


def test_copies_are_lent_once_at_a_time(snapshot, tmp_path):
    async def main() -> None:
        pool = WorkspacePool(snapshot, tmp_path / "pool", size=2)
        lent: set[Path] = set()

        async def use() -> None:
            async with pool.lease({}) as workspace:
                assert workspace.tree not in lent
                lent.add(workspace.tree)
                await asyncio.sleep(0.01)
                lent.remove(workspace.tree)

        await asyncio.gather(*(use() for _ in range(6)))

    asyncio.run(main())
