"""Ask a model: cached, limited, charged, and given up when it can't answer."""

from __future__ import annotations

import asyncio
import time
from types import TracebackType
from typing import NamedTuple, Self

from refactor_agent.domain.plan import Refusal
from refactor_agent.llm.breaker import Breaker
from refactor_agent.llm.config import ModelConfig
from refactor_agent.llm.exchange import Exchange, Prompt, Reply, Sent
from refactor_agent.llm.failure import CallError, Failure
from refactor_agent.llm.ladder import Capability, Ladder, Way
from refactor_agent.llm.ledger import CHARACTERS_PER_TOKEN, Entry, Ledger
from refactor_agent.llm.question import question_of
from refactor_agent.llm.transport import Transport
from refactor_agent.ports import Reporter
from refactor_agent.store import Store

__all__ = ["Endpoint"]


class _Call(NamedTuple):
    """One question on its way."""

    prompt: Prompt
    sample: int
    entry: Entry


class Endpoint:
    """A `Model` behind a transport."""

    def __init__(
        self,
        config: ModelConfig,
        transport: Transport,
        *,
        store: Store,
        ledger: Ledger,
        reporter: Reporter | None = None,
    ) -> None:
        self.config = config
        self.ledger = ledger
        self._transport = transport
        self._store = store
        self._reporter = reporter
        self._ladder = Ladder(store, config.base_url, config.model, config.api)
        self._breaker = Breaker()
        self._slots = asyncio.Semaphore(config.concurrency)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._transport.close()

    @property
    def name(self) -> str:
        """The model's name."""
        return self.config.model

    @property
    def disclosure(self) -> str:
        """Say what answers where it is no language model; else nothing."""
        return self.config.disclosure

    async def ask(self, prompt: Prompt, *, sample: int = 0, about: str = "") -> Reply | Refusal:
        """Answer from the cache, else from the endpoint; a refusal when neither can."""
        question = question_of(self.config, prompt, sample)
        call = _Call(
            prompt, sample, Entry(kind="asked", question=question, model=self.name, about=about)
        )
        known = await asyncio.to_thread(self._store.recall, question, Exchange)
        if known is not None:
            key, exchange = known
            entry = self._answered(call, exchange.reply, key)
            await asyncio.to_thread(self.ledger.recall, entry)
            return exchange.reply
        if self.config.offline:
            return _unavailable(f"{self.name} is not asked: --offline")
        async with self._slots:
            try:
                return await self._descend(call)
            except CallError as error:
                return self._give_up(error.failure)

    async def fault(self, prompt: Prompt, reason: str, *, sample: int = 0, about: str = "") -> None:
        """Enter into the ledger that the answer to ``prompt`` was of no use."""
        question = question_of(self.config, prompt, sample)
        entry = Entry(kind="fault", question=question, model=self.name, reason=reason, about=about)
        await asyncio.to_thread(self.ledger.enter, entry)

    async def _descend(self, call: _Call) -> Reply | Refusal:
        """Try the ways that are open, best first, until one is answered."""
        refused: list[Capability] = []
        again = self.config.max_retries
        while True:
            way = await asyncio.to_thread(self._ladder.best, refused)
            if self._breaker.reason is not None:
                return _unavailable(self._breaker.reason)
            limit = await asyncio.to_thread(self._enter, call, way)
            if limit is not None:
                return Refusal(reason="model-limit", message=f"no model call: {limit}")
            started = time.monotonic()
            try:
                reply = await self._transport.call(call.prompt, way, call.sample)
            except CallError as error:
                await self._failed(call, error.failure, time.monotonic() - started)
                capability = way.refused_by(error.failure)
                if capability is not None:
                    refused.append(capability)
                elif error.failure.cut and again > 0:
                    again -= 1
                else:
                    raise
                continue
            seconds = round(time.monotonic() - started, 3)
            reply = reply.model_copy(update={"seconds": seconds})
            await self._keep(call, reply)
            await asyncio.to_thread(self._ladder.close, *refused)
            return reply

    def _enter(self, call: _Call, way: Way) -> str | None:
        """Enter a call and keep what it sends, or give the limit that forbids it."""
        config = self.config
        sent = Sent(
            base_url=config.base_url,
            model=config.model,
            parameters={
                "api": config.api,
                "format": way.rung,
                "stream": config.stream,
                "temperature": config.temperature_of(call.sample),
                "max_output_tokens": config.max_output_tokens,
                "sample": call.sample,
                "without": " ".join(sorted(way.without)),
            },
            prompt=call.prompt,
        )
        entry = call.entry.model_copy(update={"sent": self._store.put(sent)})
        return self.ledger.ask(entry, config.limits, config.change_set_limits, config.model_limits)

    async def _keep(self, call: _Call, reply: Reply) -> None:
        """Remember the answer, then charge for it: a recalled answer settles an open charge."""
        self._breaker.succeed()
        exchange = Exchange(
            base_url=self.config.base_url,
            model=self.name,
            sample=call.sample,
            prompt=call.prompt,
            reply=reply,
        )
        key = await asyncio.to_thread(self._store.remember, call.entry.question, exchange)
        await asyncio.to_thread(self.ledger.enter, self._answered(call, reply, key))

    def _answered(self, call: _Call, reply: Reply, key: str) -> Entry:
        usage, asked, answered = reply.usage, call.prompt.size, len(reply.content)
        prompt_tokens, completion_tokens = usage.prompt_tokens, usage.completion_tokens
        if prompt_tokens is None and completion_tokens is None:
            prompt_tokens = asked // CHARACTERS_PER_TOKEN
            completion_tokens = answered // CHARACTERS_PER_TOKEN
        return call.entry.model_copy(
            update={
                "kind": "answered",
                "usage": usage,
                "seconds": reply.seconds,
                "size": asked + answered,
                "exchange": key,
                "cost": self.config.cost(prompt_tokens or 0, completion_tokens or 0),
            }
        )

    async def _failed(self, call: _Call, failure: Failure, seconds: float) -> None:
        reason = self._transport.clean(failure.message)
        update = {"kind": "failed", "reason": reason, "seconds": round(seconds, 3)}
        await asyncio.to_thread(self.ledger.enter, call.entry.model_copy(update=update))

    def _give_up(self, failure: Failure) -> Refusal:
        message = self._transport.clean(failure.message)
        if failure.rejected:
            return Refusal(reason="prompt-rejected", message=message)
        opened = self._breaker.fail(message, lasting=failure.lasting)
        if opened and self._reporter is not None:
            self._reporter.event("model:unavailable", model=self.name, message=message)
        return _unavailable(message)


def _unavailable(why: str) -> Refusal:
    return Refusal(reason="model-unavailable", message=why)
