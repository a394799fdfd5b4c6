"""Verify: the gate that no wrong conversion passes."""

from __future__ import annotations

from refactor_agent.verify.baseline import Baseline, baseline_key, take_baseline
from refactor_agent.verify.change import Change
from refactor_agent.verify.context import Locate
from refactor_agent.verify.differential import Differential
from refactor_agent.verify.gate import COMBINED, verdict_key, verify, verify_combined
from refactor_agent.verify.isolation import Isolation, find_isolation
from refactor_agent.verify.limits import Limits, default_limits
from refactor_agent.verify.located import remember_located
from refactor_agent.verify.sandbox import ProcessSandbox
from refactor_agent.verify.suite import Bench
from refactor_agent.verify.target import Target, make_target
from refactor_agent.verify.workspace import WorkspacePool

__all__ = [
    "COMBINED",
    "Baseline",
    "Bench",
    "Change",
    "Differential",
    "Isolation",
    "Limits",
    "Locate",
    "ProcessSandbox",
    "Target",
    "WorkspacePool",
    "baseline_key",
    "default_limits",
    "find_isolation",
    "make_target",
    "remember_located",
    "take_baseline",
    "verdict_key",
    "verify",
    "verify_combined",
]
