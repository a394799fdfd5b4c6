"""What goes to a model and what comes back, as values that can be kept and compared."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, Protocol

from refactor_agent.domain.plan import Refusal
from refactor_agent.domain.proposal import Usage
from refactor_agent.domain.values import Value
from refactor_agent.tree import sha256

__all__ = ["Exchange", "Form", "Message", "Model", "Prompt", "Reply", "Rung", "Sent"]

Rung = Literal["schema", "object", "text"]
"""How an answer's shape is asked for: strict JSON schema, any JSON object, words alone."""
Form = Literal["proposal", "review", "triage"]
"""Which shape an answer is to have."""


class Message(Value):
    """One turn of a conversation."""

    role: Literal["system", "user", "assistant"]
    content: str


class Prompt(Value):
    """A rendered conversation, free of secrets, ready to be sent."""

    messages: tuple[Message, ...]
    template: str
    """SHA-256 of the templates it was rendered from."""
    form: Form = "proposal"

    @property
    def digest(self) -> str:
        """SHA-256 of the messages, whatever model they go to."""
        return sha256("\0".join(f"{m.role}\0{m.content}" for m in self.messages).encode())

    @property
    def size(self) -> int:
        """Characters of all messages."""
        return sum(len(message.content) for message in self.messages)


class Reply(Value):
    """An answered call, before anybody has read the answer."""

    content: str
    refusal: str | None = None
    finish_reason: str | None = None
    usage: Usage = Usage()
    served_by: str | None = None
    """The model that the endpoint says answered."""
    seconds: float = 0.0


class Sent(Value):
    """One call as it went out: what the audit log refers to. Free of secrets."""

    base_url: str
    model: str
    parameters: Mapping[str, str | int | float | bool | None]
    prompt: Prompt


class Exchange(Value):
    """One call with its answer: the cache entry."""

    base_url: str
    model: str
    sample: int
    prompt: Prompt
    reply: Reply


class Model(Protocol):
    """Something that answers prompts: an endpoint, a script, a recording."""

    @property
    def name(self) -> str:
        """The model's name, as the proposal's author records it."""
        ...

    @property
    def disclosure(self) -> str:
        """Say what answers where it is no language model; else nothing."""
        ...

    async def ask(self, prompt: Prompt, *, sample: int = 0, about: str = "") -> Reply | Refusal:
        """Answer ``prompt``; a higher ``sample`` asks for another answer to the same one.

        ``about`` is the change set that the call is charged to.
        """
        ...

    async def fault(self, prompt: Prompt, reason: str, *, sample: int = 0, about: str = "") -> None:
        """Take note that the answer to ``prompt`` could not be used."""
        ...
