"""Drives a service as it was and as it is now, in turn, each time with a backend of its own.

The driver and the judgement are those of the gate (`refactor_agent.verify.load`); here requests may
be slow, and every round has fresh servers and files.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from eval.suites.services.service import Load

import refactor_agent.verify
from refactor_agent.domain.load import LoadReport
from refactor_agent.verify.load import Round, judge_rounds

__all__ = ["drive"]

_PROBE = Path(refactor_agent.verify.__file__).parent / "probe"
_ROUNDS, _CONCURRENCY, _COUNT, _SECONDS = 5, 20, 120, 4.0
_LIMIT = 120.0
_DELAY = "0.05"
"""Seconds that a backend takes for each answer."""


def drive(load: Load, before: Path, after: Path, python: str) -> tuple[LoadReport, list[Round]]:
    """Give the ratios of after over before, and each round: before and after in turn."""
    rounds: list[tuple[Round, Round]] = []
    for _ in range(_ROUNDS):
        pair = _round(load, before, python), _round(load, after, python)
        rounds.append(pair)
        if pair[0].problem or pair[1].problem:
            break
    single = [one for pair in rounds for one in pair]
    if rounds[-1][0].problem:
        return LoadReport(problem=f"before: {rounds[-1][0].problem}"), single
    report = judge_rounds(rounds)
    return report.model_copy(update={"concurrency": _CONCURRENCY}), single


def _round(load: Load, tree: Path, python: str) -> Round:
    with (
        tempfile.TemporaryDirectory(prefix="drive-") as scratch,
        _backend(load, tree, python) as variables,
    ):
        settings, log = Path(scratch, "settings.json"), Path(scratch, "log.json")
        wanted = {
            "app": load.app,
            "requests": [_request(text) for text in load.requests],
            "endpoints": [],
            "root": str(tree),
            "concurrency": _CONCURRENCY,
            "count": _COUNT,
            "seconds": _SECONDS,
            "log": str(log),
        }
        settings.write_text(json.dumps(wanted), encoding="ascii")
        command = [python, "-m", "refactor_agent_probe.load", str(settings)]
        done = subprocess.run(
            command, cwd=scratch, env=_environment(tree, variables),
            capture_output=True, text=True, timeout=_LIMIT, check=False,
        )  # fmt: skip
        if not log.exists():
            return Round(problem=f"no answer: {done.stderr[-500:]}")
        return Round.model_validate_json(log.read_bytes())


@contextmanager
def _backend(load: Load, tree: Path, python: str) -> Iterator[Mapping[str, str]]:
    """Start what the service needs; give the variables that tell it where that is."""
    program, *arguments = load.backend
    child = subprocess.Popen(
        [python, str(tree / program), *(arguments or [_DELAY])],
        env=_environment(tree, {}), text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        line = child.stdout.readline() if child.stdout else ""
        yield json.loads(line)
    finally:
        if child.stdin:
            child.stdin.close()
        child.wait(timeout=_LIMIT)
        if child.stdout:
            child.stdout.close()


def _environment(tree: Path, variables: Mapping[str, str]) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    path = os.pathsep.join([str(tree), str(tree / "tests"), str(_PROBE)])
    return {
        **kept,
        "PYTHONPATH": path,
        "PYTHONDONTWRITEBYTECODE": "1",
        "NO_PROXY": "127.0.0.1",
        **variables,
    }


def _request(text: str) -> tuple[str, str, str]:
    """Read ``GET /items?q=1`` or ``POST /x {"a": 1}``."""
    method, _, rest = text.partition(" ")
    target, _, body = rest.partition(" ")
    return method, target, body
