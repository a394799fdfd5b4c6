"""Which of several async libraries with one API a project is given: the one it depends on."""

from __future__ import annotations

import re
from collections.abc import Collection

from refactor_agent.rulebook.rule import Rule
from refactor_agent.rulebook.schema import Native

__all__ = ["preferred"]


def preferred(rule: Rule, declared: Collection[str]) -> Rule:
    """Give ``rule`` with its equivalents in a library that ``declared`` names, where one is.

    ``declared`` are normalised distributions. The rule's own choice stays where the project depends
    on it, or on none of its twins.
    """
    native = rule.native
    if native is None or native.distribution is None or native.distribution in declared:
        return rule
    twin = next((name for name in sorted(native.twins) if name in declared), None)
    if twin is not None:
        return rule.model_copy(update={"native": _moved(native, twin)})
    others = (one for one in native.alternatives if one.distribution in declared)
    return rule.model_copy(update={"native": next(others, native)}) if native.alternatives else rule


def _moved(native: Native, twin: str) -> Native:
    old = re.compile(rf"(?<![\w.]){re.escape(native.distribution or '')}(?=\.)")
    text = old.sub(
        twin, native.model_dump_json(exclude={"distribution", "versions", "twins", "alternatives"})
    )
    moved = Native.model_validate_json(text)
    return moved.model_copy(update={"distribution": twin, "versions": native.twins[twin]})
