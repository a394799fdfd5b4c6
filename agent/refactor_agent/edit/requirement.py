"""Requirement strings: their names, and the versions they ask for."""

from __future__ import annotations

import re

from refactor_agent.domain.plan import Dependency

__all__ = ["normalized", "requirement_name", "requirement_range", "requirement_text"]

_NAME = re.compile(r"\s*([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)")
_RANGE = re.compile(rf"{_NAME.pattern}\s*(?:\[[^\]]*\])?\s*\(?([^;#()@]*)")


def normalized(name: str) -> str:
    """Spell a distribution's name as the index compares names (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def requirement_name(requirement: str) -> str | None:
    """Give the normalised name in ``requests[socks]>=2; python_version < "4"``."""
    match = _NAME.match(requirement)
    return normalized(match.group(1)) if match else None


def requirement_range(requirement: str) -> str:
    """Give the versions of ``requests[socks]>=2``; empty without one, or with a marker."""
    match = _RANGE.match(requirement) if ";" not in requirement else None
    return match.group(2).strip() if match else ""


def requirement_text(dependency: Dependency) -> str:
    """Write a dependency as a requirement: ``httpx>=0.27,<1``."""
    return f"{dependency.distribution}{dependency.specifier.replace(' ', '')}"
