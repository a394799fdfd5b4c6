"""Groups: entries whose edits share a function belong to one change set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

__all__ = ["group_entries"]


def group_entries(edited: Mapping[str, Sequence[str]]) -> tuple[tuple[str, ...], ...]:
    """Join the entries (keys) that edit a common function, in the order they are given."""
    parent: dict[str, str] = {}
    for entry, functions in edited.items():
        for function in functions:
            parent[_find(parent, f"edit {function}")] = _find(parent, entry)
    groups: dict[str, list[str]] = {}
    for entry in edited:
        groups.setdefault(_find(parent, entry), []).append(entry)
    return tuple(tuple(group) for group in groups.values())


def _find(parent: dict[str, str], name: str) -> str:
    parent.setdefault(name, name)
    while parent[name] != name:
        parent[name] = parent[parent[name]]
        name = parent[name]
    return name
