"""A call that is still made of the same thing is given the same, where a model wrote the change."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping

from refactor_agent.verify.checks._check import Check, Example, Objection
from refactor_agent.verify.checks._functions import FunctionChange, changed_by_model
from refactor_agent.verify.checks._owners import Owners, brings_library
from refactor_agent.verify.context import Context
from refactor_agent.verify.syntax import FunctionNode, Module

__all__ = ["CHECK"]

_COMPUTED = (ast.BoolOp, ast.BinOp, ast.IfExp, ast.UnaryOp, ast.Compare)
_Calls = Mapping[str, list[ast.Call]]


def _find(context: Context) -> Iterator[Objection]:
    for change, before, module in changed_by_model(context):
        for message in _altered(change, before, module):
            yield Objection(f"{change.name}: {message}", change.site(change.after))


def _altered(change: FunctionChange, before: FunctionNode, module: Module) -> Iterator[str]:
    """Compare the calls that are made once before and once after."""
    kept = not brings_library(change)  # else what an object keeps may be another thing
    old = _calls(module, before, kept=kept)
    new = _calls(change.module_after, change.after, kept=kept)
    for callee in sorted(old.keys() & new.keys()):
        if len(old[callee]) == len(new[callee]) == 1:
            [was], [now] = old[callee], new[callee]
            yield from _keywords(callee, _given(was), _given(now))
            yield from _computed(callee, was, now)


def _calls(module: Module, function: FunctionNode, *, kept: bool) -> _Calls:
    """What is called, without its arguments; a class and its async twin are one."""
    found: dict[str, list[ast.Call]] = defaultdict(list)
    owners = Owners(module, function)
    for node in owners.calls(kept=kept):
        found[owners.of(node.func)].append(node)
    return found


def _given(call: ast.Call) -> Mapping[str, ast.expr]:
    return {word.arg: word.value for word in call.keywords if word.arg}


def _keywords(
    callee: str, was: Mapping[str, ast.expr], now: Mapping[str, ast.expr]
) -> Iterator[str]:
    """One that is left out, one that comes in beside the others, another constant."""
    if was.keys() > now.keys():
        for word in sorted(was.keys() - now.keys()):
            yield f"{callee} is no longer given {word}"
    if now.keys() > was.keys():
        for word in sorted(now.keys() - was.keys()):
            if isinstance(now[word], ast.Constant):
                yield f"{callee} is newly given {word}={ast.unparse(now[word])}"
    for word in sorted(was.keys() & now.keys()):
        old, new = was[word], now[word]
        constant = isinstance(old, ast.Constant) and isinstance(new, ast.Constant)
        if constant and ast.dump(old) != ast.dump(new):
            yield f"{callee} is given {word}={ast.unparse(new)}, not {ast.unparse(old)}"


def _computed(callee: str, was: ast.Call, now: ast.Call) -> Iterator[str]:
    """What was given as it was is now part of something that is worked out from it."""
    old = [*was.args, *(word.value for word in was.keywords)]
    new = [*now.args, *(word.value for word in now.keywords)]
    texts = {ast.unparse(argument) for argument in new}
    for argument in old:
        text = ast.unparse(argument)
        if text in texts or not isinstance(argument, ast.Name | ast.Attribute):
            continue
        for other in new:
            if isinstance(other, _COMPUTED) and _holds(other, text):
                yield f"{callee} was given {text}, and is given {ast.unparse(other)}"


def _holds(node: ast.expr, text: str) -> bool:
    return any(isinstance(part, ast.expr) and ast.unparse(part) == text for part in ast.walk(node))


_HEAD = "import asyncio\n\nimport httpx\n\n\n"
_GET = (
    "def f(u, p):\n    with httpx.Client(timeout=None) as c:\n        return c.get(u, params=p)\n"
)
_UNLINK = "def f(path):\n    path.unlink()\n"


def _get(words: str = "timeout=None", given: str = "params=p") -> str:
    return (
        f"async def f(u, p):\n    async with httpx.AsyncClient({words}) as c:\n"
        f"        return await c.get(u, {given})\n"
    )


def _model(title: str, before: str, after: str, says: str = "") -> Example:
    return Example(title, _HEAD + before, _HEAD + after, says, by="model")


CHECK = Check(
    name="altered-argument",
    hazards=("H-R2", "H-R3", "H-G5"),
    reason="The call does something else where nobody looked, and the tests do not ask.",
    level="doubtful",
    find=_find,
    examples=(
        _model("the limit of a client", _GET, _get(""), "Client is no longer given timeout"),
        _model("another limit", _GET, _get("timeout=3"), "given timeout=3, not None"),
        _model("nothing for nothing", _GET, _get(given="params=p or None"),
                "was given p, and is given p or None"),
        _model("forgiving", _UNLINK,
                "async def f(path):\n    await asyncio.to_thread(path.unlink, missing_ok=True)\n",
                "newly given missing_ok=True"),
        _model("the same", _GET, _get()),
        Example("a client that the object keeps, of another library",
                "import requests\n\n\nclass A:\n    def f(self, u):\n"
                "        return self.session.get(u)\n",
                "import httpx\n\n\nclass A:\n    async def f(self, u):\n"
                "        return await self.session.get(u, follow_redirects=True)\n", by="model"),
        _model("by a name", _GET.replace("params=p", "params={**p}"), _get()),
        _model("on a thread", _UNLINK,
                "async def f(path):\n    await asyncio.to_thread(path.unlink)\n"),
    ),
)  # fmt: skip
