"""Ask an OpenAI-compatible endpoint: cached, limited, charged, and given up when it is down."""

from __future__ import annotations

import asyncio
import time
from types import TracebackType
from typing import Self

import openai
from openai import AsyncOpenAI
from openai.types.chat import ChatCompletionMessageParam
from openai.types.chat.completion_create_params import ResponseFormat
from pydantic import SecretStr

from refactor_agent.domain.plan import Refusal
from refactor_agent.llm.answer import Answer
from refactor_agent.llm.breaker import Breaker
from refactor_agent.llm.config import ModelConfig
from refactor_agent.llm.exchange import Exchange, Prompt, Reply, Rung
from refactor_agent.llm.ladder import Ladder
from refactor_agent.llm.ledger import Entry, Ledger
from refactor_agent.llm.review_answer import ReviewAnswer
from refactor_agent.llm.schema import strict_schema
from refactor_agent.llm.wire import CallError, Failure, classify, read_completion
from refactor_agent.ports import Reporter
from refactor_agent.store import Store
from refactor_agent.tree import sha256

__all__ = ["Endpoint"]


class Endpoint:
    """A `Model` behind HTTP. Make it outside a running loop: it loads the TLS context."""

    def __init__(
        self,
        config: ModelConfig,
        key: SecretStr | None,
        *,
        store: Store,
        ledger: Ledger,
        reporter: Reporter | None = None,
    ) -> None:
        self.config = config
        self.ledger = ledger
        self._key = key.get_secret_value() if key else ""
        self._store = store
        self._reporter = reporter
        self._ladder = Ladder(store, config.base_url, config.model)
        self._breaker = Breaker()
        self._slots = asyncio.Semaphore(config.concurrency)
        self._client = AsyncOpenAI(
            api_key=self._key or "none",  # the client insists on one; local servers don't look
            base_url=config.base_url,
            timeout=config.attempt_seconds,
            max_retries=config.max_retries,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._client.close()

    @property
    def name(self) -> str:
        """The model's name."""
        return self.config.model

    async def ask(self, prompt: Prompt, *, sample: int = 0, about: str = "") -> Reply | Refusal:
        """Answer from the cache, else from the endpoint; a refusal when neither can."""
        question = self._question(prompt, sample)
        call = Entry(kind="asked", question=question, model=self.name, about=about)
        known = await asyncio.to_thread(self._store.recall, question, Exchange)
        if known is not None:
            key, exchange = known
            entry = _answered(call, prompt, exchange.reply, key)
            await asyncio.to_thread(self.ledger.recall, entry)
            return exchange.reply
        async with self._slots:
            try:
                return await self._descend(prompt, call, sample)
            except CallError as error:
                return self._give_up(error.failure)

    async def fault(self, prompt: Prompt, reason: str, *, sample: int = 0, about: str = "") -> None:
        """Enter into the ledger that the answer to ``prompt`` was of no use."""
        question = self._question(prompt, sample)
        entry = Entry(kind="fault", question=question, model=self.name, reason=reason, about=about)
        await asyncio.to_thread(self.ledger.enter, entry)

    async def _descend(self, prompt: Prompt, call: Entry, sample: int) -> Reply | Refusal:
        """Try the rungs that are open, best first, until one is answered."""
        refused: list[Rung] = []
        for rung in await asyncio.to_thread(self._ladder.open_rungs):
            if self._breaker.reason is not None:
                return _unavailable(self._breaker.reason)
            limits = self.config.limits, self.config.change_set_limits
            limit = await asyncio.to_thread(self.ledger.ask, call, *limits)
            if limit is not None:
                return Refusal(reason="model-limit", message=f"no model call: {limit}")
            try:
                reply = await self._call(prompt, rung)
            except CallError as error:
                await self._failed(call, error.failure)
                if not error.failure.format_refused or rung == "text":
                    raise
                refused.append(rung)
                continue
            await self._keep(prompt, call, sample, reply)
            await asyncio.to_thread(self._ladder.close, *refused)
            return reply
        raise AssertionError("unreachable: the lowest rung answers or raises")

    async def _call(self, prompt: Prompt, rung: Rung) -> Reply:
        config, started = self.config, time.monotonic()
        try:
            async with asyncio.timeout(config.total_seconds):
                response = await self._client.chat.completions.with_raw_response.create(
                    model=config.model,
                    messages=_messages(prompt),
                    response_format=_format(rung, prompt),
                    temperature=openai.omit if config.temperature is None else config.temperature,
                    max_tokens=config.max_output_tokens or openai.omit,
                )
        except (openai.APIError, TimeoutError) as error:
            raise CallError(classify(error)) from error
        return read_completion(response.text, time.monotonic() - started)

    async def _keep(self, prompt: Prompt, call: Entry, sample: int, reply: Reply) -> None:
        """Remember the answer, then charge for it: a recalled answer settles an open charge."""
        self._breaker.succeed()
        exchange = Exchange(
            base_url=self.config.base_url,
            model=self.name,
            sample=sample,
            prompt=prompt,
            reply=reply,
        )
        key = await asyncio.to_thread(self._store.remember, call.question, exchange)
        entry = _answered(call, prompt, reply, key)
        await asyncio.to_thread(self.ledger.enter, entry)

    async def _failed(self, call: Entry, failure: Failure) -> None:
        reason = self._clean(failure.message)
        entry = call.model_copy(update={"kind": "failed", "reason": reason})
        await asyncio.to_thread(self.ledger.enter, entry)

    def _give_up(self, failure: Failure) -> Refusal:
        message = f"{self.config.base_url} {self._clean(failure.message)}"
        if failure.rejected:
            return Refusal(reason="prompt-rejected", message=message)
        opened = self._breaker.fail(message, lasting=failure.lasting)
        if opened and self._reporter is not None:
            self._reporter.event("model:unavailable", model=self.name, message=message)
        return _unavailable(message)

    def _clean(self, text: str) -> str:
        """Take the key out of ``text``: some endpoints repeat it in their complaint."""
        return text.replace(self._key, "***") if self._key else text

    def _question(self, prompt: Prompt, sample: int) -> str:
        config = self.config
        asked = (
            config.base_url,
            config.model,
            str(config.temperature),
            str(config.max_output_tokens),
            str(sample),
            prompt.digest,
        )
        return sha256("\0".join(asked).encode())


_SCHEMAS = {"proposal": strict_schema(Answer), "review": strict_schema(ReviewAnswer)}


def _format(rung: Rung, prompt: Prompt) -> ResponseFormat | openai.Omit:
    if rung == "text":
        return openai.omit
    if rung == "object":
        return {"type": "json_object"}
    schema = _SCHEMAS[prompt.form]
    return {
        "type": "json_schema",
        "json_schema": {"name": "answer", "schema": schema, "strict": True},
    }


def _answered(call: Entry, prompt: Prompt, reply: Reply, key: str) -> Entry:
    return Entry(
        kind="answered",
        question=call.question,
        model=call.model,
        usage=reply.usage,
        seconds=reply.seconds,
        size=prompt.size + len(reply.content),
        exchange=key,
        about=call.about,
    )


def _messages(prompt: Prompt) -> list[ChatCompletionMessageParam]:
    return [_message(message.role, message.content) for message in prompt.messages]


def _message(role: str, content: str) -> ChatCompletionMessageParam:
    if role == "system":
        return {"role": "system", "content": content}
    if role == "assistant":
        return {"role": "assistant", "content": content}
    return {"role": "user", "content": content}


def _unavailable(why: str) -> Refusal:
    return Refusal(reason="model-unavailable", message=why)
