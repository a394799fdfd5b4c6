"""What to do about a region, in one line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from refactor_agent.domain.region import Region
from refactor_agent.locate.naming import short_name

__all__ = ["Equivalent", "Equivalents", "advice", "notes"]


class Equivalent(Protocol):
    """The async equivalent of a call."""

    @property
    def target(self) -> str:
        """What is awaited."""
        ...

    @property
    def distribution(self) -> str | None:
        """What must be installed for it; `None` for the standard library."""
        ...


class Equivalents(Protocol):
    """Knows async equivalents; `refactor_agent.rulebook.RuleBook` does."""

    def native(self, qualified: str, /) -> Equivalent | None:
        """Give the async equivalent of a blocking call, where there is one."""
        ...

    def thread(self, qualified: str, /) -> str:
        """Say how an object of a type may be used from threads: ``bound`` to its maker's only."""
        ...


def advice(region: Region, rules: Equivalents) -> str:
    """Say what to do: call the async twin, await the equivalent, or let a worker thread wait."""
    if region.kind == "twin" and region.twin is not None:
        twin, of = short_name(region.twin.name), short_name(region.twin.of)
        return f"call the async `{twin}` in place of `{of}`"
    native = rules.native(region.callee)
    if region.kind == "direct":
        offload = _offload(region, rules)
        if native is None:
            return offload
        own = native.target.partition(".")[0] == region.callee.partition(".")[0]
        # Another library may not be at hand; the standard library and the same one are.
        other = "" if own or native.distribution is None else f", or {offload}"
        return f"await `{native.target}` in its place{other}"
    worker = f"call `{short_name(region.hops[0].callee)}` on a worker thread (`asyncio.to_thread`)"
    if native is None:
        return worker
    return f"make the chain async and await `{native.target}`, or {worker}"


def notes(region: Region) -> Iterator[str]:
    """Say what the project itself does in other places about the functions on the chain."""
    twin, elsewhere = region.twin, region.offloaded_at
    if region.once:
        yield f"only on the first call of `{short_name(region.once)}`: its result is kept"
    if twin is not None and region.kind != "twin":
        yield f"`{short_name(twin.of)}` has an async twin, `{short_name(twin.name)}`"
    if elsewhere is not None:
        yield f"`{short_name(elsewhere.callee)}` is offloaded elsewhere, at {elsewhere.site}"


def _offload(region: Region, rules: Equivalents) -> str:
    owner = region.callee.rpartition(".")[0]
    if rules.thread(owner) == "any":
        return "hand it to a worker thread (`asyncio.to_thread`)"
    return (
        f"hand the whole block that makes and uses the `{short_name(owner)}` to one worker thread"
        " (`asyncio.to_thread`)"
    )
