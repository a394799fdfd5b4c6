"""Real projects in temporary directories, and a gate that judges changes of them."""

from __future__ import annotations

import ast
import asyncio
import os
import sys
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from refactor_agent.domain.plan import ChangeSet, FunctionRef, Refusal
from refactor_agent.domain.proposal import FunctionEdit, ModelAuthor, NewFile, Proposal, RuleAuthor
from refactor_agent.domain.verdict import Verdict
from refactor_agent.project import Interpreter, open_project
from refactor_agent.tree import Tree
from refactor_agent.verify import (
    Baseline,
    Bench,
    Change,
    ProcessSandbox,
    Target,
    WorkspacePool,
    make_target,
    take_baseline,
    verify,
    verify_combined,
)
from refactor_agent.verify.compare import Comparison, compare
from refactor_agent.verify.suite import Wanted, run_suite
from refactor_agent.verify.syntax import parse_module

Files = Mapping[str, str]

_QUICK = "python -m pytest " + " ".join(
    f"-p no:{name}"
    for name in (
        "hypothesispytest", "langsmith_plugin", "platformdirs", "requests_mock", "respx", "xdist",
        "xdist.looponfail",
    )
)  # fmt: skip
"""pytest without plugins that take seconds to import and that no judged project asks for."""


def change_for(
    root: Path,
    files: Mapping[str, bytes],
    regions: tuple[str, ...] = (),
    refused: tuple[str, ...] = (),
    by: str = "rules",
) -> Change:
    """Give a change whose proposal and plan name just what ``files`` alter under ``root``."""
    before = Tree(root)
    edits = []
    for file, data in files.items():
        old = parse_module(before.read(file)) if before.exists(file) else None
        new = parse_module(data)
        for name, node in (new.functions if old and new else {}).items():
            known = old.functions.get(name)
            if known is not None and ast.dump(known) != ast.dump(node):
                code = ast.get_source_segment(data.decode(), node, padded=True) or ""
                reference = FunctionRef(file=file, name=name)
                edits.append(FunctionEdit(function=reference, before="", code=code))
    proposal = Proposal(
        change_set="001-x",
        strategy="native",
        author=RuleAuthor(rules=())
        if by == "rules"
        else ModelAuthor(model="m", template="0" * 64, prompt="0" * 64),
        functions=tuple(edits),
        new_files=tuple(
            NewFile(file=file, text=data.decode())
            for file, data in files.items()
            if not before.exists(file)
        ),
    )
    planned = ChangeSet(
        id="001-x",
        title="x",
        entries=(),
        regions=regions,
        functions=tuple(edit.function for edit in edits),
        refusals=tuple(Refusal(reason=r, message=r, strategy="offload") for r in refused),
    )
    return Change(change_set=planned, proposal=proposal, before=before, files=files)


@dataclass
class Judge:
    """A project on disk and the gate over it."""

    root: Path
    pool: Path
    python: str = sys.executable
    command: str | None = _QUICK
    limit: float = 60.0
    jobs: int = 1

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
        return change_for(
            self.root, {file: textwrap.dedent(text).encode() for file, text in after.items()}
        )

    def tests(self, after: Files, baseline: Baseline) -> Comparison:
        """Run the whole suite on ``after``, past the checks, and compare."""
        overlay = {file: textwrap.dedent(text).encode() for file, text in after.items()}
        return asyncio.run(self._tests(overlay, baseline))

    async def _tests(self, overlay: Mapping[str, bytes], baseline: Baseline) -> Comparison:
        bench, target = self._bench(), self.target
        async with bench.pool.lease(overlay) as workspace:
            wanted = Wanted(watch=overlay, select=None, limit=target.limit)
            run = await run_suite(target, baseline.ran_by, workspace, bench.sandbox, wanted)
        return compare(baseline, run, None)

    def verdict(self, after: Files, baseline: Baseline | None = None) -> Verdict:
        """Judge the change that turns the project into ``after``."""
        baseline = baseline or self.baseline(*(f for f in after if (self.root / f).exists()))
        change = self.change(after)
        return asyncio.run(verify(change, baseline, self.target, self._bench()))

    def verdicts(self, afters: Sequence[Files], baseline: Baseline) -> list[Verdict]:
        """Judge several changes at once."""

        async def judged() -> list[Verdict]:
            target, bench = self.target, self._bench()
            changes = [self.change(after) for after in afters]
            return await asyncio.gather(
                *(verify(change, baseline, target, bench) for change in changes)
            )

        return asyncio.run(judged())

    def combined(self, after: Files, baseline: Baseline | None = None) -> Verdict:
        """Judge the same change as the result of the whole run."""
        baseline = baseline or self.baseline(*(f for f in after if (self.root / f).exists()))
        change = self.change(after)
        return asyncio.run(
            verify_combined([change], change.files, baseline, self.target, self._bench())
        )

    def _bench(self) -> Bench:
        pool = WorkspacePool(self.root, self.pool, size=self.jobs)
        return Bench(ProcessSandbox(), pool, asyncio.Semaphore(self.jobs))


@pytest.fixture(scope="session")
def make_change() -> Callable[..., Change]:
    """Give a function that makes a change of the files under a directory."""
    return change_for


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
