"""The comparison as text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from eval.locate.finding import Finding
from eval.locate.labels import Kind, Score

__all__ = ["false_alarm", "found_table", "label_table", "lacking"]

_KINDS: tuple[Kind, ...] = ("direct", "transitive", "negative")


def lacking(ours: Sequence[Finding], theirs: Sequence[Finding]) -> list[Finding]:
    """Give the findings of a linter that no hop of ours stands on, each place once."""
    covered = {place for finding in ours for place in finding.places}
    found = {(item.file, item.line): item for item in theirs}
    return [item for place, item in sorted(found.items()) if place not in covered]


_TEXT_ONLY = frozenset(
    (
        "abspath", "basename", "commonpath", "commonprefix", "dirname", "expanduser", "expandvars",
        "isabs", "join", "normcase", "normpath", "relpath", "split", "splitdrive", "splitext",
    )
)  # fmt: skip
"""Functions of `os.path` that ask no disk, by their code: text, the environment, the directory."""
_OS_PATH = re.compile(r"\bpath\.(\w+)\(")
_METHOD = re.compile(r"\.(\w+)\(")
_PATH_ONLY = frozenset(
    {"absolute", "as_posix", "expanduser", "joinpath", "with_name", "with_suffix"}
)
"""Methods of `pathlib.Path` that ask no disk either."""


def false_alarm(code: str, line: str) -> str:
    """Say why a linter's finding on a line of source is none, where the line alone shows it."""
    called = _OS_PATH.findall(line)
    if code != "ASYNC240":
        return ""
    if called and _TEXT_ONLY.issuperset(called):
        return "text and the environment alone: os.path." + ", ".join(dict.fromkeys(called))
    methods = _METHOD.findall(line.partition("Path(")[2])
    if not called and methods and _PATH_ONLY.issuperset(methods):
        return "text and the environment alone: Path." + ", ".join(methods)
    return ""


def found_table(found: Mapping[str, Mapping[str, Sequence[Finding]]]) -> Iterator[str]:
    """Give how many places each tool reports in each package, and how many of them we lack."""
    yield "| package | refactor-agent | ruff | not ours | flake8-async | not ours |"
    yield "|---|--:|--:|--:|--:|--:|"
    for package, by_tool in found.items():
        ours = by_tool["refactor-agent"]
        cells = [str(len({(item.file, item.line) for item in ours}))]
        for tool in ("ruff", "flake8-async"):
            places = {(item.file, item.line) for item in by_tool[tool]}
            cells += [str(len(places)), str(len(lacking(ours, by_tool[tool])))]
        yield f"| {package} | {' | '.join(cells)} |"


def label_table(scores: Mapping[str, Mapping[str, Score]]) -> Iterator[str]:
    """Give found and missed sites and false alarms, per package and tool, and their sums."""
    yield "| package | tool | direct found | missed | transitive found | missed | alarms | of |"
    yield "|---|---|--:|--:|--:|--:|--:|--:|"
    sums: dict[str, Counter[tuple[Kind, bool]]] = {}
    for package, by_tool in scores.items():
        for tool, counts in by_tool.items():
            sums.setdefault(tool, Counter()).update(counts)
            yield _row(package, tool, counts)
    for tool, total in sums.items():
        yield _row("all", tool, total)


def _row(package: str, tool: str, counts: Score) -> str:
    direct, transitive, negative = (
        (counts.get((kind, True), 0), counts.get((kind, False), 0)) for kind in _KINDS
    )
    cells = (*direct, *transitive, negative[0], sum(negative))
    return f"| {package} | {tool} | {' | '.join(map(str, cells))} |"
