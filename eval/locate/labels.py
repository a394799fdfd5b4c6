"""Sites that were labelled by reading, and how a tool's findings stand to them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

from eval.locate.finding import Finding

__all__ = ["Label", "Score", "meets", "read_labels", "score"]

Kind = Literal["direct", "transitive", "negative"]
Score = Mapping[tuple[Kind, bool], int]
"""How many labels of a kind have a finding, and how many have none."""


class Label(NamedTuple):
    """A site in a package: one that blocks, or one that looks as if it did."""

    package: str
    file: str
    line: int
    kind: Kind
    chain: tuple[str, ...]


def read_labels(path: Path) -> tuple[Label, ...]:
    """Read a JSON list of objects with these fields; others are passed over."""
    return tuple(
        Label(row["package"], row["file"], row["line"], row["kind"], tuple(row["chain"]))
        for row in json.loads(path.read_bytes())
    )


def score(labels: Iterable[Label], findings: Sequence[Finding]) -> Score:
    """Count the labels that ``findings`` meet, by kind."""
    return Counter((label.kind, any(meets(f, label) for f in findings)) for label in labels)


def meets(finding: Finding, label: Label) -> bool:
    """Say whether a finding is about a label: its place and, where the tool tells it, its chain.

    Of the last link only the method counts: a client's class has more than one name.
    """
    if (finding.file, finding.line) != (label.file, label.line):
        return False
    if not finding.chain:
        return True
    same_end = _last(finding.chain) == _last(label.chain)
    return same_end and (label.kind == "negative" or finding.chain[:-1] == label.chain[:-1])


def _last(chain: Sequence[str]) -> str:
    return chain[-1].rpartition(".")[2]
