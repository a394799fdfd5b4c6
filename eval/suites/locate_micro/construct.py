"""A small construct, and how one is read from its file.

A file is Markdown: a title, fields (``- area:``, ``- split:``, ``- ref:`` for the section of the
language or library reference it was written from), and one fenced block per source file. A line
whose comment says ``# blocks: a.b > c.d`` is where an async function enters a path that blocks, and
the names are the chain; several are told apart by ``;``. A ``*`` in a chain stands for whatever a
tool calls the wrappers in between. The comment is taken out before anyone is
asked, so no tool sees it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from eval.locate.finding import Finding
from eval.runs.values import Split

__all__ = ["CASES", "Construct", "read_construct", "read_constructs"]

CASES = Path(__file__).parent / "cases"
_MARK = re.compile(r"\s*# blocks: (.+)$")
_FENCE = re.compile(r"^```python (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_FIELD = re.compile(r"^- (area|split|ref): (.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Construct:
    """One case."""

    id: str
    text: str
    area: str
    split: Split
    files: tuple[tuple[str, str], ...]
    """Names and contents, without marks."""
    expected: tuple[Finding, ...]

    def write(self, root: Path) -> None:
        """Write its files under ``root``."""
        for name, text in self.files:
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")


def read_constructs(directory: Path = CASES) -> list[Construct]:
    """Read every file of ``directory``, in the order of their names."""
    return [read_construct(path) for path in sorted(directory.glob("*.md"))]


def read_construct(path: Path) -> Construct:
    """Read one file; raises `ValueError` when a field or the code is missing."""
    text = path.read_text(encoding="utf-8")
    fields = dict(_FIELD.findall(text))
    blocks = _FENCE.findall(text)
    if not blocks or "area" not in fields:
        raise ValueError(f"{path.name} needs an area and a block of Python with its file's name")
    split: Split = "held-out" if fields.get("split") == "held-out" else "dev"
    return Construct(
        path.stem,
        text,
        fields["area"],
        split,
        tuple((name, _without_marks(code)) for name, code in blocks),
        tuple(found for name, code in blocks for found in _marked(name, code)),
    )


def _without_marks(code: str) -> str:
    return "".join(_MARK.sub("", line) + "\n" for line in code.splitlines())


def _marked(name: str, code: str) -> Iterator[Finding]:
    for number, line in enumerate(code.splitlines(), start=1):
        match = _MARK.search(line)
        for chain in match[1].split(";") if match else ():
            yield Finding(name, number, "", tuple(chain.strip().split(" > ")))
