"""Fit a prompt into its budget: what is dropped first, and what never is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from refactor_agent.domain.verdict import CheckFailure
from refactor_agent.llm.exchange import Prompt
from refactor_agent.llm.ledger import CHARACTERS_PER_TOKEN
from refactor_agent.llm.request import ModelRequest, Round

__all__ = ["DROPS", "Fitted", "estimated_tokens", "fit"]

_LONGEST_FAILURE = 4_000
"""Characters of one failure's message: a test's assertion and its traceback, not a whole log."""
_CUT = "\n[… {} characters left out …]\n"

Told = tuple[ModelRequest, tuple[Round, ...]]


class Fitted(NamedTuple):
    """A prompt, and what it no longer says."""

    prompt: Prompt
    dropped: tuple[str, ...] = ()
    fits: bool = True


def estimated_tokens(characters: int) -> int:
    """Give the usual number of tokens for so many characters of English and code."""
    return -(-characters // CHARACTERS_PER_TOKEN)


def fit(
    request: ModelRequest,
    rounds: Sequence[Round],
    render: Callable[[ModelRequest, Sequence[Round]], Prompt],
    budget: int,
) -> Fitted:
    """Render what fits into ``budget`` tokens, estimated; one thing after the other is dropped.

    Functions, imports, the calls that matter, refusals, conventions and the latest failure are
    never dropped. The same input gives the same bytes.
    """
    told: Told = (request, tuple(rounds))
    fitted = Fitted(render(*told))
    dropped: list[str] = []
    for name, drop in DROPS:
        if estimated_tokens(fitted.prompt.size) <= budget:
            return fitted
        less = drop(*told)
        if less != told:
            told = less
            dropped.append(name)
            fitted = Fitted(render(*told), tuple(dropped))
    return fitted._replace(fits=estimated_tokens(fitted.prompt.size) <= budget)


def _earlier_rounds(request: ModelRequest, rounds: tuple[Round, ...]) -> Told:
    return request, rounds[-1:]


def _long_failures(request: ModelRequest, rounds: tuple[Round, ...]) -> Told:
    return request, tuple(
        each.model_copy(update={"failures": tuple(_shortened(one) for one in each.failures)})
        for each in rounds
    )


def _shortened(failure: CheckFailure) -> CheckFailure:
    """Keep both ends: the test's name stands in front, the assertion at the end."""
    text, half = failure.message, _LONGEST_FAILURE // 2
    if len(text) <= _LONGEST_FAILURE + len(_CUT):
        return failure
    message = text[:half] + _CUT.format(len(text) - 2 * half) + text[-half:]
    return failure.model_copy(update={"message": message})


def _examples(request: ModelRequest, rounds: tuple[Round, ...]) -> Told:
    return _cards(request, {"before": "", "after": ""}), rounds


def _limits(request: ModelRequest, rounds: tuple[Round, ...]) -> Told:
    return _cards(request, {"limits": ""}), rounds


def _differences(request: ModelRequest, rounds: tuple[Round, ...]) -> Told:
    return _cards(request, {"differs": ""}), rounds


def _cards(request: ModelRequest, update: dict[str, str]) -> ModelRequest:
    cards = tuple(card.model_copy(update=update) for card in request.rules)
    return request.model_copy(update={"rules": cards})


def _context(request: ModelRequest, rounds: tuple[Round, ...]) -> Told:
    files = tuple(file.model_copy(update={"context": ""}) for file in request.files)
    return request.model_copy(update={"files": files}), rounds


def _types(request: ModelRequest, rounds: tuple[Round, ...]) -> Told:
    files = tuple(file.model_copy(update={"types": ""}) for file in request.files)
    return request.model_copy(update={"files": files}), rounds


def _callees(request: ModelRequest, rounds: tuple[Round, ...]) -> Told:
    functions = tuple(part.model_copy(update={"callees": ()}) for part in request.functions)
    return request.model_copy(update={"functions": functions}), rounds


def _callers(request: ModelRequest, rounds: tuple[Round, ...]) -> Told:
    """Leave the callers that are in the task: their calls change with the functions."""
    functions = tuple(
        part.model_copy(update={"callers": tuple(one for one in part.callers if one.planned)})
        for part in request.functions
    )
    return request.model_copy(update={"functions": functions}), rounds


DROPS: tuple[tuple[str, Callable[[ModelRequest, tuple[Round, ...]], Told]], ...] = (
    ("the rules' examples", _examples),
    ("the rules' limits", _limits),
    ("attempts before the latest", _earlier_rounds),
    ("the middle of long failures", _long_failures),
    ("callers outside the task", _callers),
    ("functions they call", _callees),
    ("types of other files", _types),
    ("definitions around the functions", _context),
    ("what differs between libraries", _differences),
)
"""In this order, and no more of it than it takes."""
