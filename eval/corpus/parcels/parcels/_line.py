"""The line to the service: both colours."""

from __future__ import annotations

import asyncio
import time


class Line:
    """Answers after a moment."""

    def __init__(self, answers: list[str]) -> None:
        self.answers = answers
        self.closed = False

    def ask(self, question: str) -> str:
        time.sleep(0.001)
        answer = self.answers.pop(0)
        if answer == "broken":
            raise ConnectionError(question)
        return f"{question}: {answer}"

    def close(self) -> None:
        self.closed = True


class AsyncLine:
    """The same, without holding the loop."""

    def __init__(self, answers: list[str]) -> None:
        self.answers = answers
        self.closed = False

    async def ask(self, question: str) -> str:
        await asyncio.sleep(0.001)
        answer = self.answers.pop(0)
        if answer == "broken":
            raise ConnectionError(question)
        return f"{question}: {answer}"

    async def close(self) -> None:
        self.closed = True
