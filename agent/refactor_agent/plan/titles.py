"""Names of change sets that people recognise."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Sequence

from refactor_agent.domain.region import Region

__all__ = ["slug", "title"]

_WIDTH = 72
_SHOWN = 2
_BY_SYNTAX = {
    "__iter__": "iterating {}", "__next__": "iterating {}",
    "__enter__": "entering {}", "__exit__": "leaving {}",
}  # fmt: skip
"""How people say what syntax calls."""


def slug(entry: str, modules: Container[str]) -> str:
    """Give ``app-store-load`` for ``pkg.app.Store.load``: safe in file and branch names."""
    module, names = _split(entry, modules)
    words = _words(names)
    last = _words(module.rpartition(".")[2])
    is_said = "".join(words).startswith("".join(last))
    return "-".join(words if is_said else [*last, *words])


def title(entries: Sequence[str], regions: Sequence[Region], modules: Container[str]) -> str:
    """Say which functions block, and by what, the heaviest first: 72 ASCII characters at most."""
    others = f" and {len(entries) - 1} more" if len(entries) > 1 else ""
    _, name = _split(entries[0], modules)
    heaviest = sorted(regions, key=lambda region: -region.weight)
    calls = list(dict.fromkeys(_written(region.callee) for region in heaviest))
    for text in _ways(name, others, calls):
        if len(text) <= _WIDTH:
            break
    return text.encode("ascii", "replace").decode()[:_WIDTH]


def _ways(name: str, others: str, calls: Sequence[str]) -> Iterator[str]:
    """Give shorter and shorter titles."""
    for subject in (f"{name}{others}", f"{name.rpartition('.')[2]}{others}"):
        for shown in range(min(_SHOWN, len(calls)), 0, -1):
            more = [f"+{len(calls) - shown} more"] if len(calls) > shown else []
            yield f"{subject}: {', '.join([*calls[:shown], *more])}"
    yield f"{name.rpartition('.')[2]}{others}"


def _split(entry: str, modules: Container[str]) -> tuple[str, str]:
    """Part a qualified name into its module and the rest."""
    entry = re.sub(r"#\w+", "", entry)
    parts = entry.split(".")
    for length in range(len(parts) - 1, 0, -1):
        module = ".".join(parts[:length])
        if module in modules:
            return module, ".".join(parts[length:])
    return entry.rpartition(".")[0], parts[-1]


def _written(callee: str) -> str:
    """Write a qualified name as code does: a method by its class, a builtin by itself."""
    home, _, name = callee.removeprefix("builtins.").rpartition(".")
    owner = home.rpartition(".")[2]
    if name in _BY_SYNTAX:
        return _BY_SYNTAX[name].format(owner)
    if owner[:1].isupper():
        return f"{owner}.{name}"
    return f"{home}.{name}" if home else name


def _words(name: str) -> list[str]:
    """Part ``HTTPStore.run_impl`` into ``http``, ``store``, ``run``, ``impl``."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "-", name)
    return [word for word in re.split(r"[^a-z0-9]+", parted.lower()) if word]
