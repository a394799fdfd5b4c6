"""What functions run, kept between scans: what no edit can have changed is not worked out again."""

from __future__ import annotations

from refactor_agent.locate.incremental.keeping import Kept

__all__ = ["Kept"]
