"""The tool as a user runs it: ``refactor-agent run`` and ``apply``, over a project on disk."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from eval.runs.values import Setting, Tokens

import refactor_agent
from refactor_agent.llm.keys import KEY_VARIABLES

__all__ = ["LEAN", "Converted", "convert_tree", "model_options"]

_SECONDS = 1800
_MODELS = ("OPENAI_BASE_URL", *KEY_VARIABLES)
LEAN = "PYTEST_DISABLE_PLUGIN_AUTOLOAD=1 python -m pytest -p no:cacheprovider"
"""The projects need none of the plugins that are installed here; each costs time."""


_NONE = Tokens()


@dataclass(frozen=True)
class Converted:
    """What a run made of a project."""

    statuses: Mapping[str, str] = field(default_factory=dict)
    """By change set: verified, unverified, failed, …"""
    reasons: Sequence[str] = ()
    """Why those that are not verified are not."""
    regions: int = 0
    applied: bool = False
    report: Mapping[str, Any] = field(default_factory=dict)
    page: str = ""
    """The report as people read it."""
    seconds: float = 0.0
    tokens: Tokens = _NONE


def convert_tree(
    root: Path,
    home: Path,
    options: Sequence[str] = (),
    python: str = sys.executable,
    limit: float = _SECONDS,
) -> Converted:
    """Convert the project at ``root`` in place, by the patches that came out verified.

    ``root`` becomes a git repository; ``home`` holds state and caches. Raises `RuntimeError` with
    what was said when the tool itself fails, `TimeoutExpired` when it takes more than ``limit``
    seconds.
    """
    _commit(root)
    tests = () if "--test-command" in options else ("--test-command", LEAN)
    asked = ("run", ".", "--python", python, "--jobs", "1", *tests, *options)
    _agent(root, home, *asked, limit=limit)
    results = max((root / ".refactor-agent" / "runs").iterdir())
    report = json.loads((results / "report.json").read_bytes())
    statuses = {one["change_set"]["id"]: one["decision"]["status"] for one in report["changes"]}
    applied = "verified" in statuses.values()
    if applied:
        _agent(root, home, "apply", "latest", limit=limit)
    usage = report["model_usage"]
    return Converted(
        statuses,
        [text for one in report["changes"] for text in _reasons(one)],
        len(report["regions"]),
        applied,
        report,
        (results / "report.md").read_text(encoding="utf-8"),
        tokens=Tokens(
            int(usage.get("prompt_tokens") or 0), int(usage.get("completion_tokens") or 0)
        ),
    )


def model_options(setting: Setting) -> list[str]:
    """Give the options that ask a model, where the setting does."""
    if setting.proposer == "rules":
        return []
    where = ["--base-url", setting.base_url] if setting.base_url else []
    turn = ["--model-turn", "before-offload"] if setting.proposer == "model" else []
    return ["--model", setting.model, *where, *turn]


def _reasons(change: Mapping[str, Any]) -> list[str]:
    decision = change["decision"]
    if decision["status"] == "verified":
        return []
    tried = [f"{one['strategy']} {one['outcome']}: {one['reason']}" for one in decision["tried"]]
    refused = [f"{one['reason']}: {one['message']}" for one in change["change_set"]["refusals"]]
    said = [text for text in (*tried, *refused, decision["reason"]) if text]
    return [f"{decision['status']}: {text}" for text in said]


def _for_models(arguments: Sequence[str]) -> dict[str, str]:
    """Give the variables that lead to a model, to a run that asks one."""
    named = _MODELS if "--model" in arguments else ()
    return {name: os.environ[name] for name in named if name in os.environ}


def _commit(root: Path) -> None:
    settings = ("-c", "user.name=A", "-c", "user.email=a@example.com", "-c", "core.hooksPath=")
    for arguments in (("init", "--quiet"), ("add", "."), ("commit", "--quiet", "-m", "Begin")):
        subprocess.run(["git", *settings, *arguments], cwd=root, check=True)


def _agent(root: Path, home: Path, *arguments: str, limit: float) -> None:
    with tempfile.TemporaryDirectory(prefix="ra-") as temporary:
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "XDG_STATE_HOME": str(home / "state"),
            "XDG_CACHE_HOME": str(home / "cache"),
            "TMPDIR": temporary,
            "PYTHONPATH": str(Path(refactor_agent.__file__).parents[1]),
            **_for_models(arguments),
        }
        done = subprocess.run(
            [sys.executable, "-m", "refactor_agent", *arguments],
            cwd=root, env=environment, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, check=False, timeout=limit,
        )  # fmt: skip
    if done.returncode == 2 or "Traceback" in done.stderr:
        raise RuntimeError(done.stderr)
