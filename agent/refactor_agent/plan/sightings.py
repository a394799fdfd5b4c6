"""Uses of a function that the call graph could not resolve."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Container, Iterator, Mapping
from functools import cached_property

from refactor_agent.domain.place import Span
from refactor_agent.plan.facts import Facts
from refactor_agent.project import Project

__all__ = ["Sightings"]


class Sightings:
    """Looks for names in unresolved code; reads the project's files when first asked."""

    def __init__(self, facts: Facts, project: Project) -> None:
        self._facts = facts
        self._project = project
        self._called: dict[str, frozenset[str]] = {}

    def may_be_used_unseen(self, name: str) -> bool:
        """Say whether a call that was not resolved, or a string, may mean the function.

        Strings such as ``getattr(x, "name")`` and ``patch("pkg.mod.name")``.
        """
        bare = name.rpartition(".")[2]
        word = re.escape(bare.encode())
        quoted = re.compile(rb"""["'](?:\w+\.)*""" + word + rb"""["']""")
        return any(
            quoted.search(data) or bare in self._called_in(file)
            for file, data in self._texts.items()
            if bare.encode() in data
        )

    def _called_in(self, file: str) -> frozenset[str]:
        """Give the names called in ``file`` by calls without a known callee."""
        if file not in self._called:
            spans = self._unresolved.get(file)
            names = _called_at(self._texts[file], spans) if spans else ()
            self._called[file] = frozenset(names)
        return self._called[file]

    @cached_property
    def _unresolved(self) -> Mapping[str, set[Span]]:
        found: dict[str, set[Span]] = defaultdict(set)
        for call in self._facts.graph.calls:
            if not call.callees:
                found[call.site.file].add(call.site.span)
        return found

    @cached_property
    def _texts(self) -> Mapping[str, bytes]:
        return {source.file: source.path.read_bytes() for source in self._project.sources.files}


def _called_at(data: bytes, spans: Container[Span]) -> Iterator[str]:
    try:
        tree = ast.parse(data)
    except (SyntaxError, ValueError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _span(node) in spans:
            if isinstance(node.func, ast.Attribute):
                yield node.func.attr
            elif isinstance(node.func, ast.Name):
                yield node.func.id


def _span(node: ast.Call) -> Span:
    end_line, end_column = node.end_lineno or 0, node.end_col_offset or 0
    return Span(node.lineno, node.col_offset, end_line, end_column)
