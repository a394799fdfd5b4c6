"""What makes two calls the same question, so that the first one's answer is the second's."""

from __future__ import annotations

from refactor_agent.llm.config import ModelConfig
from refactor_agent.llm.exchange import Prompt
from refactor_agent.tree import sha256

__all__ = ["question_of"]


def question_of(config: ModelConfig, prompt: Prompt, sample: int = 0) -> str:
    """Give the cache's key: which model, where, how warm, how long, what, the how-manieth time.

    How the answer travels (streamed or not, by which API, in which format) is not part of it.
    """
    asked = (
        config.base_url,
        config.model,
        str(config.temperature_of(sample)),
        str(config.max_output_tokens),
        str(sample),
        prompt.digest,
    )
    return sha256("\0".join(asked).encode())
