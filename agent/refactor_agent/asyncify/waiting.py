"""Arguments by which a thread waits only so long, or not at all, which tasks say otherwise.

``queue.get(timeout=5)`` has no such argument in asyncio: it becomes a helper that waits that long
and ends as the thread's call does; ``queue.get(block=False)`` becomes ``queue.get_nowait()``.

Source: the references of `threading`, `queue`, `asyncio` and `anyio`, as of Python 3.11, anyio 4.
"""

from __future__ import annotations

from typing import NamedTuple

import libcst as cst

from refactor_agent.asyncify.awaiting import await_
from refactor_agent.asyncify.edit import Edit
from refactor_agent.asyncify.leaves import Member
from refactor_agent.convert.refused import refuse

__all__ = ["Waiting", "waiting"]


class _Shape(NamedTuple):
    """Where a method takes what."""

    kept: int
    """Arguments before those two."""
    block: str
    """The name of the argument that says whether to wait; empty where there is none."""


_SHAPES = {
    "get": _Shape(0, "block"),
    "put": _Shape(1, "block"),
    "acquire": _Shape(0, "blocking"),
    "wait": _Shape(0, ""),
}

_IN_TIME = {
    ("asyncio", "wait", "Event"): """\
async def {name}(event, seconds):
    \"\"\"Say whether ``event`` is set within ``seconds``.\"\"\"
    try:
        await {home}.wait_for(event.wait(), seconds)
    except {home}.TimeoutError:
        pass
    return event.is_set()
""",
    ("asyncio", "wait", "Condition"): """\
async def {name}(condition, seconds):
    \"\"\"Say whether ``condition`` is notified within ``seconds``.\"\"\"
    try:
        return await {home}.wait_for(condition.wait(), seconds)
    except {home}.TimeoutError:
        return False
""",
    ("asyncio", "get", "Queue"): """\
async def {name}(queue, seconds):
    \"\"\"Give the next item; raises `QueueEmpty` when there is none within ``seconds``.\"\"\"
    try:
        return await {home}.wait_for(queue.get(), seconds)
    except {home}.TimeoutError:
        raise {home}.QueueEmpty from None
""",
    ("asyncio", "put", "Queue"): """\
async def {name}(queue, item, seconds):
    \"\"\"Put ``item``; raises `QueueFull` when there is no room within ``seconds``.\"\"\"
    try:
        await {home}.wait_for(queue.put(item), seconds)
    except {home}.TimeoutError:
        raise {home}.QueueFull from None
""",
    ("asyncio", "acquire", ""): """\
async def {name}(lock, seconds):
    \"\"\"Say whether ``lock`` is taken within ``seconds``.\"\"\"
    try:
        await {home}.wait_for(lock.acquire(), seconds)
    except {home}.TimeoutError:
        return False
    return True
""",
    ("anyio", "wait", "Event"): """\
async def {name}(event, seconds):
    \"\"\"Say whether ``event`` is set within ``seconds``.\"\"\"
    with {home}.move_on_after(seconds):
        await event.wait()
    return event.is_set()
""",
    ("anyio", "acquire", ""): """\
async def {name}(lock, seconds):
    \"\"\"Say whether ``lock`` is taken within ``seconds``.\"\"\"
    with {home}.move_on_after(seconds) as scope:
        await lock.acquire()
    return not scope.cancelled_caught
""",
}
_NAMES = {
    "wait": "_waited_for", "get": "_got_in_time", "put": "_put_in_time", "acquire": "_taken_in_time"
}  # fmt: skip
_AT_ONCE = """\
async def {name}(lock):
    \"\"\"Say whether ``lock`` was free, and is taken now.\"\"\"
    if lock.locked():
        return False
    await lock.acquire()
    return True
"""


