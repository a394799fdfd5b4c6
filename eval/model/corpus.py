"""The labelled service: what rules leave of it, and what comes of a model's answers for that.

The answers are written by hand and given by the server on this machine. Some are right, one is
wrong in a way that only a test shows, the rest decline: what is measured is what the tool makes
of them, not how well a model writes.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tomllib
import venv
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from support.agent_process import AgentHome, make_repository
from support.model_server import Request, Said, ScriptedModelServer

__all__ = ["labelled_service"]

_SERVICE = Path(__file__).parents[1] / "corpus" / "rag_service"
_ANSWERS: dict[str, dict[str, object]] = tomllib.loads(
    (Path(__file__).parent / "rag_service.toml").read_text(encoding="utf-8")
)
_DECLINED = {
    "status": "refused", "functions": [], "imports": [], "assumptions": [],
    "refusal": "nothing safe comes to mind",
}  # fmt: skip


def labelled_service(place: Path) -> Iterator[str]:
    """Run rules alone, then with the answers; installs what the service's tests need."""
    python = _environment(place / "environment")
    user = AgentHome(_repository(place / "service"), place / "home", seconds=1800)
    command = ("run", ".", "--python", str(python))
    user.agent(*command)
    alone = user.statuses()
    yield f"rules alone: {_count(alone.values())}"
    with ScriptedModelServer(_answered) as server:
        user.agent(*command, "--model", "m", "--base-url", server.base_url)
        yield f"with the answers: {_count(user.statuses().values())}"
        yield f"{len(server.requests)} requests, {user.report['model_usage']['calls']} calls told"
    for change in user.report["changes"]:
        name = change["change_set"]["id"]
        if alone.get(name) != "verified":
            yield f"{name}: {alone.get(name)}, then {_fate(change)}"


def _answered(request: Request) -> Said:
    task = re.search(r"`(rag_service\.[\w.]+)`", request.prompt)
    answer = _ANSWERS.get(task[1] if task else "")
    given = _DECLINED if answer is None else _whole(answer)
    return Said(json.dumps(given))


def _whole(answer: dict[str, object]) -> dict[str, object]:
    return {"status": "done", "assumptions": [], "refusal": None, "imports": [], **answer}


def _environment(place: Path) -> Path:
    venv.create(place, with_pip=True)
    python = place / "bin" / "python"
    install = (python, "-m", "pip", "install", "--quiet", "--requirement")
    subprocess.run([*install, _SERVICE / "requirements.txt"], check=True)
    return python


def _repository(place: Path) -> Path:
    shutil.copytree(_SERVICE, place, ignore=shutil.ignore_patterns("__pycache__", ".*"))
    return make_repository(place, {})


def _fate(change: Mapping[str, Any]) -> str:
    """Say what became of a change set, and of each thing that was tried for it."""
    tried = "; ".join(
        f"{one['author']} {one['outcome']} {one['reason']}".strip()
        for one in change["decision"]["tried"]
    )
    return f"{change['decision']['status']} ({tried})"


def _count(statuses: Iterable[str]) -> str:
    found = list(statuses)
    kinds = ("verified", "unverified", "failed", "left")
    return ", ".join(f"{found.count(kind)} {kind}" for kind in kinds if kind in found)
