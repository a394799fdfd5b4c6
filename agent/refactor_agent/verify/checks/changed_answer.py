"""What answers in the place of a service answers to the same requests, in the same way."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator

from refactor_agent.verify.checks._check import Check, Example, Objection
from refactor_agent.verify.checks._functions import FunctionChange, changed_functions
from refactor_agent.verify.checks._registered import Registered, answers
from refactor_agent.verify.context import Context
from refactor_agent.verify.syntax import FunctionNode, dotted

__all__ = ["CHECK"]

_OFF = "False"
_SETTINGS = frozenset({"assert_all_called", "assert_all_mocked"})
_RENAMED = {"assert_all_requests_are_fired": "assert_all_called"}


def _find(context: Context) -> Iterator[Objection]:
    for change in changed_functions(context):
        if change.before is not None:
            where = change.site(change.after)
            for message in _differences(change.before, change.after):
                yield Objection(f"{change.name}: {message}", where)
        elif _is_helper(change):
            for one, call in answers(change.after):
                yield Objection(
                    f"{change.name}: it is new, and gives {_told(one)}", change.site(call)
                )


def _is_helper(change: FunctionChange) -> bool:
    """Say whether a new function is no test, and stands within none that was there."""
    known = change.module_before.functions if change.module_before is not None else None
    if known is None or change.after.name.startswith("test"):
        return False
    return not any(change.name.startswith(f"{name}.") for name in known)


def _differences(before: FunctionNode, after: FunctionNode) -> Iterator[str]:
    old = Counter(found for found, _ in answers(before))
    if not old:
        return
    new = Counter(found for found, _ in answers(after))
    for one in old - new:
        yield f"{_told(one)} is gone or changed"
    for one in new - old:
        yield f"{_told(one)} was not there before"
    for text in sorted(_looser(after) - _looser(before)):
        yield f"`{text}` lets the test pass with fewer requests"


def _told(one: Registered) -> str:
    if not one.method:
        return f"the answer by {one.url}"
    said = ", ".join(f"{name} {text}" for name, text in one.answer)
    return f"the answer to {one.method} {one.url} ({said})"


def _looser(test: FunctionNode) -> set[str]:
    """Give the settings by which requests need not be made, or need no answer that is registered.

    By themselves responses (but for its context manager) and requests_mock do not ask for each
    answer to be used.
    """
    found: set[str] = set()
    text = ast.unparse(test)
    if "RequestsMock(" not in text and ("responses." in text or "requests_mock." in text):
        found.add("assert_all_called=False")
    for call in (node for node in ast.walk(test) if isinstance(node, ast.Call)):
        for word in call.keywords:
            setting = _RENAMED.get(word.arg or "", word.arg)
            if setting in _SETTINGS and ast.unparse(word.value) != "True":
                found.add(f"{setting}={_OFF}")
            elif setting is None and (dotted(call.func) or "").startswith("respx."):
                found.add(f"**{ast.unparse(word.value)}")
    return found


_OLD = """\
@responses.activate
def test_price():
    responses.add(responses.GET, TEA, json={"price": 3}, status=200)
    responses.add(responses.GET, f"{SHOP}/ink", status=404)
    responses.post(ORDERS, body="made", match=[json_params_matcher(ORDER)])
    assert price("tea") == 3
"""
_TWO = _OLD.replace(
    '    responses.post(ORDERS, body="made", match=[json_params_matcher(ORDER)])\n', ""
)
_NEW = """\
@respx.mock
async def test_price():
    respx.get(TEA).respond(200, json={"price": 3})
    respx.get(f"{SHOP}/ink").respond(404)
    assert await price("tea") == 3
"""
_ENTERED = """\
def test_a():
    with responses.RequestsMock() as mock:
        mock.get(TEA, json=3)
        assert price() == 3
"""
_RESPX = """\
async def test_a():
    with respx.mock{} as mock:
        mock.get(TEA).respond(json=3)
        assert await price() == 3
"""


def _pair(title: str, after: str, says: str = "", before: str = _TWO) -> Example:
    return Example(title, before, after, says, file="test_shop.py")


def _with(old: str, new: str) -> str:
    return _NEW.replace(old, new)


CHECK = Check(
    name="changed-answer",
    hazards=("H-X11",),
    reason="A test whose service answers to more, or otherwise, proves less.",
    level="doubtful",
    find=_find,
    examples=(
        _pair("the same answers", _NEW),
        _pair(
            "the same answers within what is run",
            "@respx.mock\ndef test_price():\n    async def run():\n"
            "        respx.get(TEA).respond(200, json={'price': 3})\n"
            '        respx.get(f"{SHOP}/ink").respond(404)\n'
            '        assert await price("tea") == 3\n    asyncio.run(run())\n',
        ),
        _pair("a matcher is gone", _NEW, "the answer to POST ORDERS", _OLD),
        _pair("another status", _with("404", "200"), "is gone or changed"),
        _pair("another body", _with('"price": 3', '"price": 3, "n": TEA'), "was not there before"),
        _pair("another method", _with("respx.get(TEA)", "respx.head(TEA)"), "HEAD TEA"),
        _pair("any method", _with("respx.get(TEA)", "respx.route(url=TEA)"), "by respx.route("),
        _pair(
            "any URL",
            _with("respx.get(TEA)", "respx.get(url__startswith=TEA)"),
            "by respx.get(url__startswith=TEA)",
        ),
        _pair(
            "one more, for all",
            _with("    assert", "    respx.route().respond()\n    assert"),
            "by respx.route()",
        ),
        _pair("it goes through", _with('respond(200, json={"price": 3})', "pass_through()"),
              "by respx.get(TEA)"),
        _pair(
            "a response that is made",
            _with('.respond(200, json={"price": 3})',
                  '.mock(return_value=httpx.Response(200, json={"price": 3}))'),
        ),
        _pair("within a with", _RESPX.format("()"), before=_ENTERED),
        _pair("all need not be called", _RESPX.format("(assert_all_called=False)"),
              "`assert_all_called=False` lets", _ENTERED),
        _pair("all need not be answered", _RESPX.format("(assert_all_mocked=False)"),
              "`assert_all_mocked=False` lets", _ENTERED),
        _pair("settings that can't be read", _RESPX.format("(**LAX)"), "`**LAX` lets", _ENTERED),
        _pair(
            "a new function that answers for all",
            _NEW + "\n\ndef all():\n    respx.route().respond(200)\n",
            "all: it is new, and gives the answer by respx.route()",
        ),
        _pair(
            "a fixture",
            "async def test_a(respx_mock):\n    respx_mock.get(U).respond(201, text='x')\n",
            before="def test_a(requests_mock):\n"
            "    requests_mock.get(U, text='x', status_code=201)\n",
        ),
        _pair("a dictionary called responses", "async def test_a():\n    assert 1\n",
              before="def test_a():\n    assert 1\n"),
    ),
)  # fmt: skip
