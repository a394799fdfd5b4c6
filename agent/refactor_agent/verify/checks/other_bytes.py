"""What is signed goes over the wire in the bytes that were signed."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refactor_agent.locate import signs
from refactor_agent.verify.checks._check import Check, Example, Objection
from refactor_agent.verify.checks._functions import changed_functions, own_nodes
from refactor_agent.verify.checks._hops import hop
from refactor_agent.verify.checks._runners import is_sink
from refactor_agent.verify.context import Context
from refactor_agent.verify.syntax import FunctionNode, Module

__all__ = ["CHECK"]

_NEW = frozenset({"httpx", "httpx2"})
"""They write JSON without spaces and in UTF-8; requests and aiohttp as `json.dumps` does."""


def _find(context: Context) -> Iterator[Objection]:
    if not _leaves_requests(context):
        return
    for change in changed_functions(context):
        if change.before is None or not signs(change.module_after.tree):
            continue
        fresh = _awaited_json(change.module_after, change.after)
        if len(fresh) > len(_awaited_json(change.module_before, change.before)):
            message = (
                f"{change.name}: httpx writes other bytes for `json`, and this file signs what it "
                "sends; send `content`"
            )
            yield Objection(message, change.site(fresh[0]))


def _leaves_requests(context: Context) -> bool:
    """Say whether a changed file went from requests to a library that writes JSON otherwise."""
    for file in context.python_files:
        before, after = context.module_before(file), context.module_after(file)
        if before and after and "requests" in _roots(before) and _NEW & _roots(after):
            return True
    return False


def _roots(module: Module) -> set[str]:
    return {meant.partition(".")[0] for meant in module.imported.values()}


def _awaited_json(module: Module | None, function: FunctionNode) -> list[ast.Call]:
    """Give the calls with `json=` whose coroutine is awaited; a thread's are none."""
    return [
        node
        for node in own_nodes(function)
        if isinstance(node, ast.Call)
        and any(word.arg == "json" for word in node.keywords)
        and hop(node) is None
        and module is not None
        and _is_awaited(module, node)
    ]


def _is_awaited(module: Module, node: ast.Call) -> bool:
    """Say whether it is awaited or entered in place, or gathered, or made a task."""
    for parent in module.ancestors(node):
        if isinstance(parent, ast.Call):
            return is_sink(module, parent)
        if not isinstance(parent, ast.Starred | ast.ListComp | ast.GeneratorExp):
            return isinstance(parent, ast.Await | ast.withitem)
    return False


_HEAD = "import hmac\nimport httpx\nimport requests\n\n\n"
_PLAIN = _HEAD.replace("import hmac\n", "")
_BEFORE = "def send(u, event):\n    return requests.post(u, json=event, headers=made(event))\n"
_AFTER = (
    "async def send(u, event):\n    async with httpx.AsyncClient() as c:\n"
    "        return await c.post(u, json=event, headers=made(event))\n"
)
_SHARED = (
    "http = requests.Session()\n\n\nasync def send(u, event):\n    {}http{}.post(u, json=event)\n"
)
_KEY = (
    "def send(u, event):\n    return requests.post(u, json=event, headers={'X-Signature': '1'})\n"
)
_SAYS = "httpx writes other bytes"

CHECK = Check(
    name="other-bytes",
    hazards=("H-R6",),
    reason="The other end checks a signature over the body, and every request is turned away.",
    find=_find,
    examples=(
        Example("a file that signs", _HEAD + _BEFORE, _HEAD + _AFTER, _SAYS),
        Example(
            "a session of the module",
            _HEAD + _SHARED.format("", ""),
            _HEAD
            + _SHARED.format("await ", "()").replace(
                "requests.Session()", "PerLoop(httpx.AsyncClient)"
            ),
            _SAYS,
        ),
        Example(
            "a header of that name",
            _PLAIN + _KEY,
            _PLAIN + _AFTER.replace("made(event)", "{'X-Signature': '1'}"),
            _SAYS,
        ),
        Example(
            "gathered",
            _HEAD + _SHARED.format("", ""),
            _HEAD
            + _SHARED.format("await asyncio.gather(*[", "").replace(
                "json=event)", "json=one) for one in event])"
            ),
            _SAYS,
        ),
        Example("nothing is signed", _PLAIN + _BEFORE, _PLAIN + _AFTER),
        Example(
            "someone signs in",
            _PLAIN + _BEFORE.replace("send", "sign_in"),
            _PLAIN + _AFTER.replace("send", "sign_in"),
        ),
        Example(
            "on a thread",
            _HEAD + _SHARED.format("", ""),
            _HEAD
            + _SHARED.format("await ", "").replace("http.post(u", "offload(http.post, u")
            + "\n\nother = httpx.Client()\n",
        ),
        Example("bytes that were made before", _HEAD + _BEFORE,
                _HEAD + _AFTER.replace("json=event", "content=dumped(event)")),
        Example("both of one kind", _HEAD.replace("import requests\n", "") + _AFTER.replace(
            "async def", "def").replace("async with httpx.AsyncClient", "with httpx.Client")
            .replace("await ", ""), _HEAD.replace("import requests\n", "") + _AFTER),
    ),
)  # fmt: skip
