"""Makes every example of a rule file a test: ``rules/stdlib/time-sleep.md::In a handler``."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from refactor_agent.rulebook import Example, Rule
from refactor_agent.rulebook.load import read_rule
from rules.failure import CaseFailure
from rules.update import write_results

RULES = Path(__file__).parents[2] / "rules"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer to rewrite the examples."""
    parser.addoption(
        "--update-rules", action="store_true", help="write what the converter makes into the rules"
    )


def pytest_collect_file(parent: pytest.Collector, file_path: Path) -> RuleFile | None:
    """Collect the Markdown files of the rules directory."""
    is_rule = file_path.suffix == ".md" and file_path.name != "README.md"
    if is_rule and file_path.is_relative_to(RULES):
        return RuleFile.from_parent(parent, path=file_path)
    return None


class RuleFile(pytest.File):
    """A rule file."""

    def collect(self) -> Iterator[RuleCase]:
        rule = read_rule(self.path, self.path.relative_to(RULES).as_posix())
        for example in rule.examples:
            yield RuleCase.from_parent(self, name=example.title, rule=rule, example=example)


class RuleCase(pytest.Item):
    """One example of a rule; a title with the word ``todo`` is expected to fail."""

    def __init__(self, *, rule: Rule, example: Example, **kwargs) -> None:
        super().__init__(**kwargs)
        self.rule = rule
        self.example = example
        if example.known_gap:
            self.add_marker(pytest.mark.xfail(strict=True, raises=CaseFailure))

    def runtest(self) -> None:
        from rules.case import results, run_case  # slow to import; other tests don't need them

        with tempfile.TemporaryDirectory() as directory:
            try:
                run_case(self.rule, self.example, Path(directory, "run"))
            except CaseFailure:
                if self.example.known_gap or not self.config.getoption("--update-rules"):
                    raise
                made = results(self.example, Path(directory, "update"))
                write_results(self.path, self.example.title, made)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style=None) -> str:
        if isinstance(excinfo.value, CaseFailure):
            return str(excinfo.value)
        return str(super().repr_failure(excinfo, style))

    def reportinfo(self) -> tuple[os.PathLike[str], int, str]:
        return self.path, self.example.blocks[0].line - 1, f"{self.rule.id}: {self.name}"
