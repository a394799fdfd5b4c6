"""Methods that are one by overriding."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from refactor_agent.locate.resolve.classes import linearise
from refactor_agent.locate.resolve.evaluate import Evaluator
from refactor_agent.locate.resolve.index import ProjectClass

__all__ = ["families"]

_CLOSED_BASES = frozenset(
    {
        "abc.ABC", "builtins.Exception", "builtins.object", "enum.Enum", "enum.StrEnum",
        "pydantic.BaseModel", "typing.NamedTuple", "typing.TypedDict",
    }
)  # fmt: skip
"""Bases from outside whose methods nobody overrides by accident, apart from special names."""


def families(evaluator: Evaluator) -> Mapping[str, tuple[tuple[str, ...], bool]]:
    """Give, for each method, the others of its family, and whether the family is open."""
    groups = _Groups()
    is_open: dict[str, bool] = defaultdict(bool)
    for cls in evaluator.index.classes.values():
        order = linearise(evaluator, cls)
        outside = any(isinstance(base, str) and base not in _CLOSED_BASES for base in order)
        for name in cls.facts.methods:
            own = cls.methods(name)
            for method in own:
                groups.join(own[0].name, method.name)
                is_open[method.name] |= outside
            for base in order[1:]:
                if isinstance(base, ProjectClass):
                    for method in base.methods(name):
                        groups.join(own[0].name, method.name)
        _join_side_by_side(order, groups)
    found: dict[str, tuple[tuple[str, ...], bool]] = {}
    for members in groups.all():
        open_family = any(is_open[name] for name in members)
        for name in members:
            found[name] = (tuple(other for other in members if other != name), open_family)
    return found


def _join_side_by_side(order: tuple[ProjectClass | str, ...], groups: _Groups) -> None:
    """Join methods of bases that only meet in a common subclass: mixins and what they override."""
    first: dict[str, str] = {}
    for base in order[1:]:
        if isinstance(base, ProjectClass):
            for name in base.facts.methods:
                method = base.methods(name)[0].name
                groups.join(first.setdefault(name, method), method)


class _Groups:
    """Disjoint sets of names."""

    def __init__(self) -> None:
        self._parent: dict[str, str] = {}

    def _root(self, name: str) -> str:
        path = []
        while (parent := self._parent.setdefault(name, name)) != name:
            path.append(name)
            name = parent
        for visited in path:
            self._parent[visited] = name
        return name

    def join(self, first: str, second: str) -> None:
        """Put two names into one set."""
        self._parent[self._root(second)] = self._root(first)

    def all(self) -> list[tuple[str, ...]]:
        """Give the sets, sorted."""
        sets: dict[str, list[str]] = defaultdict(list)
        for name in sorted(self._parent):
            sets[self._root(name)].append(name)
        return [tuple(names) for names in sets.values()]
