"""The test command that a project states for tox or nox, where it can be read."""

from __future__ import annotations

from refactor_agent.verify.stated.reading import Stated, stated_command

__all__ = ["Stated", "stated_command"]
