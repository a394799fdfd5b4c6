"""What a person should know about a run as a whole."""

from __future__ import annotations

from refactor_agent.run.services import NOTICE, Services

__all__ = ["notices"]


def notices(services: Services) -> tuple[str, ...]:
    """Give the run's notices, those from its set-up first."""
    found = []
    if not services.record.revision.is_repository:
        found.append(
            "The project is not in a git repository: patches apply with `git apply`, but not with"
            " `git am`, and nothing tells uncommitted work apart from the run's."
        )
    if not services.record.options.tests:
        found.append("Run with --no-tests: nothing can be more than unverified.")
    events = services.audit.events()
    found.extend(str(record["text"]) for record in events if record["event"] == NOTICE)
    return tuple(dict.fromkeys(found))
