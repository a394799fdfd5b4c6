"""The patterns of `match`."""

from __future__ import annotations

import ast

from refactor_agent.locate.summarise.walk import Walk
from refactor_agent.locate.terms import Term

__all__ = ["bind_pattern"]


def bind_pattern(  # noqa: C901 - one branch for each kind of pattern
    walk: Walk, pattern: ast.pattern, subject: Term, name: str | None
) -> None:
    """Bind what ``pattern`` captures; ``name`` is the variable that is matched, if it is one."""
    if isinstance(pattern, ast.MatchClass):
        kind: Term = ("N", walk.value(pattern.cls))
        if name is not None:
            walk.scope.narrow(name, kind)
        _bind_parts(walk, pattern, kind)
    elif isinstance(pattern, ast.MatchAs):
        _bind_as(walk, pattern, subject, name)
    elif isinstance(pattern, ast.MatchValue):
        walk.value(pattern.value)
    elif isinstance(pattern, ast.MatchStar | ast.MatchMapping):
        rest = pattern.name if isinstance(pattern, ast.MatchStar) else pattern.rest
        if rest is not None:
            walk.scope.bind(rest, None)
        if isinstance(pattern, ast.MatchMapping):
            for part in pattern.patterns:
                bind_pattern(walk, part, None, None)
    elif isinstance(pattern, ast.MatchSequence | ast.MatchOr):
        for part in pattern.patterns:
            bind_pattern(walk, part, None, None)


def _bind_parts(walk: Walk, pattern: ast.MatchClass, kind: Term) -> None:
    for part in pattern.patterns:
        bind_pattern(walk, part, None, None)
    for attribute, part in zip(pattern.kwd_attrs, pattern.kwd_patterns, strict=True):
        bind_pattern(walk, part, ("a", kind, attribute), None)


def _bind_as(walk: Walk, pattern: ast.MatchAs, subject: Term, name: str | None) -> None:
    if pattern.pattern is not None:
        bind_pattern(walk, pattern.pattern, subject, name)
    if pattern.name is None:
        return
    inner = pattern.pattern
    term: Term = subject
    if isinstance(inner, ast.MatchClass):
        term = ("N", walk.value(inner.cls))
    elif inner is not None:
        term = None
    walk.scope.bind(pattern.name, term)
