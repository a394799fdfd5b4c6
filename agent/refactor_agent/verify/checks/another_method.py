"""What was called of a thing is still called, not what stands beside it."""

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

_OWN = frozenset({"self", "cls"})
"""What a class calls of itself is its own code, and goes by the names that its twins have."""
_ANY = frozenset({"request"})
"""Says itself which one it is."""
_Called = Mapping[str, frozenset[str]]


def _find(context: Context) -> Iterator[Objection]:
    for change, before, module in changed_by_model(context):
        yield from _others(change, before, module)


def _others(change: FunctionChange, before: FunctionNode, module: Module) -> Iterator[Objection]:
    kept = not brings_library(change)  # else what an object keeps may be another thing
    old = _called(module, before, kept=kept)
    new = _called(change.module_after, change.after, kept=kept)
    for owner in sorted(old.keys() & new.keys()):
        gone, fresh = old[owner] - new[owner], new[owner] - old[owner] - _ANY
        twins = {name for name in gone if f"a{name}" in fresh}
        made = {name for name in fresh if name[:1].isupper()}  # by whose methods it goes now
        gone, fresh = gone - twins, fresh - {f"a{name}" for name in twins} - made
        if gone and fresh:
            was, now = ", ".join(sorted(gone)), ", ".join(sorted(fresh))
            message = f"{change.name}: {owner} was asked for {was}, and is asked for {now}"
            yield Objection(message, change.site(change.after))


def _called(module: Module, function: FunctionNode, *, kept: bool) -> _Called:
    """The methods by what they are called of; names with another value are other things."""
    found: dict[str, set[str]] = defaultdict(set)
    owners = Owners(module, function)
    for node in owners.calls(kept=kept):
        if isinstance(node.func, ast.Attribute) and ast.unparse(node.func.value) not in _OWN:
            found[owners.of(node.func.value)].add(_bare(node.func.attr))
    return {owner: frozenset(methods) for owner, methods in found.items()}


def _bare(method: str) -> str:
    """The name without what says that it is async; one `a` before it is told by its other."""
    return method.removeprefix("Async").replace("async_", "").removesuffix("_async")


def _model(title: str, before: str, after: str, says: str = "") -> Example:
    return Example(title, _HEAD + before, _HEAD + after, says, by="model")


_HEAD = "import asyncio\nimport shutil\n\nimport httpx\nimport requests\n\n\n"
_COPY = "def f(a, b):\n    shutil.copy2(a, b)\n"
_LINES = (
    "def f(u):\n    with httpx.Client() as c, c.stream('GET', u) as r:\n"
    "        for x in r.iter_lines():\n            use(x)\n"
)


def _lines(method: str) -> str:
    after = _LINES.replace("def", "async def").replace("with", "async with")
    return (
        after.replace("Client", "AsyncClient").replace("for", "async for")
    ).replace("iter_lines", method)  # fmt: skip


CHECK = Check(
    name="another-method",
    hazards=("H-H1", "H-S2", "H-E4"),
    reason="It is called alike, and does less, or more, or at another moment.",
    level="doubtful",
    find=_find,
    examples=(
        _model("a copy without its times", _COPY,
                "async def f(a, b):\n    await asyncio.to_thread(shutil.copyfile, a, b)\n",
                "shutil was asked for copy2, and is asked for copyfile"),
        _model("told to one", "async def f(c):\n    save(c)\n    c.notify_all()\n",
                "async def f(c):\n    await save(c)\n    c.notify()\n", "asked for notify"),
        _model("pieces for lines", _LINES, _lines("aiter_text"), "asked for aiter_text"),
        _model("lines", _LINES, _lines("aiter_lines")),
        _model("the same copy", _COPY,
                "async def f(a, b):\n    await asyncio.to_thread(shutil.copy2, a, b)\n"),
        _model("another library's answer",
                "def f(u):\n    r = requests.get(u)\n    return r.iter_content()\n",
                "async def f(u):\n    async with httpx.AsyncClient() as c:\n"
                "        r = await c.get(u)\n        return r.iter_bytes()\n"),
        _model("by a client", "def f(u):\n    return httpx.get(u)\n",
                "async def f(u):\n    async with httpx.AsyncClient() as c:\n"
                "        return await c.get(u)\n"),
        _model("a stack that awaits", "def f(s):\n    s.enter_context(g())\n",
                "async def f(s):\n    await s.enter_async_context(g())\n"),
        Example("a client that the object keeps, of another library",
                "import requests\n\n\nclass A:\n    def f(self, u):\n"
                "        return self.session.head(u)\n",
                "import httpx\n\n\nclass A:\n    async def f(self, u):\n"
                "        return await self.session.options(u)\n", by="model"),
        _model("its own twin", "class A:\n    def f(self):\n        return self.load()\n",
                "class A:\n    async def f(self):\n        return await self.fetch()\n"),
    ),
)  # fmt: skip
