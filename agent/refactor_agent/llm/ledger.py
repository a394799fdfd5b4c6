"""What a run spends on a model, kept line by line so that a killed run forgets nothing."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from refactor_agent.domain.proposal import Usage
from refactor_agent.domain.values import Value
from refactor_agent.llm.config import NO_LIMITS, Limits

__all__ = ["Entry", "Ledger", "Spent", "exceeded"]

CHARACTERS_PER_TOKEN = 4
"""For endpoints that don't report usage, so that a token limit still holds: the usual figure for
English and code with byte-pair encodings."""


class Entry(Value):
    """One line: a call was asked, answered or failed; its answer was of no use or recalled."""

    kind: Literal["asked", "answered", "failed", "fault", "recalled"]
    question: str
    """The cache's key of the call."""
    model: str
    usage: Usage | None = None
    seconds: float = 0.0
    size: int = 0
    """Characters sent and received."""
    reason: str = ""
    exchange: str = ""
    """Key of the exchange in the store."""
    about: str = ""
    """The change set that the call is for."""
    cost: float | None = None
    """In the currency of the prices; ``None`` where the model has no price."""
    sent: str = ""
    """Key of what was sent, in the store."""


class Spent(Value):
    """The sums of a ledger. Token counts are ``None`` while no endpoint has told any."""

    calls: int = 0
    answered: int = 0
    failed: int = 0
    faults: int = 0
    """Answers that could not be used. They cost what the others cost."""
    recalled: int = 0
    """Answers that came from the cache, for nothing."""
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    cached_tokens: int | None = None
    unmetered: int = 0
    """Answered calls for which the endpoint told no usage."""
    estimated_tokens: int = 0
    """A guess for the unmetered calls, from their length."""
    seconds: float = 0.0
    cost: float | None = None
    """Of the answers of models with a price."""
    unpriced: int = 0
    """Answered calls of models without one."""

    @property
    def tokens(self) -> int:
        """Tokens told and guessed: what a limit is held against."""
        return (self.prompt_tokens or 0) + (self.completion_tokens or 0) + self.estimated_tokens


def exceeded(spent: Spent, limits: Limits) -> str | None:
    """Say which limit leaves no room for another call, or ``None``. The only place that does."""
    if limits.calls is not None and spent.calls >= limits.calls:
        return f"{spent.calls} of {limits.calls} model calls are made"
    if limits.tokens is not None and spent.tokens >= limits.tokens:
        return f"{spent.tokens} of {limits.tokens} tokens are used"
    if limits.seconds is not None and spent.seconds >= limits.seconds:
        return f"{spent.seconds:.0f} of {limits.seconds:.0f} seconds of waiting are over"
    if limits.cost is not None and (spent.cost or 0.0) >= limits.cost:
        return f"{spent.cost or 0.0:.4f} of a cost of {limits.cost:.4f} is spent"
    return None


class Ledger:
    """An append-only file of entries and its running sums. Thread-safe; it does file work."""

    def __init__(self, path: Path, told: Callable[[Entry], None] | None = None) -> None:
        """Read what stands in ``path``, if anything; a torn last line is left out.

        ``told`` hears of every entry before it is written, so that a log of its own is complete.
        """
        self._path = path
        self._told = told
        self._lock = threading.Lock()
        self._spent = Spent()
        self._about: dict[str, Spent] = {}
        self._by_model: dict[str, Spent] = {}
        self._open: set[str] = set()
        self._faulty: set[str] = set()
        for entry in _read(path):
            self._count(entry)

    @property
    def spent(self) -> Spent:
        """The sums so far."""
        return self._spent

    def spent_on(self, about: str) -> Spent:
        """Give the sums of one change set."""
        return self._about.get(about, Spent())

    @property
    def by_model(self) -> Mapping[str, Spent]:
        """The sums of each model, which have prices of their own."""
        return dict(self._by_model)

    def ask(self, call: Entry, limits: Limits, each: Limits, own: Limits = NO_LIMITS) -> str | None:
        """Enter a call that is about to be made, or give the limit that forbids it.

        ``limits`` are those of the run, ``each`` those of the change set that the call is about,
        ``own`` those of the model.
        """
        with self._lock:
            reason = exceeded(self._spent, limits)
            if reason is None and (reason := exceeded(self.spent_on(call.about), each)):
                reason = f"for this change set {reason}"
            spent = self._by_model.get(call.model, Spent())
            if reason is None and (reason := exceeded(spent, own)):
                reason = f"for model {call.model} {reason}"
            if reason is None:
                self._append(call.model_copy(update={"kind": "asked"}))
            return reason

    def enter(self, entry: Entry) -> None:
        """Append ``entry``; a fault that a recalled answer shows again is not entered twice."""
        with self._lock:
            if entry.kind != "fault" or entry.question not in self._faulty:
                self._append(entry)

    def recall(self, entry: Entry) -> None:
        """Enter an answer from the cache; as paid, if a killed run asked and never entered it."""
        with self._lock:
            paid = entry.question in self._open
            self._append(entry.model_copy(update={"kind": "answered" if paid else "recalled"}))

    def _append(self, entry: Entry) -> None:
        if self._told is not None:
            self._told(entry)
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("ab") as file:
            torn = file.tell() > 0 and not _ends_line(self._path)
            file.write(b"\n" * torn + entry.model_dump_json(exclude_defaults=True).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        self._count(entry)

    def _count(self, entry: Entry) -> None:
        if entry.kind == "asked":
            self._open.add(entry.question)
        elif entry.kind in {"answered", "failed"}:
            self._open.discard(entry.question)
        elif entry.kind == "fault":
            self._faulty.add(entry.question)
        self._spent = _add(self._spent, entry)
        self._about[entry.about] = _add(self.spent_on(entry.about), entry)
        self._by_model[entry.model] = _add(self._by_model.get(entry.model, Spent()), entry)


def _add(spent: Spent, entry: Entry) -> Spent:
    field = {"asked": "calls", "fault": "faults"}.get(entry.kind, entry.kind)
    changes: dict[str, int | float | None] = {field: getattr(spent, field) + 1}
    if entry.kind in {"answered", "failed"}:
        changes["seconds"] = spent.seconds + entry.seconds
    if entry.kind == "answered":
        usage = entry.usage or Usage()
        for name in ("prompt_tokens", "completion_tokens", "cached_tokens"):
            changes[name] = _sum(getattr(spent, name), getattr(usage, name))
        if usage.prompt_tokens is None and usage.completion_tokens is None:
            changes["unmetered"] = spent.unmetered + 1
            guess = entry.size // CHARACTERS_PER_TOKEN
            changes["estimated_tokens"] = spent.estimated_tokens + guess
        if entry.cost is None:
            changes["unpriced"] = spent.unpriced + 1
        else:
            changes["cost"] = (spent.cost or 0.0) + entry.cost
    return spent.model_copy(update=changes)


def _sum(first: int | None, second: int | None) -> int | None:
    return second if first is None else first + (second or 0)


def _read(path: Path) -> list[Entry]:
    entries = []
    for line in path.read_bytes().splitlines() if path.is_file() else ():
        try:
            entries.append(Entry.model_validate_json(line))
        except ValidationError:
            continue
    return entries


def _ends_line(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"
