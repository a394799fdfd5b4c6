"""What becomes of change sets that stand on others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping, Sequence

from refactor_agent.domain.decision import Decision

__all__ = ["settle", "tied"]


def tied(order: Sequence[str], stacks: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, ...]]:
    """Give the change sets that stand on one another, in order, those that stand alone left out."""
    root = {name: name for name in order}

    def top(name: str) -> str:
        while root[name] != name:
            name = root[name]
        return name

    for name in order:
        for below in stacks.get(name, ()):
            root[top(name)] = top(below)
    groups: dict[str, list[str]] = {}
    for name in order:
        groups.setdefault(top(name), []).append(name)
    return (tuple(names) for names in groups.values() if len(names) > 1)


def settle(
    order: Sequence[str],
    stacks: Mapping[str, Sequence[str]],
    decisions: MutableMapping[str, Decision],
) -> None:
    """Let none be more than what it stands on: without that it is not right."""
    for name in order:
        for below in stacks.get(name, ()):
            mine, other = decisions[name], decisions[below]
            if mine.status not in {"verified", "unverified"} or other.status == "verified":
                continue
            if other.status == "unverified" and mine.status == "unverified":
                continue
            status = "unverified" if other.status == "unverified" else "dropped"
            reason = f"stands on {below}, which is {other.status}"
            decisions[name] = mine.model_copy(update={"status": status, "reason": reason})
