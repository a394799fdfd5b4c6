"""What passes between the runner and the suites: cases, settings and results."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NamedTuple

__all__ = [
    "CUT_OFF",
    "NULL",
    "PEERS",
    "PERFECT",
    "PLANTED",
    "STAND_INS",
    "SUBJECT",
    "Case",
    "Outcome",
    "Proposer",
    "Result",
    "Setting",
    "Split",
    "Tokens",
    "digest",
]

Split = Literal["dev", "held-out"]
Outcome = Literal["right", "wrong", "refused", "error"]
Proposer = Literal["rules", "model", "both"]

SUBJECT = "refactor-agent"
"""The name of what is measured; peers and stand-ins have names of their own."""
NULL, PERFECT = "null", "perfect"
"""Stand-ins: one that does nothing, and one that gives the answer people wrote."""
PEERS = ("ruff", "flake8-async", "ty-async", "blockbuster", "to-thread", "asyncify-codemod")
"""What people would use instead: three read code, one watches it run, two convert it."""
PLANTED = "planted"
"""A stand-in that gives the wrong answers people wrote: none of them may come out right."""

STAND_INS = (NULL, PERFECT, PLANTED)

CUT_OFF = "cut off"
"""Where a suite broke after a case's first results: those that should follow are missing."""


@dataclass(frozen=True)
class Case:
    """One question of a suite."""

    id: str
    split: Split
    group: str
    """What tables gather it under: an area, a hazard, a package."""
    digest: str
    """Of all that the case consists of: results of other contents are never compared."""
    batch: str = ""
    """Cases of one batch share what is dear to set up, and run in one process."""
    needs: tuple[str, ...] = ()
    """What a machine must offer, such as ``network``."""
    ci: bool = False
    """Whether it belongs to the slice that every change is checked with."""


class Tokens(NamedTuple):
    """What models read and wrote, as far as they told."""

    prompt: int = 0
    completion: int = 0


@dataclass(frozen=True)
class Setting:
    """What a run is asked for, as far as suites need to know."""

    artefacts: Path
    """Where a case that fails leaves what a person needs to understand it."""
    cache: Path
    """What is dear to make and never changes: downloads, environments."""
    proposer: Proposer = "rules"
    model: str = ""
    base_url: str = ""
    price: tuple[float, float] | None = None
    """Of a million tokens that the model reads, and that it writes."""
    peers: tuple[str, ...] = ()
    stand_ins: bool = True
    cases: Path | None = None
    """A directory of cases in place of ours, for a suite that reads such."""
    labels: Path | None = None
    packages: Path | None = None
    seed: int = 0

    @property
    def home(self) -> Path:
        """Where the tool keeps what it remembers: with a model, nothing of an earlier run.

        An answer that is remembered costs nothing, and what answers cost is to be measured.
        """
        return (self.cache if self.proposer == "rules" else self.artefacts.parent) / "home"

    def cost(self, tokens: Tokens) -> float:
        """Give what these tokens cost; 0 where no price is told."""
        asked, answered = self.price or (0.0, 0.0)
        return (asked * tokens.prompt + answered * tokens.completion) / 1_000_000


@dataclass(frozen=True)
class Result:
    """What one subject made of one case."""

    suite: str
    case: str
    split: Split
    group: str
    digest: str
    outcome: Outcome
    """``refused`` is neither right nor wrong: nothing was changed, and it was said why."""
    subject: str = SUBJECT
    points: float = 0.0
    of: float = 0.0
    """Of so many points; 0 where a case can only be spoilt, such as one without a finding."""
    counts: Mapping[str, int] = field(default_factory=dict)
    """Whatever else is counted, such as ``alarms``, ``let through`` or ``vacuous``."""
    reason: str = ""
    seconds: float = 0.0
    tokens: int = 0
    cost: float = 0.0
    """Of these tokens, in the currency of the price that was told."""
    artefact: str = ""
    """The directory under ``artefacts`` that a failure left."""
    lines: int = 0
    """Of Python, in the project that was looked at; 0 where size says nothing."""
    ratios: Mapping[str, Sequence[float]] = field(default_factory=dict)
    """Figures after a conversion over those before it: median, lowest and highest of the rounds."""
    load: float = 0.0
    """Of the machine as this came, over a minute; 0 where not known. Busy ones are slow."""


def digest(*parts: str | bytes) -> str:
    """Give the SHA-256 of ``parts``, told apart, as 16 hex digits."""
    found = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        found.update(len(data).to_bytes(8) + data)
    return found.hexdigest()[:16]
