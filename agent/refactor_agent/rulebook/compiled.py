"""Rule files as they were read the last time, which saves each small scan half of its time."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from refactor_agent.kept import read_checked, shared_cache, write_checked
from refactor_agent.rulebook.rule import Rule
from refactor_agent.tree import sha256

__all__ = ["RuleText", "compiled"]

RuleText = tuple[str, str]
"""The name of a rule file, and what it says."""


def compiled(files: Sequence[RuleText]) -> tuple[Rule, ...]:
    """Give the rules in ``files``; raises `UsageError` that names the first faulty file.

    What was read once is kept in the user's cache, under a hash of the files and of the code that
    reads them.
    """
    path = (
        shared_cache() / "rules" / sha256(repr((sys.version_info[:2], _own_code(), files)).encode())
    )
    data = read_checked(path)
    known = _decoded(data) if data is not None else None
    if known is not None:
        return known
    from refactor_agent.rulebook.parse import parse_rule  # noqa: PLC0415 - brings two parsers

    rules = tuple(parse_rule(text, name) for name, text in files)
    write_checked(path, _rules().dump_json(rules, exclude_defaults=True))
    return rules


def _decoded(data: bytes) -> tuple[Rule, ...] | None:
    try:
        return _rules().validate_json(data, context={"checked": True})
    except ValidationError:
        return None


@cache
def _rules() -> TypeAdapter[tuple[Rule, ...]]:
    return TypeAdapter(tuple[Rule, ...])


@cache
def _own_code() -> str:
    """Name the code that reads rules, by the sizes and times of its files."""
    here = Path(__file__).parent
    files = sorted((*here.glob("*.py"), *(here.parent / "domain").glob("*.py")))
    stats = ((path.name, path.stat()) for path in files)
    return repr([(name, stat.st_size, stat.st_mtime_ns) for name, stat in stats])
