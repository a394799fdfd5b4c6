"""Finds the checks and runs them."""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from refactor_agent.domain.verdict import CheckFailure
from refactor_agent.verify.checks._check import Check, Objection
from refactor_agent.verify.context import Context

__all__ = ["CheckReport", "all_checks", "run_checks"]

_PACKAGE = "refactor_agent.verify.checks"


@dataclass(frozen=True)
class CheckReport:
    """Which checks ran and what they object to."""

    checks: tuple[str, ...]
    failures: tuple[CheckFailure, ...]
    doubts: tuple[CheckFailure, ...] = ()
    """What only a person can decide."""


@cache
def all_checks() -> tuple[Check, ...]:
    """Give every check in this package, by name."""
    found: list[Check] = []
    for module in pkgutil.iter_modules([str(Path(__file__).parent)]):
        if not module.name.startswith("_"):
            check = importlib.import_module(f"{_PACKAGE}.{module.name}").CHECK
            if not isinstance(check, Check):
                raise TypeError(f"{module.name}.CHECK is not a Check")
            found.append(check)
    return tuple(sorted(found, key=lambda check: check.name))


def run_checks(context: Context) -> CheckReport:
    """Run every check; what can't be parsed ends it, for nothing more can be said then."""
    checks = all_checks()
    names = tuple(check.name for check in checks)
    broken = tuple(
        CheckFailure(check="parse", message=f"{file} does not parse", hazards=("H-A1",))
        for file in context.python_files
        if context.module_after(file) is None
    )
    if broken:
        return CheckReport(("parse",), broken)
    found = [(check, objection) for check in checks for objection in check.find(context)]
    return CheckReport(
        checks=("parse", *names),
        failures=tuple(_failure(c, o) for c, o in found if c.level == "wrong"),
        doubts=tuple(_failure(c, o) for c, o in found if c.level == "doubtful"),
    )


def _failure(check: Check, objection: Objection) -> CheckFailure:
    return CheckFailure(
        check=check.name, message=objection.message, site=objection.site, hazards=check.hazards
    )
