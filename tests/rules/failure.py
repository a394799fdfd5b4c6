"""How a rule's example fails."""

from __future__ import annotations


class CaseFailure(Exception):  # noqa: N818 - what a test reports, not a fault
    """The stages do something else than the example says."""
