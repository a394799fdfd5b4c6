"""Real projects in temporary directories, and a gate that judges changes of them."""

from __future__ import annotations

import asyncio
import os
import sys
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from refactor_agent.domain.plan import ChangeSet
from refactor_agent.domain.proposal import Proposal, RuleAuthor
from refactor_agent.domain.verdict import Verdict
from refactor_agent.project import Interpreter, open_project
from refactor_agent.tree import Tree
from refactor_agent.verify import (
    Baseline,
    Bench,
    Change,
    LocalSandbox,
    Target,
    WorkspacePool,
    make_target,
    take_baseline,
    verify,
    verify_combined,
)

Files = Mapping[str, str]


@dataclass
class Judge:
    """A project on disk and the gate over it."""

    root: Path
    pool: Path
    python: str = sys.executable
    command: str | None = None
    limit: float = 60.0

    def write(self, files: Files) -> None:
        """Put ``files`` into the project; texts may be indented."""
        for file, text in files.items():
            path = self.root / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(textwrap.dedent(text), encoding="utf-8")

    @property
    def target(self) -> Target:
        interpreter = Interpreter(path=self.python, version=sys.version_info[:3], origin="test")
        target = make_target(open_project(self.root), interpreter, self.command)
        return target.model_copy(update={"limit": self.limit})

    def baseline(self, *watched: str) -> Baseline:
        return asyncio.run(take_baseline(self.target, watched, self._bench()))

    def change(self, after: Files) -> Change:
        """Make a change set whose proposal turns the project into ``after``."""
        return Change(
            change_set=ChangeSet(id="001-x", title="x", entries=(), regions=(), functions=()),
            proposal=Proposal(
                change_set="001-x", strategy="native", author=RuleAuthor(rules=()), functions=()
            ),
            before=Tree(self.root),
            files={file: textwrap.dedent(text).encode() for file, text in after.items()},
        )

    def verdict(self, after: Files, baseline: Baseline | None = None) -> Verdict:
        """Judge the change that turns the project into ``after``."""
        baseline = baseline or self.baseline(*(f for f in after if (self.root / f).exists()))
        change = self.change(after)
        return asyncio.run(verify(change, baseline, self.target, self._bench()))

    def combined(self, after: Files, baseline: Baseline | None = None) -> Verdict:
        """Judge the same change as the result of the whole run."""
        baseline = baseline or self.baseline(*(f for f in after if (self.root / f).exists()))
        change = self.change(after)
        return asyncio.run(
            verify_combined([change], change.files, baseline, self.target, self._bench())
        )

    def _bench(self) -> Bench:
        pool = WorkspacePool(self.root, self.pool, size=1)
        return Bench(LocalSandbox(), pool, asyncio.Semaphore(1))


@pytest.fixture(scope="session")
def make_judge(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Files], Judge]:
    """Give a function that makes a project of files, with a gate over it."""

    def make(files: Files) -> Judge:
        place = tmp_path_factory.mktemp("judge")
        judge = Judge(place / "project", place / "pool")
        judge.write(files)
        return judge

    return make


@pytest.fixture(scope="session")
def snapshot_of() -> Callable[[Path], Mapping[str, bytes]]:
    """Give a function that reads a directory into memory, to see that nothing changed."""

    def read(root: Path) -> Mapping[str, bytes]:
        return {
            os.path.relpath(path, root): path.read_bytes()
            for path in sorted(root.rglob("*"))
            if path.is_file()
        }

    return read
