"""What a person should know about a run as a whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from refactor_agent.run.services import NOTICE, Services
from refactor_agent.verify import Baseline

__all__ = ["notices", "of_tests"]

_SHOWN = 5


def notices(
    services: Services, baseline: Baseline | None, by_hand: Sequence[str] = ()
) -> tuple[str, ...]:
    """Give the run's notices, those from its set-up first.

    No ``baseline``: there was nothing to verify. ``by_hand``: dependencies a person must declare.
    """
    found = []
    if not services.record.revision.is_repository:
        found.append(
            "The project is not in a git repository: patches apply with `git apply`, but not with"
            " `git am`, and nothing tells uncommitted work apart from the run's."
        )
    if services.record.options.offline:
        found.append("Run with --offline: no model was asked.")
    if not services.record.options.tests:
        found.append("Run with --no-tests: nothing can be more than unverified.")
    elif baseline is not None:
        found.extend(of_tests(baseline, services.gate.bench.sandbox.warning))
    if by_hand:
        found.append(
            f"The patches need {', '.join(by_hand)}: declare that where the project declares its"
            " dependencies; no file for it was found that can be edited."
        )
    events = services.audit.events()
    found.extend(str(record["text"]) for record in events if record["event"] == NOTICE)
    return tuple(dict.fromkeys(found))


def of_tests(baseline: Baseline, warning: str) -> Iterator[str]:
    """Say what is worth to know of the suite; ``warning`` says why it runs without walls."""
    if warning:
        yield f"{_sentence(warning)}."
    if baseline.unread:
        ran = " ".join(baseline.command)
        yield f"{_sentence(baseline.unread)}. The tests were found by looking: `{ran}`."
    if baseline.status == "unusable":
        yield f"{_sentence(baseline.message)}: nothing can be more than unverified."
    elif baseline.status == "partial":
        yield f"{_sentence(baseline.message)}."
    if baseline.blocked:
        yield (
            f"Tests tried to reach {_some(list(baseline.blocked))}: only loopback is open to them,"
            " so these calls failed."
        )
    if baseline.vacuous:
        yield (
            f"{len(baseline.vacuous)} async tests end without running, as nothing awaits them, and"
            f" count for nothing: {_some(baseline.vacuous)}. Let IsolatedAsyncioTestCase run them,"
            " or a plugin such as pytest-asyncio."
        )
    if baseline.flaky:
        yield (
            f"{len(baseline.flaky)} tests end in one way and another and count for nothing:"
            f" {_some(baseline.flaky)}."
        )
    if baseline.alone:
        yield (
            "The tests get into each other's way when they run twice at once, at a port or a file"
            " perhaps: they were run one after the other, which takes longer."
        )


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:_SHOWN]) + (" …" if len(names) > _SHOWN else "")


def _sentence(text: str) -> str:
    text = text.rstrip(".")
    return text[:1].upper() + text[1:]
