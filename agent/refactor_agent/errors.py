"""Faults. Expected outcomes (refused, failed, unverified) are values, never exceptions."""

from __future__ import annotations

__all__ = ["PatchConflictError", "RefactorAgentError", "UsageError"]


class RefactorAgentError(Exception):
    """Base of every fault this package raises on purpose; its text is one line for a person."""


class UsageError(RefactorAgentError):
    """The input or configuration can't be used; the text says what is wrong and how to mend it."""


class PatchConflictError(RefactorAgentError):
    """The target's files are not what the run saw, so a patch must not be applied."""
