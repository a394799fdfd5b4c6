"""Compiles and imports changed modules with the target's interpreter."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Collection, Mapping
from pathlib import Path, PurePosixPath

from refactor_agent.domain.values import Value
from refactor_agent.ports import Sandbox
from refactor_agent.verify.suite import environment
from refactor_agent.verify.target import Target
from refactor_agent.verify.workspace import Workspace

__all__ = ["ImportReport", "import_modules"]

_MODULE = "refactor_agent_probe.imports"
_LIMIT = 120.0
_LOG = "imports"
_NOT_IMPORTED = frozenset({"__main__.py", "setup.py", "conftest.py"})


class ImportReport(Value):
    """File to what went wrong, in one or a few lines."""

    compile: Mapping[str, str] = {}
    imports: Mapping[str, str] = {}


async def import_modules(
    target: Target, workspace: Workspace, sandbox: Sandbox, files: Collection[str]
) -> ImportReport:
    """Compile ``files`` and import those that are modules of the target.

    Scripts, and tests (which pytest imports its own way), are compiled only.
    """
    command, env = await asyncio.to_thread(_prepare, target, workspace, files)
    result = await sandbox.run(
        command,
        cwd=workspace.tree,
        env=env,
        limit=min(_LIMIT, target.limit),
        writable=workspace.root,
    )
    ending = result.breach or (
        "it did not end" if result.timed_out else result.stderr.strip()[-500:]
    )
    return await asyncio.to_thread(_read, workspace.notes / _LOG, ending)


def _prepare(
    target: Target, workspace: Workspace, files: Collection[str]
) -> tuple[tuple[str, ...], Mapping[str, str]]:
    """Write the settings; give the command and its environment."""
    python_files = sorted(file for file in files if file.endswith(".py"))
    settings = workspace.notes / "imports-settings"
    wanted = {
        "root": str(workspace.tree),
        "log": str(workspace.notes / _LOG),
        "files": python_files,
        "modules": {f: target.modules[f] for f in python_files if _is_imported(target, f)},
    }
    settings.write_text(json.dumps(wanted), encoding="ascii")
    return (target.python, "-m", _MODULE, str(settings)), environment(target, workspace)


def _is_imported(target: Target, file: str) -> bool:
    name = PurePosixPath(file).name
    is_test = name.startswith("test_") or name.endswith("_test.py")
    return file in target.modules and name not in _NOT_IMPORTED and not is_test


def _read(log: Path, ending: str) -> ImportReport:
    lines = log.read_text(encoding="ascii").splitlines() if log.exists() else []
    events = [json.loads(line) for line in lines]
    compiled = {e["file"]: e["text"] for e in events if e["stage"] == "compile"}
    imported = {e["file"]: e["text"] for e in events if e["stage"] == "import"}
    if not events:
        imported[""] = f"the interpreter gave no answer: {ending}"
    elif events[-1]["stage"] != "done":  # the process ended in the middle of an import
        imported.setdefault(events[-1]["file"], f"importing it ends the process: {ending}")
    return ImportReport(compile=compiled, imports=imported)
