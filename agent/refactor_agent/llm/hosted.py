"""The transport over HTTP, by the OpenAI client library."""

from __future__ import annotations

import asyncio
import json

import openai
from openai import AsyncOpenAI
from pydantic import SecretStr

from refactor_agent.llm.chat import ask_chat
from refactor_agent.llm.config import ModelConfig
from refactor_agent.llm.exchange import Prompt, Reply
from refactor_agent.llm.failure import CallError, Failure
from refactor_agent.llm.ladder import Way
from refactor_agent.llm.responses import ask_responses
from refactor_agent.llm.wire import classify

__all__ = ["HostedTransport"]


class HostedTransport:
    """Calls one endpoint. Make it outside a running loop: it loads the TLS context.

    The client library tries again what failed before an answer began, and honours `Retry-After`;
    nothing else here does either.
    """

    def __init__(self, config: ModelConfig, key: SecretStr | None) -> None:
        self._config = config
        self._key = key.get_secret_value() if key else ""
        self._client = AsyncOpenAI(
            api_key=self._key or "none",  # the client insists on one; local servers don't look
            base_url=config.base_url,
            timeout=config.attempt_seconds,
            max_retries=config.max_retries,
        )

    async def call(self, prompt: Prompt, way: Way, sample: int) -> Reply:
        """Give the answer; raises `CallError` when there is none within the total time."""
        ask = ask_responses if self._config.api == "responses" else ask_chat
        try:
            async with asyncio.timeout(self._config.total_seconds):
                return await ask(self._client, self._config, prompt, way, sample)
        except CallError as error:
            failure = error.failure
        except (openai.APIError, TimeoutError) as error:
            failure = classify(error)
        except json.JSONDecodeError as error:
            failure = Failure(f"sent an event that is no JSON: {error}", cut=True)
        raise CallError(failure._replace(message=f"{self._config.base_url} {failure.message}"))

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    def clean(self, text: str) -> str:
        """Take the key out of ``text``."""
        return text.replace(self._key, "***") if self._key else text
