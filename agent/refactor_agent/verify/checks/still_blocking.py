"""The converted code blocks the loop no more."""

from __future__ import annotations

from collections.abc import Iterator

from refactor_agent.domain.region import Region
from refactor_agent.verify.checks._check import Check, Example, Objection
from refactor_agent.verify.checks._functions import FunctionChange, turned_async
from refactor_agent.verify.context import Context

__all__ = ["CHECK"]


def _find(context: Context) -> Iterator[Objection]:
    before, after = context.located_before, context.located_after
    if before is None or after is None:
        return
    resolved = {region for change in context.changes for region in change.change_set.regions}
    known = {region.id for region in before.regions}
    left_alone = {_leaf(region) for region in before.regions if region.id not in resolved}
    turned = turned_async(context)
    for region in after.regions:
        site = region.hops[-1].site
        chain = " -> ".join(region.chain)
        if region.id in resolved:
            yield Objection(f"{site}: {region.callee} still blocks the loop: {chain}", site)
        elif region.id in known or region.confidence == "low" or _leaf(region) in left_alone:
            continue  # no part of this change, and no worse than before
        elif _is_touched(region, context, turned):
            yield Objection(f"{site}: {region.callee} blocks the loop now: {chain}", site)


def _leaf(region: Region) -> tuple[str, str, str]:
    """The blocking call by itself, whichever chain leads to it."""
    return region.hops[-1].function, region.callee, region.snippet


def _is_touched(region: Region, context: Context, turned: tuple[FunctionChange, ...]) -> bool:
    return any(hop.site.file in context.files for hop in region.hops) or any(
        hop.function.endswith("." + change.name) for hop in region.hops for change in turned
    )


_BEFORE = """\
import asyncio
import time


def load(k):
    time.sleep(1)
    return k


async def handler(k):
    return load(k)
"""
_HALF = _BEFORE.replace("def load", "async def load").replace("return load", "return await load")

CHECK = Check(
    name="still-blocking",
    hazards=("H-W1",),
    reason="An async handler that blocks stalls every other request.",
    find=_find,
    examples=(
        Example("coloured, and still blocking", _BEFORE, _HALF, "time.sleep"),
        Example(
            "a new blocking call",
            _BEFORE,
            _HALF.replace("    time.sleep(1)", "    await asyncio.sleep(1)\n    open(k).read()"),
            "blocks the loop now",
        ),
        Example(
            "resolved",
            _BEFORE,
            _HALF.replace("    time.sleep(1)", "    await asyncio.sleep(1)"),
        ),
    ),
)
