"""Projects written in one string, with the expected findings on their lines."""

import re
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from refactor_agent.domain.region import Located
from refactor_agent.locate import locate
from refactor_agent.project import open_project
from refactor_agent.rulebook import RuleBook, load_rulebook

_FILE = re.compile(r"^# file: (\S+)$", re.MULTILINE)
_MARK = re.compile(r"#! (?P<callees>[\w. ,]+)$")

Write = Callable[[str], Path]
Check = Callable[[str], Located]


@pytest.fixture(scope="session")
def rules() -> RuleBook:
    """The project's own rules."""
    return load_rulebook()


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a project: ``# file: pkg/mod.py`` starts a file; without one all is ``app.py``."""

    def build(text: str) -> Path:
        parts = _FILE.split(dedent(text))
        files = {"app.py": parts[0]} if len(parts) == 1 else dict(
            zip(parts[1::2], parts[2::2], strict=True)
        )  # fmt: skip
        for name, source in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(source.lstrip("\n"), encoding="utf-8")
            if "/" in name and not name.startswith("tests/"):
                (path.parent / "__init__.py").touch()
        return tmp_path

    return build


@pytest.fixture
def check(write: Write, rules: RuleBook) -> Check:
    """Locate in a project and compare with its ``#! callee`` marks: all of them, no others.

    A mark stands where the async function enters the chain.
    """

    def run(text: str) -> Located:
        root = write(text)
        located = locate(open_project(root), rules)
        expected = {
            (str(path.relative_to(root)), number, callee.strip())
            for path in root.rglob("*.py")
            for number, line in enumerate(path.read_text().splitlines(), 1)
            if (match := _MARK.search(line))
            for callee in match["callees"].split(",")
        }
        found = {
            (region.hops[0].site.file, region.hops[0].site.span.line, region.callee)
            for region in located.regions
        }
        assert found == expected
        return located

    return run
