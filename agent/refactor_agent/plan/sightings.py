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
    """Names that unresolved code mentions; reads the project's files when first asked."""

    def __init__(self, facts: Facts, project: Project) -> None:
        self._facts = facts
        self._project = project

    def may_be_used_unseen(self, name: str) -> bool:
        """Say whether a call that was not resolved, or a string, may mean the function."""
        bare = name.rpartition(".")[2]
        return bare in self._unresolved or bare in self._quoted

    @cached_property
    def _unresolved(self) -> frozenset[str]:
        """Collect the names called by calls without a known callee."""
        by_file: dict[str, set[Span]] = defaultdict(set)
        for call in self._facts.graph.calls:
            if not call.callees:
                by_file[call.site.file].add(call.site.span)
        return frozenset(
            name
            for file, spans in by_file.items()
            for name in _called_at(self._texts.get(file, b""), spans)
        )

    @cached_property
    def _quoted(self) -> frozenset[str]:
        """Collect names in strings: ``getattr(x, "name")``, ``patch("pkg.mod.name")``."""
        texts = (data.decode("utf-8", "replace") for data in self._texts.values())
        return frozenset(name for text in texts for name in _in_quotes(text))

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


def _in_quotes(text: str) -> Iterator[str]:
    for match in re.finditer(r"""["'](?:\w+\.)*(\w+)["']""", text):
        yield match[1]
