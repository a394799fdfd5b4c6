"""Record a model's answers, and play them again without the model."""

from __future__ import annotations

import asyncio
import os
import threading
from pathlib import Path

from pydantic import ValidationError

from refactor_agent.domain.proposal import Usage
from refactor_agent.errors import UsageError
from refactor_agent.llm.exchange import Exchange, Prompt, Reply
from refactor_agent.llm.failure import CallError, Failure
from refactor_agent.llm.ladder import Way
from refactor_agent.llm.transport import Transport

__all__ = ["RecordingTransport", "ReplayTransport"]

_NOTHING = Usage(prompt_tokens=0, completion_tokens=0, cached_tokens=0)


class RecordingTransport:
    """Hands calls on, and keeps each answer as a line of ``file``: redacted, as it was sent."""

    def __init__(self, inner: Transport, file: str, model: str, base_url: str) -> None:
        self._inner = inner
        self._file = Path(file)
        self._model = model
        self._base_url = base_url
        self._lock = threading.Lock()

    async def call(self, prompt: Prompt, way: Way, sample: int) -> Reply:
        """Give the answer of the inner transport."""
        reply = await self._inner.call(prompt, way, sample)
        exchange = Exchange(
            base_url=self._base_url, model=self._model, sample=sample, prompt=prompt, reply=reply
        )
        await asyncio.to_thread(self._keep, exchange)
        return reply

    async def close(self) -> None:
        """Close the inner transport."""
        await self._inner.close()

    def clean(self, text: str) -> str:
        """Clean as the inner transport does."""
        return self._inner.clean(text)

    def _keep(self, exchange: Exchange) -> None:
        with self._lock, self._file.open("ab") as file:
            file.write(exchange.model_dump_json().encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())


class ReplayTransport:
    """Answers from a recording. Raises `UsageError` when the file is none.

    The same prompt gets the same answer, whichever model gave it; nothing is charged.
    """

    def __init__(self, file: str) -> None:
        self._file = file
        self._replies: dict[tuple[str, int], Reply] = {}
        try:
            for line in Path(file).read_bytes().splitlines():
                exchange = Exchange.model_validate_json(line)
                key = exchange.prompt.digest, exchange.sample
                self._replies[key] = exchange.reply.model_copy(update={"usage": _NOTHING})
        except (OSError, ValidationError) as error:
            raise UsageError(
                f"{file} is no recording of answers; make one with --record"
            ) from error

    async def call(self, prompt: Prompt, way: Way, sample: int) -> Reply:
        """Give the recorded answer."""
        del way
        reply = self._replies.get((prompt.digest, sample))
        if reply is None:
            raise CallError(Failure(f"{self._file} holds no answer to this prompt", rejected=True))
        return reply

    async def close(self) -> None:
        """Hold nothing."""

    def clean(self, text: str) -> str:
        """Give ``text`` as it is: there is no key."""
        return text
