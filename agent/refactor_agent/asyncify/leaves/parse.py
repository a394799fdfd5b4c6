"""Pairs as people write them: ``sqlite3.connect: aiosqlite.connect (not reentrant)``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from refactor_agent.rulebook import RuleBook

__all__ = ["Pairs", "parse_leaves", "with_twins"]

_NAME = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*")
_REMARK = re.compile(r"\s*\(.*\)\s*$", re.DOTALL)


class Pairs(NamedTuple):
    """The pairs that name two things, and the keys of those that don't."""

    names: Mapping[str, str]
    prose: Mapping[str, str]


def parse_leaves(leaves: Mapping[str, str]) -> Pairs:
    """Tell pairs of dotted names, less the remarks in brackets behind them, from prose."""
    names: dict[str, str] = {}
    prose: dict[str, str] = {}
    for key, value in leaves.items():
        sync, aio = (_REMARK.sub("", text).strip() for text in (key, value))
        if _NAME.fullmatch(sync) and _NAME.fullmatch(aio):
            names[sync] = aio
        else:
            prose[key] = value
    return Pairs(names, prose)


def with_twins(rulebook: RuleBook, leaves: Mapping[str, str]) -> Mapping[str, str]:
    """Add the same pairs for packages that the rules know to have the same API."""
    found = dict(leaves)
    for rule in rulebook.rules:
        for twin in rule.twins:
            for sync, aio in leaves.items():
                if sync.startswith(f"{rule.library}."):
                    same = aio.replace(f"{rule.library}.", f"{twin}.", 1)
                    found.setdefault(twin + sync.removeprefix(rule.library), same)
    return found
