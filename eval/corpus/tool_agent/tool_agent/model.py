"""The completion server, through the openai client."""

import time
from typing import Any

import openai
from openai.types.chat import ChatCompletionMessage

from tool_agent.settings import Settings


class ModelUnavailable(Exception):
    """The server did not answer, or did not want to."""


class Model:
    """Asks for the next message of a conversation."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    async def next_message(
        self, messages: list[dict[str, Any]], tools: list[dict[str, Any]]
    ) -> ChatCompletionMessage:
        """Return what the model says next; it is asked again when it is busy."""
        for attempt in range(self._settings.max_attempts):
            try:
                return self._complete(messages, tools)
            except openai.RateLimitError:
                back_off(self._settings.backoff, attempt)
            except openai.APIError as error:
                raise ModelUnavailable(str(error)) from error
        raise ModelUnavailable("the model is busy")

    def _complete(
        self, messages: list[dict[str, Any]], tools: list[dict[str, Any]]
    ) -> ChatCompletionMessage:
        with openai.OpenAI(
            base_url=self._settings.model_url, api_key="local", max_retries=0
        ) as client:
            completion = client.chat.completions.create(
                model=self._settings.model, messages=messages, tools=tools
            )
        return completion.choices[0].message


def back_off(first: float, attempt: int) -> None:
    """Wait longer and longer."""
    time.sleep(first * 2**attempt)
