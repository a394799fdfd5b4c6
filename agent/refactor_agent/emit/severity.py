"""What severities are called in the formats of others."""

from __future__ import annotations

from collections.abc import Mapping

from refactor_agent.domain.region import Severity

__all__ = ["GITHUB_LEVELS", "SARIF_LEVELS"]

SARIF_LEVELS: Mapping[Severity, str] = {"high": "error", "medium": "warning", "low": "note"}
GITHUB_LEVELS: Mapping[Severity, str] = {"high": "error", "medium": "warning", "low": "notice"}
