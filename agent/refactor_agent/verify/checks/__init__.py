"""Checks on the converted tree; each file is one, found by itself."""

from __future__ import annotations

from refactor_agent.verify.checks._run import CheckReport, all_checks, run_checks

__all__ = ["CheckReport", "all_checks", "run_checks"]
