"""The battery of wrong conversions, beside right ones, each through the real gate.

A point is a case that comes out as it must: a wrong conversion that is not verified, a right one
that is. A wrong one that is verified is counted as let through; a right one that is not verified is
a refusal.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from eval.attacks.case import CASES, CaseError, Theme, read_themes
from eval.attacks.case import Case as Attack
from eval.attacks.judge import Result as Judged
from eval.attacks.judge import judge_theme
from eval.runs.values import Case, Outcome, Result, Setting, digest

from refactor_agent.rulebook import load_rulebook

__all__ = ["ABOUT", "NAME", "cases", "run"]

NAME = "attacks"
ABOUT = "Wrong and right conversions through the gate: a point is a case that comes out as it must."

_BATCH = 16
"""Cases that share a baseline: two runs of the theme's own tests."""
_SLICE = {"missed-await": 8, "classes": 5, "streams": 4}
"""Themes with the cheapest suites, and every how manieth of their wrong conversions is in the
slice; of the right ones, of which there are fewer, every third."""


def cases(setting: Setting) -> list[Case]:
    """Give one case per conversion; its digest holds the project it changes."""
    return [
        Case(
            attack.name,
            "dev",
            attack.hazard or "right conversion",
            digest(*theme.files, *theme.files.values(), *_parts(theme, attack)),
            f"{theme.name} {number // _BATCH}" if not _in_slice(attack) else theme.name,
            ci=_in_slice(attack),
        )
        for theme in _themes(setting)
        for number, attack in enumerate(theme.cases)
    ]


def _themes(setting: Setting) -> list[Theme]:
    try:
        return read_themes(setting.cases or CASES)
    except CaseError as error:
        raise ValueError(str(error)) from error


def _in_slice(attack: Attack) -> bool:
    """Drawn by the name, so that a case that is added leaves the others where they are."""
    every = _SLICE.get(attack.theme)
    if every is None:
        return False
    return zlib.crc32(attack.name.encode()) % (every if attack.expect == "caught" else 3) == 0


def _parts(theme: Theme, attack: Attack) -> Iterator[str]:
    yield json.dumps([attack.title, attack.expect, *theme.plan, *sorted(attack.fields.items())])
    yield from (f"{block.kind} {block.target}\n{block.text}" for block in attack.blocks)
    like = theme.like(attack)
    if like is not None:
        yield from _parts(theme, like)


def run(asked: Sequence[Case], setting: Setting) -> Iterator[Result]:
    """Judge the cases of one theme."""
    themes = {theme.name: theme for theme in _themes(setting)}
    theme = themes[asked[0].id.partition(":")[0]]
    attacks = {attack.name: attack for attack in theme.cases}
    judged = asyncio.run(_judge(theme, [attacks[case.id] for case in asked]))
    for case in asked:
        yield _result(case, judged[case.id], setting)


async def _judge(theme: Theme, chosen: Sequence[Attack]) -> dict[str, Judged]:
    found: list[Judged] = []
    rulebook = await asyncio.to_thread(load_rulebook)
    with tempfile.TemporaryDirectory(prefix="at-") as directory:
        await judge_theme(
            theme,
            chosen,
            Path(directory),
            rulebook=rulebook,
            turns=asyncio.Semaphore(1),
            told=found.append,
        )
    return {judged.case.name: judged for judged in found}


def _result(case: Case, judged: Judged, setting: Setting) -> Result:
    outcome = _outcome(judged)
    return Result(
        NAME, case.id, case.split, case.group, case.digest, outcome,
        points=float(judged.right), of=1,
        counts=_counts(judged),
        reason="" if judged.right else f"{judged.outcome} {judged.layer}: {judged.reason}".strip(),
        seconds=judged.seconds,
        artefact="" if judged.right else _kept(case, judged, setting),
    )  # fmt: skip


def _outcome(judged: Judged) -> Outcome:
    if judged.right:
        return "right"
    return "wrong" if judged.case.expect == "caught" else "refused"


def _counts(judged: Judged) -> dict[str, int]:
    if judged.case.expect == "caught":
        return {f"wrong, {'let through' if judged.outcome == 'verified' else 'caught'}": 1}
    return {f"right, {judged.outcome}": 1}


def _kept(case: Case, judged: Judged, setting: Setting) -> str:
    """Keep what the gate said and the conversion it said it of."""
    name = f"{NAME}-{case.digest}"
    place = setting.artefacts / name
    place.mkdir(parents=True, exist_ok=True)
    blocks = "\n".join(f"{b.kind} {b.target}\n{b.text}" for b in judged.case.blocks)
    text = f"{case.id}\n{judged.outcome} {judged.layer}\n{judged.reason}\n\n{blocks}"
    (place / "case.txt").write_text(text, encoding="utf-8")
    return name
