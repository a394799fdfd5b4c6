"""Why cases were refused, by the kind of reason rather than by its words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from eval.runs.values import SUBJECT, Result

__all__ = ["kinds_of", "refused_by_kind", "sentences_of"]

_STATUS = re.compile(r"^(?:(?:left|failed|unverified|refused): )?")
_ATTEMPT = re.compile(r"^(?:native|offload|demote) (?:failed|unverified|refused): ")
_KIND = re.compile(r"^([a-z]+(?:-[a-z]+)+|decorator|generator|deadline|thread): ")
"""A code of a refusal or the name of a check, as `refactor-agent run` gives them."""
_IN_WORDS = {"no passing test executes": "coverage"}
"""What the gate says of a whole change, without the name of a check."""


def sentences_of(reason: str) -> tuple[str, ...]:
    """Give what a result's ``reason`` says, each thing once and without how far it came."""
    parts = (_ATTEMPT.sub("", _STATUS.sub("", part, 1), 1) for part in reason.split("; "))
    return tuple(dict.fromkeys(_without_echo([part.strip() for part in parts if part.strip()])))


def kinds_of(reason: str) -> tuple[str, ...]:
    """Give the kinds that a ``reason`` names, in order; nothing where it is only words."""
    found = (_kind_of(sentence) for sentence in sentences_of(reason))
    return tuple(dict.fromkeys(kind for kind in found if kind))


def _kind_of(sentence: str) -> str:
    match = _KIND.match(sentence)
    words = (kind for words, kind in _IN_WORDS.items() if sentence.startswith(words))
    return match[1] if match else next(words, "")


def refused_by_kind(results: Iterable[Result]) -> Counter[str]:
    """Count, by kind, the cases that the tool refused; a case counts once for each of its kinds."""
    found: Counter[str] = Counter()
    for result in results:
        if result.subject == SUBJECT and result.outcome == "refused":
            found.update(kinds_of(result.reason) or ("in words only",))
    return found


def _without_echo(parts: list[str]) -> Iterator[str]:
    """Leave out what only repeats the words of a sentence that has a kind before them."""
    told = {_KIND.sub("", part) for part in parts if _KIND.match(part)}
    yield from (part for part in parts if _KIND.match(part) or part not in told)
