"""The rules' data, merged into tables by qualified name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar

from refactor_agent.errors import UsageError
from refactor_agent.rulebook.rule import Rule
from refactor_agent.rulebook.schema import BlockingCall, Native, Thread
from refactor_agent.rulebook.twins import with_twins

__all__ = ["Index", "build_index"]

V = TypeVar("V")

_NOT_TYPES = frozenset({"None", "Self", "str", "bytes", "int", "float", "bool", "object", "tuple"})


@dataclass
class Index:
    """Everything the look-ups need; keys are canonical qualified names."""

    blocks: dict[str, tuple[str, BlockingCall]] = field(default_factory=dict)
    returns: dict[str, str] = field(default_factory=dict)
    bases: dict[str, tuple[str, ...]] = field(default_factory=dict)
    threads: dict[str, Thread] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    exceptions: dict[str, tuple[str, ...]] = field(default_factory=dict)
    natives: dict[str, Native] = field(default_factory=dict)
    """By rule id."""
    missing: set[str] = field(default_factory=set)
    types: set[str] = field(default_factory=set)

    def canonical(self, name: str) -> str:
        """Replace the longest aliased prefix of ``name``."""
        if self._starts.match(name) is None:
            return name
        head, tail = name, ""
        while head:
            if head in self.aliases:
                return self.aliases[head] + tail
            head, _, last = head.rpartition(".")
            tail = f".{last}{tail}"
        for pattern, target in self._patterns:
            if match := pattern.match(name):
                return target + name[match.end() :]
        return name

    @cached_property
    def _starts(self) -> re.Pattern[str]:
        """Match what can have an alias at all: most names can't."""
        starts = {re.split(r"[.*]", alias, maxsplit=1)[0] for alias in self.aliases}
        return re.compile("|".join(map(re.escape, sorted(starts))) or r"(?!)")

    @cached_property
    def _patterns(self) -> tuple[tuple[re.Pattern[str], str], ...]:
        return tuple(
            (re.compile(re.escape(alias).replace(r"\*", r"[\w.]*") + r"(?![\w])"), target)
            for alias, target in self.aliases.items()
            if "*" in alias
        )


def build_index(rules: Sequence[Rule]) -> Index:
    """Merge ``rules``; raises `UsageError` where two of them contradict each other."""
    index, said_by = Index(), dict[tuple[str, str], Rule]()
    for original in rules:
        rule = with_twins(original)
        blocks = {call.name: (rule.id, call) for call in rule.blocks}
        _merge(index.blocks, blocks, rule, said_by, "blocks")
        _merge(index.returns, rule.returns, rule, said_by, "returns")
        _merge(index.bases, rule.bases, rule, said_by, "bases")
        _merge(index.threads, rule.threads, rule, said_by, "threads")
        _merge(index.aliases, rule.aliases, rule, said_by, "aliases")
        if rule.native is not None:
            index.natives[rule.id] = rule.native
            _merge(index.exceptions, rule.native.exceptions, rule, said_by, "exceptions")
            index.missing.update(rule.native.missing)
        index.types.update(_types(rule))
    return index


def _merge(
    table: dict[str, V], new: Mapping[str, V], rule: Rule, said_by: dict[tuple[str, str], Rule],
    what: str,
) -> None:  # fmt: skip
    for name, value in new.items():
        first = said_by.setdefault((what, name), rule)
        if first is not rule and table[name] != value:
            raise UsageError(
                f"{rule.path}: {what} {name!r} is already given by {first.id} ({first.path}); "
                f"change it there, or disable {first.id}"
            )
        table[name] = value


def _types(rule: Rule) -> Iterator[str]:
    """Name the classes a rule speaks of: calling one gives an instance of it."""
    native = rule.native.types if rule.native else {}
    yield from (*rule.bases, *rule.threads, *native)
    for bases in rule.bases.values():
        yield from bases
    results = (*rule.returns.values(), *(call.result or "None" for call in rule.blocks))
    yield from (name for name in results if name not in _NOT_TYPES and "[" not in name)
