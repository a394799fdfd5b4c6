"""The loop: ask the model, do what it wants, tell it, until it has an answer."""

import json
from dataclasses import dataclass
from typing import Any

from tool_agent.memory import Memory
from tool_agent.model import Model
from tool_agent.settings import Settings
from tool_agent.tools import DESCRIPTIONS, TOOLS

SYSTEM = {"role": "system", "content": "You help customers of a shop. Use the tools."}


class TooManySteps(Exception):
    """The model went on asking for tools."""


@dataclass
class Answer:
    """What the customer reads, and what it took."""

    text: str
    steps: int
    tools: list[str]


class Agent:
    """Answers questions."""

    def __init__(self, settings: Settings, model: Model, memory: Memory) -> None:
        self.settings = settings
        self._model = model
        self.memory = memory

    async def ask(self, conversation: str, question: str) -> Answer:
        """Answer a question within a conversation."""
        said = await self.memory.recall(conversation)
        asked = {"role": "user", "content": question}
        messages = [SYSTEM, *said, asked]
        used: list[str] = []
        for step in range(1, self.settings.max_steps + 1):
            message = await self._model.next_message(messages, DESCRIPTIONS)
            if not message.tool_calls:
                answer = {"role": "assistant", "content": message.content or ""}
                self.memory.append(conversation, asked, answer)
                return Answer(answer["content"], step, used)
            messages.append(message.model_dump(exclude_none=True))
            for call in message.tool_calls:
                used.append(call.function.name)
                messages.append(await self._use(call))
        raise TooManySteps(f"no answer after {self.settings.max_steps} steps")

    async def _use(self, call: Any) -> dict[str, Any]:
        function = TOOLS.get(call.function.name)
        if function is None:
            said = f"There is no tool {call.function.name}."
        else:
            said = await function(self.settings, json.loads(call.function.arguments))
        return {"role": "tool", "tool_call_id": call.id, "content": said}
