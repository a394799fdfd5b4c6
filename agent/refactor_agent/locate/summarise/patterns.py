"""The patterns of `match`."""

from __future__ import annotations

import ast

from refactor_agent.locate.summarise.walk import Walk
from refactor_agent.locate.terms import Term

__all__ = ["bind_pattern"]


def bind_pattern(walk: Walk, pattern: ast.pattern, subject: Term, name: str | None) -> None:
    """Bind what ``pattern`` captures; ``name`` is the variable that is matched, if it is one."""
    kind = _kind(walk, pattern)
    if kind is not None and name is not None:
        walk.scope.narrow(name, kind)
    subject = walk.scope.define(subject if kind is None else kind)
    if isinstance(pattern, ast.MatchClass):
        _bind_class(walk, pattern, subject)
    elif isinstance(pattern, ast.MatchAs):
        _bind_as(walk, pattern, subject)
    elif isinstance(pattern, ast.MatchValue):
        walk.value(pattern.value)
    elif isinstance(pattern, ast.MatchMapping):
        _bind_mapping(walk, pattern, subject)
    elif isinstance(pattern, ast.MatchSequence):
        _bind_sequence(walk, pattern, subject)
    elif isinstance(pattern, ast.MatchOr):
        for part in pattern.patterns:
            bind_pattern(walk, part, subject, None)


def _kind(walk: Walk, pattern: ast.pattern) -> Term:
    """Give the object that a pattern of classes lets through; ``None`` for other patterns."""
    if isinstance(pattern, ast.MatchClass):
        return ("N", walk.value(pattern.cls))
    if isinstance(pattern, ast.MatchAs) and pattern.pattern is not None:
        return _kind(walk, pattern.pattern)
    if isinstance(pattern, ast.MatchOr):
        kinds = tuple(_kind(walk, part) for part in pattern.patterns)
        return ("u", kinds) if None not in kinds else None
    return None


def _bind_as(walk: Walk, pattern: ast.MatchAs, subject: Term) -> None:
    if pattern.pattern is not None:
        bind_pattern(walk, pattern.pattern, subject, None)
    if pattern.name is not None:
        walk.scope.bind(pattern.name, subject)


def _bind_class(walk: Walk, pattern: ast.MatchClass, subject: Term) -> None:
    for position, part in enumerate(pattern.patterns):
        bind_pattern(walk, part, ("M", subject, position), None)
    for attribute, part in zip(pattern.kwd_attrs, pattern.kwd_patterns, strict=True):
        bind_pattern(walk, part, ("a", subject, attribute), None)


def _bind_mapping(walk: Walk, pattern: ast.MatchMapping, subject: Term) -> None:
    for key, part in zip(pattern.keys, pattern.patterns, strict=True):
        bind_pattern(walk, part, ("s", subject, walk.value(key)), None)
    if pattern.rest is not None:
        walk.scope.bind(pattern.rest, subject)


def _bind_sequence(walk: Walk, pattern: ast.MatchSequence, subject: Term) -> None:
    is_after_star = False
    for position, part in enumerate(pattern.patterns):
        if isinstance(part, ast.MatchStar):
            is_after_star = True
            if part.name is not None:
                walk.scope.bind(part.name, ("q", "list", ("e", subject)))
            continue
        item: Term = ("e", subject) if is_after_star else ("n", subject, position)
        bind_pattern(walk, part, item, None)
