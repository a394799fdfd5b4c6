"""What carries a prompt to whatever answers it."""

from __future__ import annotations

from typing import Protocol

from refactor_agent.llm.exchange import Prompt, Reply
from refactor_agent.llm.ladder import Way

__all__ = ["Transport"]


class Transport(Protocol):
    """Answers single calls: an endpoint over HTTP, a script, a recording."""

    async def call(self, prompt: Prompt, way: Way, sample: int) -> Reply:
        """Give the answer; raises `CallError` when there is none."""
        ...

    async def close(self) -> None:
        """Give back what is held."""
        ...

    def clean(self, text: str) -> str:
        """Take out of ``text`` what must not be written: some endpoints repeat the key."""
        ...
