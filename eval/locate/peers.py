"""Runs ruff, flake8-async and ty-async, each of one version, from an environment of their own."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable, Mapping
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
        """Give flake8-async's findings about blocking calls, comments disregarded."""
        command = [
            str(self._bin / "flake8"), "--isolated", "--disable-noqa", "--exit-zero",
            "--select", "ASYNC", "--format", "%(path)s\t%(row)d\t%(code)s", ".",
        ]  # fmt: skip
        done = subprocess.run(command, cwd=package.root, capture_output=True, check=True, text=True)
        rows = (line.split("\t") for line in done.stdout.splitlines())
        return [
            Finding(Path(path).as_posix(), int(row), code)
            for path, row, code in rows
            if code in BLOCKING
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
