"""Edits that do not fit the file they are for."""

from __future__ import annotations

from refactor_agent.errors import PatchConflictError

__all__ = ["SpliceConflictError"]


class SpliceConflictError(PatchConflictError):
    """An edit can't be laid over the tree; nothing of its proposal is applied.

    Reasons: ``encoding``, ``does-not-parse``, ``no-such-function``, ``ambiguous-function``,
    ``changed-function``, ``indentation``, ``name-taken``, ``file-exists``, ``missing-file``.
    """

    def __init__(self, file: str, reason: str, detail: str) -> None:
        super().__init__(f"{file}: {detail}")
        self.file = file
        self.reason = reason
