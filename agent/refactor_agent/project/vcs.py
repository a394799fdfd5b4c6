"""What git knows about the target."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from refactor_agent.domain.values import Value
from refactor_agent.errors import UsageError

__all__ = ["Revision", "dirty_files", "git", "prefix_in_repository", "revision"]


_LOCAL = frozenset({
    "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR",
    "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_NAMESPACE",
})  # fmt: skip


class Revision(Value):
    """Where the target stands in version control."""

    commit: str | None = None
    """``None`` outside a git repository, or before its first commit."""
    is_repository: bool = False
    prefix: str = ""
    """The target's path inside the repository, with a trailing slash; empty at its top."""


def git(
    root: Path, *arguments: str, stdin: bytes | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Run git in ``root`` with the user's hooks, pagers and prompts out of the way.

    A repository that the environment names, as inside a git hook, does not count. The caller
    reads the return code. Raises `UsageError` when git is not installed.
    """
    command = ["git", "-c", "core.quotePath=false", "-c", "core.hooksPath=/dev/null", *arguments]
    try:
        return subprocess.run(
            command, cwd=root, env=_environment(), input=stdin, capture_output=True, check=False
        )
    except FileNotFoundError as error:
        raise UsageError(
            "git is not installed; refactor-agent makes its patches with it"
        ) from error


def _environment() -> dict[str, str]:
    kept = {name: text for name, text in os.environ.items() if name not in _LOCAL}
    return {**kept, "LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0"}


def revision(root: Path) -> Revision:
    """Ask git where ``root`` stands; a directory its repository ignores stands outside it.

    Raises `UsageError` when git refuses a repository that belongs to someone else.
    """
    inside = git(root, "rev-parse", "--is-inside-work-tree")
    if b"dubious ownership" in inside.stderr:
        raise UsageError(
            f"git does not trust {root}, which belongs to another user; allow it with"
            f" `git config --global --add safe.directory {root}`"
        )
    if inside.returncode != 0 or inside.stdout.strip() != b"true":
        return Revision()
    if git(root, "check-ignore", "--quiet", ".").returncode == 0:
        return Revision()
    head = git(root, "rev-parse", "--verify", "--quiet", "HEAD")
    return Revision(
        commit=head.stdout.decode().strip() if head.returncode == 0 else None,
        is_repository=True,
        prefix=git(root, "rev-parse", "--show-prefix").stdout.decode().strip("\n"),
    )


def dirty_files(root: Path) -> tuple[str, ...]:
    """Give the tracked files under ``root`` that differ from the last commit, from the top."""
    status = git(
        root, "status", "--porcelain", "-z", "--no-renames", "--untracked-files=no", "--", "."
    )
    entries = status.stdout.decode(errors="backslashreplace").split("\0")
    return tuple(entry[3:] for entry in entries if entry[:2].strip())


def prefix_in_repository(root: Path) -> str:
    """Give the path of ``root`` inside its repository, with a trailing slash; empty at its top.

    Empty outside a repository too. Asks no git, which may be missing or refuse to answer.
    """
    for directory in (root, *root.parents):
        if (directory / ".git").exists():
            inside = root.relative_to(directory).as_posix()
            return "" if inside == "." else f"{inside}/"
    return ""
