"""What a case is, and how one is read from Markdown; `README.md` describes the format."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

__all__ = ["CASES", "Block", "Case", "CaseError", "Theme", "read_themes"]

CASES = Path(__file__).parent / "cases"

_FENCE = re.compile(r"^```(\w+) +(.+?)\s*$")
_FIELD = re.compile(r"^- (\w+): *(.*)$")
_FIELDS = frozenset(
    {"hazard", "like", "by", "plan", "outcome", "known", "strategy", "depends", "splice", "loop"}
)

Expect = Literal["caught", "accepted"]


class CaseError(Exception):
    """A case that can't be read or does not fit its project; the text says which and why."""


@dataclass(frozen=True)
class Block:
    """One fenced block: its language, what it is for, and its text."""

    kind: str
    target: str
    text: str


@dataclass
class Case:
    """One change of a theme's project, and what must come of it."""

    theme: str
    title: str
    expect: Expect
    fields: Mapping[str, str] = field(default_factory=dict)
    blocks: list[Block] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Theme and title: unique, and what ``--only`` looks at."""
        return f"{self.theme}: {self.title}"

    @property
    def hazard(self) -> str:
        """The hazard it plants, for a wrong one."""
        return self.fields.get("hazard", "").partition(" ")[0]

    @property
    def known(self) -> str:
        """Why it comes out otherwise than it must, where that is known."""
        return self.fields.get("known", "")

    @property
    def wanted(self) -> frozenset[str]:
        """The outcomes that are as they must be."""
        if self.expect == "caught":
            return frozenset({"failed", "unverified"})
        return frozenset({self.fields.get("outcome", "verified").partition(" ")[0]})


@dataclass
class Theme:
    """A project, and the cases that change it."""

    name: str
    title: str = ""
    plan: tuple[str, ...] = ()
    files: dict[str, str] = field(default_factory=dict)
    cases: list[Case] = field(default_factory=list)

    def like(self, case: Case) -> Case | None:
        """Give the case that ``case`` starts from."""
        title = case.fields.get("like")
        if title is None:
            return None
        for other in self.cases:
            if other.title == title:
                return other
        raise CaseError(f"{case.name}: there is no case {title!r} to be like")


def read_themes(directory: Path = CASES) -> list[Theme]:
    """Read every Markdown file under ``directory``; raises `CaseError`."""
    return [_read(path) for path in sorted(directory.glob("*.md"))]


def _read(path: Path) -> Theme:
    theme = Theme(path.stem)
    current: Case | None = None
    fields: dict[str, str] = {}
    for number, line in _lines(path):
        if isinstance(line, Block):
            if current is None:
                theme.files[line.target] = line.text
            else:
                current.blocks.append(line)
        elif line.startswith("# "):
            theme.title = line.removeprefix("# ")
        elif line.startswith("## "):
            fields = {}
            current = _case(theme, path, number, line, fields)
            theme.cases.append(current)
        elif match := _FIELD.match(line):
            if match[1] not in _FIELDS:
                raise CaseError(f"{path.name}:{number}: there is no field {match[1]!r}")
            fields[match[1]] = match[2]
            if current is None and match[1] == "plan":
                theme.plan = tuple(match[2].split())
    return theme


def _case(theme: Theme, path: Path, number: int, line: str, fields: dict[str, str]) -> Case:
    side, _, title = line.removeprefix("## ").partition(": ")
    match side:
        case "right":
            return Case(theme.name, title, "accepted", fields)
        case "wrong":
            return Case(theme.name, title, "caught", fields)
    raise CaseError(f"{path.name}:{number}: a case starts with `## right: ` or `## wrong: `")


def _lines(path: Path) -> Iterator[tuple[int, str | Block]]:
    """Give the lines outside fences, and each fenced block as one."""
    opened: tuple[str, str] | None = None
    body: list[str] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if opened is None:
            match = _FENCE.match(line)
            if match is None:
                yield number, line
            else:
                opened, body = (match[1], match[2]), []
        elif line == "```":
            yield number, Block(*opened, "".join(f"{text}\n" for text in body))
            opened = None
        else:
            body.append(line)
    if opened is not None:
        raise CaseError(f"{path.name}: a fenced block does not end")
