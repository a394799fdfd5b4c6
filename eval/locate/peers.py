"""Runs ruff, flake8-async and ty-async, each of one version, from an environment of their own."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from eval.locate.finding import Finding, Package
from eval.runs.environments import environment

__all__ = ["BLOCKING", "LINTERS", "Peers"]

LINTERS = ("ruff", "flake8-async", "ty-async")

_PINNED = ("ruff==0.17.6", "flake8==7.5.0", "flake8-async==26.8.1", "ty-async==0.4.0")

BLOCKING = frozenset(
    f"ASYNC{number}" for number in (210, 211, 212, 220, 221, 222, 230, 231, 232, 240, 250, 251)
)
"""The rules of both that report blocking calls; the others are about structured concurrency."""

_AT_ONCE = 40
"""Files that flake8-async is given; where it breaks at one, it is asked of fewer."""


_ASYNC_DEF = re.compile(rb"\basync\s+def\b")
_FLAKE8_ASYNC = re.compile(r"^(?P<file>.+?):(?P<line>\d+):\d+: (?P<code>ASYNC\d+) ", re.MULTILINE)
_TY_ASYNC = re.compile(r"^(?P<file>.+?):(?P<line>\d+):\d+: (?P<code>ASYNC200T?) ", re.MULTILINE)


class Peers:
    """The linters, installed when they are first needed."""

    def __init__(self, directory: Path) -> None:
        """Keep the environment in ``directory``; one that is there is used again."""
        self._bin = environment(directory, "linters", _PINNED).parent

    @property
    def tools(self) -> Mapping[str, Callable[[Package], list[Finding]]]:
        """Give each by its name."""
        return dict(zip(LINTERS, (self.ruff, self.flake8_async, self.ty_async), strict=True))

    def ruff(self, package: Package) -> list[Finding]:
        """Give ruff's findings about blocking calls, comments that silence it disregarded."""
        command = [
            str(self._bin / "ruff"), "check", "--isolated", "--no-cache", "--preview",
            "--ignore-noqa",
            "--no-respect-gitignore", "--exit-zero", "--select", "ASYNC",
            "--output-format", "json", ".",
        ]  # fmt: skip
        done = subprocess.run(command, cwd=package.root, capture_output=True, check=True, text=True)
        root = Path(package.root).resolve()
        return [
            Finding(
                Path(item["filename"]).relative_to(root).as_posix(),
                item["location"]["row"],
                item["code"],
            )
            for item in json.loads(done.stdout)
            if item["code"] in BLOCKING
        ]

    def flake8_async(self, package: Package) -> list[Finding]:
        """Give flake8-async's findings about blocking calls, comments disregarded.

        It runs alone, with these rules only: under flake8 the other linters run too, for nothing,
        and a large package takes ten minutes.
        """
        command = (
            str(self._bin / "flake8-async"), "--disable-noqa", "--enable", ",".join(BLOCKING),
        )  # fmt: skip
        files = list(_with_async_functions(Path(package.root)))
        parts = (files[at : at + _AT_ONCE] for at in range(0, len(files), _AT_ONCE))
        return [
            Finding(Path(found["file"]).as_posix(), int(found["line"]), found["code"])
            for part in parts
            for found in _FLAKE8_ASYNC.finditer(_said(command, part, package.root))
            if found["code"] in BLOCKING
        ]

    def ty_async(self, package: Package) -> list[Finding]:
        """Give ty-async's findings with its own list of calls, through helpers too."""
        command = [str(self._bin / "ty-async"), "--async200-stdlib", "--async200-transitive", "."]
        done = subprocess.run(
            command, cwd=package.root, capture_output=True, check=False, text=True
        )
        return [
            Finding(Path(found["file"]).as_posix(), int(found["line"]), found["code"])
            for found in _TY_ASYNC.finditer(done.stdout)
        ]


def _with_async_functions(root: Path) -> Iterator[str]:
    """Give the files that rules about async functions can have something to say of."""
    for path in sorted(root.rglob("*.py")):
        if path.is_file() and _ASYNC_DEF.search(path.read_bytes()):
            yield path.relative_to(root).as_posix()


def _said(command: Sequence[str], files: Sequence[str], root: str) -> str:
    """Give what it says of the files; where it breaks at one, it is asked of each half."""
    done = subprocess.run([*command, *files], cwd=root, capture_output=True, check=False, text=True)
    if "Traceback" not in done.stderr:
        return done.stdout
    half = len(files) // 2
    parts = (files[:half], files[half:]) if half else ()
    return "".join(_said(command, part, root) for part in parts)
