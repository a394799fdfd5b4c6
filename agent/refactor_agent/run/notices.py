"""What a person should know about a run as a whole."""

from __future__ import annotations

from refactor_agent.run.services import NOTICE, Services
from refactor_agent.verify import Baseline

__all__ = ["notices"]


def notices(services: Services, baseline: Baseline | None) -> tuple[str, ...]:
    """Give the run's notices, those from its set-up first; no ``baseline``: nothing to verify."""
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
    elif baseline is not None and baseline.status == "unusable":
        found.append(f"{_sentence(baseline.message)}: nothing can be more than unverified.")
    elif baseline is not None and baseline.status == "partial":
        found.append(f"{_sentence(baseline.message)}.")
    events = services.audit.events()
    found.extend(str(record["text"]) for record in events if record["event"] == NOTICE)
    return tuple(dict.fromkeys(found))


def _sentence(text: str) -> str:
    text = text.rstrip(".")
    return text[:1].upper() + text[1:]