class Waiting(NamedTuple):
    """A call of a thread's primitive that waits for a time, or not at all."""

    method: str
    kept: tuple[cst.Arg, ...]
    seconds: cst.BaseExpression | None
    """``None``: it does not wait."""
    is_decided: bool = True
    """Whether it waits is written at the call."""

    @property
    def at_once(self) -> str:
        """The method that asyncio has for it; empty where it has none."""
        is_now = self.seconds is None and self.is_decided and self.method != "acquire"
        return f"{self.method}_nowait" if is_now else ""

    def write(self, edit: Edit, node: cst.Call, target: str) -> None:
        """Write the call for the async class ``target``; raises `Refused`."""
        if not self.is_decided:
            refuse(
                "blocking-argument",
                f"whether {self.method} waits is decided at run time; write two calls",
                edit.source.site(node),
            )
        if self.at_once:
            name = self.at_once
            edit.change(node, lambda n: _now(cst.ensure_type(n, cst.Call), name, len(self.kept)))
            return
        helper = _helper(edit, self, target, node)
        seconds, kept = self.seconds, len(self.kept)

        def change(changed: cst.CSTNode) -> cst.CSTNode:
            call = cst.ensure_type(changed, cst.Call)
            receiver = cst.ensure_type(call.func, cst.Attribute).value
            given = [receiver, *(arg.value for arg in call.args[:kept])]
            if seconds is not None:
                at = next(i for i, arg in enumerate(node.args) if arg.value is seconds)
                given.append(call.args[at].value)
            return cst.Call(cst.Name(helper), [cst.Arg(value) for value in given])

        edit.change(node, change)
        await_(edit, node)


def waiting(node: cst.Call, member: Member) -> Waiting | None:
    """Read a call of ``member``; ``None`` where it waits as long as it takes."""
    method = member.old or member.name
    shape = _SHAPES.get(method)
    if shape is None or not member.target or not isinstance(node.func, cst.Attribute):
        return None
    if any(arg.star for arg in node.args):
        return None
    names = [*(["item"] * shape.kept), *([shape.block] if shape.block else []), "timeout"]
    given = {
        arg.keyword.value if arg.keyword else names[at] if at < len(names) else "": arg
        for at, arg in enumerate(node.args)
    }
    kept = tuple(node.args[: shape.kept])
    block, seconds = given.get(shape.block), given.get("timeout")
    if block is not None and _is(block, "False"):
        return Waiting(method, kept, None)
    if block is not None and not _is(block, "True"):
        return Waiting(method, kept, None, is_decided=False)
    if seconds is None or _is(seconds, "None"):
        return Waiting(method, kept, cst.Name("None")) if block is not None else None
    return Waiting(method, kept, seconds.value)


def _is(arg: cst.Arg, name: str) -> bool:
    return isinstance(arg.value, cst.Name) and arg.value.value == name


def _now(call: cst.Call, name: str, kept: int) -> cst.Call:
    func = cst.ensure_type(call.func, cst.Attribute).with_changes(attr=cst.Name(name))
    args = list(call.args[:kept])
    if args:
        args[-1] = args[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)
    return call.with_changes(func=func, args=args)


def _helper(edit: Edit, wanted: Waiting, target: str, node: cst.Call) -> str:
    home, _, kind = target.rpartition(".")
    method = wanted.method
    found = _IN_TIME.get((home, method, kind)) or _IN_TIME.get((home, method, ""))
    name, code = _NAMES[method], found
    if wanted.seconds is None:
        name, code = "_taken_at_once", _AT_ONCE
    if code is None:
        refuse(
            "timeout-argument",
            f"{target}.{method} takes no timeout; wait under a deadline by hand",
            edit.source.site(node),
        )
    if name not in edit.helpers:
        written = edit.source.module.code_for_node(edit.spelling.from_module(home, "wait_for"))
        module, dot, _ = written.rpartition(".")
        if not dot:
            refuse("name-taken", f"import {home} as a module for {name}", edit.source.site(node))
        edit.helpers[name] = code.format(name=name, home=module)
    return name
