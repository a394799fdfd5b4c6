"""Which changed statements a passing test must have executed."""

from __future__ import annotations

from pathlib import Path

import pytest

from refactor_agent.ports import CommandResult
from refactor_agent.tree import Tree
from refactor_agent.verify.changed_lines import measure_coverage
from refactor_agent.verify.probe_log import SuiteRun

BEFORE = """\
class Step:
    def prepare(self, item):
        {body}

    def process(self, item):
        self.prepare(item)
        return item.upper()
"""


def turned(text: str) -> str:
    made = text.replace("def p", "async def p")
    return made.replace("self.prepare(item)", "await self.prepare(item)")


@pytest.mark.parametrize(
    ("body", "executed", "decisive"),
    [
        pytest.param('"""Does nothing."""', "6-7", [], id="a body of words has nothing to run"),
        pytest.param("pass", "6-7", [], id="nor has one that passes"),
        pytest.param("...", "6-7", [], id="nor an interface's"),
        pytest.param('"""Words."""; pass', "6-7", [], id="nor both"),
        pytest.param("return None", "6-7", [2], id="one that returns has"),
        pytest.param("def inner(): pass", "6-7", [2], id="one that defines has"),
        pytest.param("raise NotImplementedError", "6-7", [2], id="and one that raises"),
        pytest.param("self.seen = item", "6-7", [2], id="and one that acts"),
        pytest.param(
            "try:\n            self.seen = item\n        finally:\n            pass",
            "8-9",
            [2],
            id="and one that tries",
        ),
        pytest.param("self.seen = item", "3,6-7", [], id="and is shown by running it"),
        pytest.param("pass", "2", [5, 6], id="who calls it is asked on its own"),
    ],
)
def test_what_has_to_be_executed(tmp_path: Path, body: str, executed: str, decisive: list[int]):
    before = BEFORE.format(body=body)
    (tmp_path / "steps.py").write_text(before)
    run = SuiteRun(CommandResult(returncode=0, stdout="", stderr="", seconds=0))
    run.lines["steps.py"]["test_steps.py::test_it"] = executed
    files = {"steps.py": turned(before).encode()}
    coverage = measure_coverage(Tree(tmp_path), files, run, {"test_steps.py::test_it"})
    assert [site.span.line for site in coverage.decisive] == decisive
