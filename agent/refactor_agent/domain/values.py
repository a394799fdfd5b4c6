"""The base of every value that passes between stages."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

__all__ = ["Value"]


class Value(BaseModel):
    """A frozen record that survives a JSON round trip unchanged and rejects unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")
