"""Libraries written in one string and installed, with a record, beside a project."""

import re
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from refactor_agent.locate import locate
from refactor_agent.locate.deep import Installed, Libraries, LibraryRules, with_evidence
from refactor_agent.project import open_project
from refactor_agent.rulebook import load_rulebook

_FILE = re.compile(r"^# file: (\S+)$", re.MULTILINE)

Install = Callable[..., Path]


@pytest.fixture
def install(tmp_path: Path) -> Install:
    """Install a distribution: ``# file: lib/mod.py`` starts each of its modules."""
    site = tmp_path / "site"

    def build(name: str, text: str, *, version: str = "1.0", requires: str = "") -> Path:
        parts = _FILE.split(dedent(text))[1:]
        record = []
        for file, source in zip(parts[::2], parts[1::2], strict=True):
            path = site / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(source.lstrip("\n"), encoding="utf-8")
            record.append(f"{file},sha256={hash(source)},{len(source)}")
        info = site / f"{name}-{version}.dist-info"
        info.mkdir()
        (info / "RECORD").write_text("\n".join(record))
        needed = "".join(f"Requires-Dist: {one}\n" for one in requires.split())
        (info / "METADATA").write_text(f"Name: {name}\nVersion: {version}\n{needed}")
        return site

    return build


@pytest.fixture(scope="session")
def rulebook():
    """The project's own rules."""
    return load_rulebook()


@pytest.fixture
def deep(tmp_path: Path, rulebook):
    """Locate in a project of one file, with the libraries installed beside it."""

    def run(code: str, packages: str, *, cache: Path | None = None):
        root = tmp_path / "project"
        root.mkdir(exist_ok=True)
        (root / "app.py").write_text(dedent(code).lstrip("\n"), encoding="utf-8")
        libraries = Libraries(Installed([tmp_path / "site"], (3, 11)), rulebook, cache)
        libraries.prepare(packages.split())
        rules = LibraryRules(rulebook, libraries.of)
        found = with_evidence(locate(open_project(root), rules), rules).regions
        return {region.callee: region for region in found}, libraries.loaded

    return run
