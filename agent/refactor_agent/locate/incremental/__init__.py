"""What is kept of functions from scan to scan: what no edit can have changed is not worked out."""

from __future__ import annotations

from refactor_agent.locate.incremental.keeping import Earlier, Kept
from refactor_agent.locate.incremental.nearby import Nearby

__all__ = ["Earlier", "Kept", "Nearby"]
