"""What a person should know about a run as a whole."""

from __future__ import annotations

from refactor_agent.run.services import Services

__all__ = ["NOTICE", "notices"]

NOTICE = "notice"
"""The audit event that carries a notice, so that it outlives a kill."""


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
    for record in services.audit.events():
        if record["event"] == NOTICE:
            found.append(str(record["text"]))
    return tuple(dict.fromkeys(found))
