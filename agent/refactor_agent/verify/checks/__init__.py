"""Checks on the converted tree; each file is one, found by itself."""

from __future__ import annotations

from refactor_agent.verify.checks._run import CheckReport, run_checks

__all__ = ["CheckReport", "run_checks"]
