"""A scripted model: answers from a file, for tests and demonstrations. It is no language model."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Literal

from pydantic import Field, JsonValue, ValidationError

from refactor_agent.domain.proposal import Usage
from refactor_agent.domain.values import Value
from refactor_agent.errors import UsageError
from refactor_agent.llm.exchange import Form, Prompt, Reply
from refactor_agent.llm.failure import CallError, Failure
from refactor_agent.llm.ladder import Way

__all__ = ["Line", "Script", "ScriptTransport"]

_NOTHING = Usage(prompt_tokens=0, completion_tokens=0, cached_tokens=0)


class Line(Value):
    """One answer, and the prompts that it is given to."""

    to: tuple[str, ...] = ()
    """All of these texts stand in the prompt."""
    form: Form | None = None
    """Only to prompts that ask for this form."""
    say: str | dict[str, JsonValue]
    """The answer: text, or an object that is written as JSON."""
    times: int | None = Field(default=None, gt=0)
    """How often it may be given; any number of times where nothing is said."""
    refusal: str | None = None
    finish_reason: str = "stop"


class Script(Value):
    """The file: the first line that fits a prompt answers it."""

    format_version: Literal[1] = 1
    lines: tuple[Line, ...]


class ScriptTransport:
    """Answers from a script. Raises `UsageError` when the file is none."""

    def __init__(self, file: str) -> None:
        self._file = file
        try:
            self._script = Script.model_validate_json(Path(file).read_bytes())
        except (OSError, ValidationError) as error:
            raise UsageError(f"{file} is no script of answers: {_first(error)}") from error
        self._left = [line.times for line in self._script.lines]
        self._lock = threading.Lock()

    async def call(self, prompt: Prompt, way: Way, sample: int) -> Reply:
        """Give the first line that fits and is not used up."""
        del way, sample
        text = "\n".join(message.content for message in prompt.messages)
        with self._lock:
            for number, line in enumerate(self._script.lines):
                if self._left[number] == 0 or not _fits(line, prompt, text):
                    continue
                left = self._left[number]
                self._left[number] = None if left is None else left - 1
                return _reply(line)
        raise CallError(Failure(f"{self._file} has no answer to this prompt", rejected=True))

    async def close(self) -> None:
        """Hold nothing."""

    def clean(self, text: str) -> str:
        """Give ``text`` as it is: there is no key."""
        return text


def _fits(line: Line, prompt: Prompt, text: str) -> bool:
    return line.form in {None, prompt.form} and all(part in text for part in line.to)


def _reply(line: Line) -> Reply:
    content = line.say if isinstance(line.say, str) else json.dumps(line.say)
    return Reply(
        content=content, refusal=line.refusal, finish_reason=line.finish_reason, usage=_NOTHING
    )


def _first(error: OSError | ValidationError) -> str:
    if isinstance(error, OSError):
        return str(error.strerror)
    first = error.errors(include_url=False)[0]
    return f"{'.'.join(map(str, first['loc'])) or 'the file'}: {first['msg'].lower()}"
