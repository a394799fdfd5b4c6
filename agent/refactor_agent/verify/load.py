"""Drives the target's ASGI application before and after a change, and compares."""

from __future__ import annotations

import asyncio
import json
import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path

from refactor_agent.domain.load import LoadReport, Ratio
from refactor_agent.domain.values import Value
from refactor_agent.tree import Tree
from refactor_agent.verify.context import Context
from refactor_agent.verify.suite import Bench, environment
from refactor_agent.verify.target import Target
from refactor_agent.verify.workspace import Workspace

__all__ = ["Round", "judge_rounds", "measure_load"]

_MODULE = "refactor_agent_probe.load"
_ROUNDS = 5
_CONCURRENCY = 20
_COUNT = 200
_SECONDS = 1.0
_LIMIT = 60.0
_LEAST = 1e-4
"""Seconds below which a latency or a lag is noise, and counts as this much."""
_SLOWER = 1.25
_SLOWER_TAIL = 1.5
"""How much worse the median round must be; the tail is noisier than the throughput."""


class Round(Value):
    """One process that was driven; latencies and lag in seconds, throughput per second."""

    statuses: tuple[int, ...] = ()
    requests: tuple[tuple[str, str, str], ...] = ()
    throughput: float = 0.0
    p50: float = 0.0
    p95: float = 0.0
    p99: float = 0.0
    lag: float = 0.0
    errors: int = 0
    problem: str = ""


async def measure_load(context: Context, target: Target, bench: Bench) -> LoadReport | None:
    """Drive the application, before and after in turn; ``None`` where the project names none."""
    if target.app is None or target.load == "off":
        return None
    if target.flag is not None:
        return LoadReport(problem="the change stands behind a rollout flag")
    endpoints = sorted(_endpoints(context))
    rounds: list[tuple[Round, Round]] = []
    for _ in range(_ROUNDS):
        before = await _drive(context.before, endpoints, target, bench)
        if before.problem:
            return LoadReport(problem=f"before the change: {before.problem}")
        after = await _drive(context.after, endpoints, target, bench)
        rounds.append((before, after))
        if after.problem or after.statuses != before.statuses:
            break
    return judge_rounds(rounds)


def judge_rounds(rounds: Sequence[tuple[Round, Round]]) -> LoadReport:
    """Compare rounds of before and after.

    Slower is what is worse in every round, and in the median one by a quarter (throughput) or by
    half (p95). So one round that a busy machine spoilt decides nothing.
    """
    before, after = rounds[-1]
    named = tuple(" ".join(request).strip() for request in before.requests)
    if after.problem:
        return LoadReport(requests=named, slower=f"the application ends: {after.problem}")
    if after.statuses != before.statuses:
        changed = f"answers {list(after.statuses)} where it answered {list(before.statuses)}"
        return LoadReport(requests=named, slower=f"the application {changed}")
    ratios = {
        name: _ratio([(getattr(a, name), getattr(b, name)) for b, a in rounds])
        for name in ("throughput", "p50", "p95", "p99", "lag")
    }
    errors = sum(a.errors for _, a in rounds), sum(b.errors for b, _ in rounds)
    return LoadReport(
        requests=named,
        concurrency=_CONCURRENCY,
        rounds=len(rounds),
        slower=_slower(ratios, *errors),
        **ratios,
    )


def _slower(ratios: Mapping[str, Ratio], errors: int, errors_before: int) -> str:
    throughput, tail = ratios["throughput"], ratios["p95"]
    if errors and not errors_before:
        return f"{errors} requests at once fail, none did before"
    if throughput.median < 1 / _SLOWER and throughput.high < 1:
        return f"throughput is {throughput.median:.2f} of what it was"
    if tail.median > _SLOWER_TAIL and tail.low > 1:
        return f"p95 is {tail.median:.2f} times what it was"
    return ""


def _ratio(pairs: Sequence[tuple[float, float]]) -> Ratio:
    found = [max(after, _LEAST) / max(before, _LEAST) for after, before in pairs]
    low, median, high = min(found), statistics.median(found), max(found)
    return Ratio(median=round(median, 3), low=round(low, 3), high=round(high, 3))


def _endpoints(context: Context) -> set[str]:
    """Give what may be a handler, as ``file::name``."""
    return {
        f"{ref.file}::{ref.name.rpartition('.')[2]}"
        for change in context.changes
        for ref in (*change.change_set.entries, *change.change_set.functions)
    }


async def _drive(tree: Tree, endpoints: Sequence[str], target: Target, bench: Bench) -> Round:
    async with bench.pool.lease(tree.changes) as workspace:
        log = workspace.notes / "load"
        settings, env = await asyncio.to_thread(_prepare, endpoints, target, workspace, log)
        result = await bench.sandbox.run(
            (target.python, "-m", _MODULE, str(settings)),
            cwd=workspace.tree,
            env=env,
            limit=min(_LIMIT, target.limit),
            writable=workspace.root,
        )
        ending = result.breach or ("it did not end" if result.timed_out else result.stderr[-300:])
        return await asyncio.to_thread(_read, log, ending)


def _prepare(
    endpoints: Sequence[str], target: Target, workspace: Workspace, log: Path
) -> tuple[Path, Mapping[str, str]]:
    """Write the driver's settings; give their place and the environment."""
    log.unlink(missing_ok=True)
    settings = workspace.notes / "load-settings"
    wanted = {
        "app": target.app,
        "requests": [_request(text) for text in target.load_requests],
        "endpoints": list(endpoints),
        "root": str(workspace.tree),
        "concurrency": _CONCURRENCY,
        "count": _COUNT,
        "seconds": _SECONDS,
        "log": str(log),
    }
    settings.write_text(json.dumps(wanted), encoding="ascii")
    return settings, environment(target, workspace)


def _read(log: Path, ending: str) -> Round:
    if not log.exists():
        return Round(problem=f"no answer from the process: {ending.strip()}")
    return Round.model_validate_json(log.read_bytes())


def _request(text: str) -> tuple[str, str, str]:
    """Read ``GET /items?q=1`` or ``POST /x {"a": 1}``."""
    method, _, rest = text.strip().partition(" ")
    target, _, body = rest.strip().partition(" ")
    return method.upper(), target, body.strip()
