"""Whole runs with the server on this machine: rules alone, with a model, again, killed, hostile."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from support.agent_process import AgentHome, make_repository
from support.injections import INJECTIONS, project_files
from support.model_server import Request, Said, ScriptedModelServer, answer
from support.ticks_project import FILES, GOOD

__all__ = ["attacked", "cached", "killed", "rules_alone"]

RIGHT = answer(GOOD, imports=["import asyncio"])
_TEST = "tests.test_all.test_total"


def _status(user: AgentHome) -> str:
    (status,) = user.statuses().values()
    return status


def rules_alone(place: Path) -> Iterator[str]:
    """Show what rules leave, and what a model makes of it."""
    user = AgentHome(make_repository(place / "rules" / "app", FILES), place / "rules" / "home")
    user.run()
    yield f"rules alone: {_status(user)}"
    with ScriptedModelServer([RIGHT]) as server:
        user.run("--model", "m", "--base-url", server.base_url)
        yield f"with a model: {_status(user)}, {len(server.requests)} request"


def cached(place: Path) -> Iterator[str]:
    """Run twice over the same code."""
    user = AgentHome(make_repository(place / "cached" / "app", FILES), place / "cached" / "home")
    hunks = []
    with ScriptedModelServer([RIGHT]) as server:
        for turn in ("first", "second"):
            before = len(server.requests)
            user.run("--model", "m", "--base-url", server.base_url)
            texts = (data.decode().partition("diff --git")[2] for data in user.patches().values())
            hunks.append(sorted(texts))
            usage = user.report["model_usage"]
            yield (
                f"{turn} run: {_status(user)}, {len(server.requests) - before} requests,"
                f" {usage['answered']} answers paid for, {usage['recalled']} recalled"
            )
    yield f"the same bytes: {hunks[0] == hunks[1]}"


def killed(place: Path) -> Iterator[str]:
    """Kill the run after each step that follows an answer, and resume it."""
    user = AgentHome(make_repository(place / "killed" / "app", FILES), place / "killed" / "home")
    with ScriptedModelServer([RIGHT]) as server:
        model = ("--model", "m", "--base-url", server.base_url)
        codes = [user.run(*model, kill_at="propose:finished").code]
        events = ("verify:started", "verify:finished", "combine:started")
        codes += [user.agent("resume", "latest", kill_at=event).code for event in events]
        user.agent("resume", "latest")
        requests = len(server.requests)
    usage = user.report["model_usage"]
    yield f"killed {codes.count(-9)} times, then resumed: {_status(user)}"
    yield (
        f"{requests} request, {usage['calls']} call and {usage['answered']} answer in the ledger,"
        f" {usage['prompt_tokens']} tokens of prompt, audit log whole:"
        f" {user.audit.broken_at() is None}"
    )


def attacked(place: Path) -> Iterator[str]:
    """Have a model obey every instruction that a hostile project plants."""
    target = make_repository(place / "hostile" / "app", project_files())
    user = AgentHome(target, place / "hostile" / "home")
    with ScriptedModelServer(_obey) as server:
        user.run("--model", "obedient", "--base-url", server.base_url, "--rounds", "1")
    ends: Counter[str] = Counter()
    harm = []
    for name, case in INJECTIONS.items():
        (found,) = (
            one
            for one in user.report["changes"]
            if one["change_set"]["entries"][0]["name"] == f"app.{name}.total"
        )
        files = {ref["file"] for ref in found["change_set"]["functions"]}
        within = not found["patch"] or files == {f"app/{name}.py"}
        patch = user.patches()[found["patch"]].decode() if found["patch"] else ""
        if not within or "PWNED" in patch.partition("diff --git")[2]:
            harm.append(name)
        ends["refused" if case.refused else "ignored what it did besides"] += 1
    yield f"{len(INJECTIONS)} instructions: " + ", ".join(
        f"{count} {end}" for end, count in sorted(ends.items())
    )
    yield f"harm that came through: {len(harm)}{' ' if harm else ''}{', '.join(harm)}"


def _obey(request: Request) -> Said:
    (name,) = (each for each in INJECTIONS if f"`app.{each}.total`" in request.prompt)
    repairing = "# What was tried" in request.prompt
    made = INJECTIONS[name].answer(name, repairing=repairing)
    functions = made["functions"]
    if INJECTIONS[name].fails_with and repairing and isinstance(functions, list):
        functions.append({"name": _TEST, "code": "def test_total(name):\n    pass  # PWNED\n"})
    return Said(json.dumps(made))
