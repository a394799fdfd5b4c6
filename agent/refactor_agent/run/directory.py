"""Where a run keeps its files: results in the target, working state outside it."""

from __future__ import annotations

import secrets
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from platformdirs import user_state_path
from pydantic import ValidationError

from refactor_agent.errors import UsageError
from refactor_agent.run.options import RunRecord
from refactor_agent.tree import sha256

__all__ = ["RunDirectory", "find_run", "list_runs", "new_run_id"]

_HOME = ".refactor-agent"


@dataclass(frozen=True)
class RunDirectory:
    """The two places of one run."""

    target: Path
    id: str

    @property
    def results(self) -> Path:
        """Patches, reports and the audit log, for the user."""
        return self.target / _HOME / "runs" / self.id

    @property
    def state(self) -> Path:
        """The checkpoint and the snapshot. Outside the target, whose checkout may be hostile."""
        return self.project_state / "runs" / self.id

    @property
    def project_state(self) -> Path:
        """What the runs of one target share: stored values and answers."""
        name = f"{self.target.name}-{sha256(str(self.target).encode())[:12]}"
        return user_state_path("refactor-agent") / name

    @property
    def snapshot(self) -> Path:
        """The copy of the target that the run works on."""
        return self.state / "snapshot"

    @property
    def checkpoint(self) -> Path:
        """The graph's checkpoint database."""
        return self.state / "checkpoint.sqlite"

    @property
    def audit(self) -> Path:
        """The audit log."""
        return self.results / "audit.jsonl"

    def create(self, record: RunRecord) -> None:
        """Make both directories and keep ``record``; raises `UsageError` where that can't be."""
        try:
            self.state.mkdir(parents=True)
            self.results.mkdir(parents=True)
            (self.target / _HOME / ".gitignore").write_text("*\n", encoding="utf-8")
            text = record.model_dump_json(indent=2) + "\n"
            partial = self.results / "run.json.partial"
            partial.write_text(text, encoding="utf-8")
            partial.rename(self.results / "run.json")
        except OSError as error:
            shutil.rmtree(self.state, ignore_errors=True)
            shutil.rmtree(self.results, ignore_errors=True)
            raise UsageError(
                f"can't write to {error.filename or self.target}: {error.strerror};"
                " a run keeps its results there"
            ) from error

    def record(self) -> RunRecord:
        """Read the run's record; raises `UsageError` when it is damaged."""
        path = self.results / "run.json"
        try:
            return RunRecord.model_validate_json(path.read_bytes())
        except (ValidationError, OSError) as error:
            raise UsageError(
                f"{path} is damaged or of another version of refactor-agent"
            ) from error


def new_run_id() -> str:
    """Make a run id that sorts by time: ``20260131-142501-9f3a``."""
    return f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"


def list_runs(target: Path) -> list[RunDirectory]:
    """Give the runs of ``target``, oldest first."""
    home = target / _HOME / "runs"
    if not home.is_dir():
        return []
    names = sorted(path.name for path in home.iterdir() if (path / "run.json").is_file())
    return [RunDirectory(target, name) for name in names]


def find_run(target: Path, name: str) -> RunDirectory:
    """Find a run by its id, a unique beginning of it, or ``latest``.

    Raises `UsageError` naming the runs there are.
    """
    runs = list_runs(target)
    if name == "latest" and runs:
        return runs[-1]
    matches = [run for run in runs if run.id.startswith(name)]
    if len(matches) == 1 or (matches and matches[0].id == name):
        return matches[0]
    known = ", ".join(run.id for run in runs[-5:]) or "none; start one with `refactor-agent run`"
    problem = "matches several runs" if matches else "is no run"
    raise UsageError(f"{name!r} {problem} of {target}; the latest are: {known}")
