"""Tests assert what they asserted."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator

from refactor_agent.verify.checks._answers import answering_for_requests
from refactor_agent.verify.checks._check import Check, Example, Objection
from refactor_agent.verify.checks._read_form import read_form
from refactor_agent.verify.checks._runners import RUNNERS, runner_helpers
from refactor_agent.verify.checks._sync_form import sync_form
from refactor_agent.verify.checks._test_code import is_test_file
from refactor_agent.verify.checks._twins import as_original
from refactor_agent.verify.context import Context
from refactor_agent.verify.syntax import FunctionNode, Module, dotted

__all__ = ["CHECK"]

_RAISES = frozenset({"raises", "warns", "fail", "deprecated_call"})

_SKIPS = frozenset(
    {"skip", "skipif", "skipIf", "skipTest", "SkipTest", "xfail", "expectedFailure",
     "importorskip"}
)  # fmt: skip
_ON_MOCKS = {
    "assert_awaited": "assert_called", "assert_not_awaited": "assert_not_called",
    "assert_any_await": "assert_any_call", "assert_has_awaits": "assert_has_calls",
}  # fmt: skip
_MAYBE_NOT = (ast.If | ast.While | ast.For | ast.Try | ast.FunctionDef | ast.AsyncFunctionDef
              | ast.Lambda)  # fmt: skip


def _find(context: Context) -> Iterator[Objection]:
    for file in context.python_files:
        before, after = context.module_before(file), context.module_after(file)
        if before is None or after is None or not is_test_file(file):
            continue
        helpers = RUNNERS | (runner_helpers(before) & runner_helpers(after))
        for name, old in before.functions.items():
            new = after.functions.get(name)
            if new is None:
                if old.name.startswith("test"):
                    yield Objection(f"the test {name} is gone from {file}")
                continue
            yield from _compare(file, name, old, new, helpers)
        yield from _marks(file, before, after)
    yield from copies(context)


def _compare(
    file: str, name: str, old: FunctionNode, new: FunctionNode, runners: frozenset[str]
) -> Iterator[Objection]:
    missing = _assertions(old, runners) - _assertions(new, runners) - _closed(new, runners)
    for text in missing:
        yield Objection(f"{file}, {name}: the assertion `{text}` is gone or changed")
    for text in _guarded(new, runners) - _guarded(old, runners):
        yield Objection(f"{file}, {name}: the assertion `{text}` is no longer always reached")
    for text in _replaced(new) - _replaced(old):
        yield Objection(f"{file}, {name}: the test replaces {text}, which it did not do")
    if _parameters(old) != _parameters(new):
        yield Objection(f"{file}, {name}: its parameters changed")


def copies(context: Context) -> Iterator[Objection]:
    """Object to async copies of tests that assert less than the tests they are copies of."""
    for change in context.changes:
        twins = change.attempt.twins if change.attempt is not None else {}
        for copy in change.proposal.tests:
            old_file, _, old_name = copy.of.partition("::")
            new_file, _, new_name = copy.test.partition("::")
            before, after = context.module_before(old_file), context.module_after(new_file)
            old = before.functions.get(old_name.replace("::", ".")) if before else None
            new = after.functions.get(new_name.replace("::", ".")) if after else None
            if before is None or after is None or old is None or new is None:
                yield Objection(f"{copy.test} is no copy of {copy.of}: one of them is missing")
                continue
            if old.name != new.name:
                yield Objection(f"{copy.test} is called otherwise than {copy.of}")
            helpers = RUNNERS | (runner_helpers(before) & runner_helpers(after))
            yield from _compare(new_file, new_name, old, as_original(new, twins), helpers)
            yield from _marks(new_file, before, after)


def _marks(file: str, before: Module, after: Module) -> Iterator[Objection]:
    """No new skip, xfail or filter, on a function, a class or the module."""
    fresh = _skips(after) - _skips(before)
    for text in fresh:
        yield Objection(f"{file}: `{text}` is new; it keeps tests from counting")


def _skips(module: Module) -> Counter[str]:
    found: Counter[str] = Counter()
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute | ast.Name):
            name = node.attr if isinstance(node, ast.Attribute) else node.id
            if name in _SKIPS:
                found[ast.unparse(node)] += 1
    return found


def _assertions(function: ast.AST, runners: frozenset[str]) -> Counter[str]:
    found: Counter[str] = Counter()
    for node in ast.walk(function):
        if isinstance(node, ast.Assert):
            found[_text(node, runners)] += 1
        elif isinstance(node, ast.Call) and _asserts(node.func):
            found[_as_called(_text(node, runners))] += 1
    return found


def _closed(function: FunctionNode, runners: frozenset[str]) -> Counter[str]:
    """Give ``with x.assertRaises(E): f(a)`` as one call: ``x.assertRaises(E, f, a)``."""
    found: Counter[str] = Counter()
    for node in ast.walk(function):
        match node:
            case ast.With(
                items=[ast.withitem(context_expr=ast.Call() as check, optional_vars=None)],
                body=[ast.Expr(value=ast.Await(value=ast.Call() as call) | (ast.Call() as call))],
            ) if _asserts(check.func) and not check.keywords:
                given = [*check.args, call.func, *call.args]
                found[_text(ast.Call(check.func, given, call.keywords), runners)] += 1
    return found


def _as_called(text: str) -> str:
    """Give an assertion on a mock as it reads where the mock is called and not awaited."""
    for awaited, called in _ON_MOCKS.items():
        text = text.replace(awaited, called)
    return text


def _text(node: ast.AST, runners: frozenset[str]) -> str:
    """Give the source as it would read in sync: without awaits, and without ``runners``."""
    plain = _WithoutRunner(runners).visit(ast.parse(sync_form(read_form(node))))
    return ast.unparse(answering_for_requests(plain))


def _parameters(function: FunctionNode) -> str:
    return sync_form(answering_for_requests(function.args))


class _WithoutRunner(ast.NodeTransformer):
    def __init__(self, runners: frozenset[str]) -> None:
        self._runners = runners

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        inner = node.args[0] if len(node.args) == 1 and not node.keywords else None
        runs = dotted(node.func) in self._runners and isinstance(inner, ast.Call)
        return inner if runs and inner is not None else node


def _guarded(function: FunctionNode, runners: frozenset[str]) -> Counter[str]:
    """Assertions with what may keep them from being reached or from failing."""
    found: Counter[str] = Counter()
    used = {node.id for node in ast.walk(function) if isinstance(node, ast.Name)}
    for node in ast.walk(function):
        if isinstance(node, ast.Return):
            found[_text(node, runners)] += 1
        elif isinstance(node, _MAYBE_NOT) and node is not function:
            is_called = getattr(node, "name", None) in used
            is_safe = isinstance(node, ast.Try) and not node.handlers
            if not is_called and not is_safe:
                found.update(_assertions(node, runners))
    return found


def _replaced(function: FunctionNode) -> Counter[str]:
    """Attributes of modules and objects that the test sets."""
    return Counter(
        ast.unparse(node)
        for node in ast.walk(function)
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)
    )


def _asserts(called: ast.expr) -> bool:
    name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
    return name.startswith("assert") or name in _RAISES


_BEFORE = "def test_a():\n    assert get(1) == 2\n    assert get(2) == 3\n"


def _test(body: str, head: str = "async def test_a():") -> str:
    return f"{head}\n    {body}\n"


def _pair(title: str, after: str, says: str = "") -> Example:
    return Example(title, _BEFORE, after, says, file="test_a.py")


_BOTH = "assert await get(1) == 2\n    assert await get(2) == 3"
_HANDED = "class TestA(C):\n    def test_a(self):\n        self.assertRaises(E, get, 1)\n"
_OPEN = (
    "class TestA(C):\n    async def test_a(self):\n"
    "        with self.assertRaises(E):\n            await get(1)\n"
)

CHECK = Check(
    name="weakened-test",
    hazards=("H-X11",),
    reason="A test that asserts less proves less.",
    find=_find,
    examples=(
        _pair("deleted assertion", _test("assert await get(1) == 2"), "get(2) == 3` is gone"),
        _pair("changed value", _test(_BOTH.replace("3", "4")), "get(2) == 3` is gone"),
        _pair("deleted test", "def other():\n    pass\n", "the test test_a is gone"),
        _pair("skipped", "@pytest.mark.skip\n" + _test(_BOTH), "is new"),
        _pair("skipped inside", _test(f"pytest.skip('later')\n    {_BOTH}"), "is new"),
        _pair("other parameters", _test(_BOTH, "async def test_a(x):"), "parameters changed"),
        _pair("import or skip", _test(f"pytest.importorskip('x')\n    {_BOTH}"), "is new"),
        _pair("under a condition", _test(_BOTH.replace("    ", "    if 0: ")), "always reached"),
        _pair("left before", _test(f"return\n    {_BOTH}"), "always reached"),
        _pair(
            "in a function nobody calls",
            _test(f"async def check():\n        {_BOTH.replace('    ', '        ')}"),
            "always reached",
        ),
        _pair("replaced", _test(f"module.get = stub\n    {_BOTH}"), "replaces module.get"),
        _pair(
            "in a function that is run",
            _test(
                f"async def check():\n        {_BOTH.replace('    ', '        ')}\n    run(check())"
            ),
        ),
        _pair("run by asyncio", _test(_BOTH.replace("await get(1)", "asyncio.run(get(1))"))),
        Example(
            "all of an async iterable",
            "def test_a():\n    assert sorted(each()) == list(each()) == [1]\n",
            "async def test_a():\n    assert sorted([i async for i in each()]) == "
            "[i async for i in each()] == [1]\n",
            file="test_a.py",
        ),
        Example(
            "some of an async iterable",
            "def test_a():\n    assert list(each()) == [1]\n",
            "async def test_a():\n    assert [i async for i in each() if i == 1] == [1]\n",
            "is gone or changed",
            file="test_a.py",
        ),
        Example(
            "calls counted by what answers for httpx",
            "def test_a(requests_mock):\n    get()\n    assert len(responses.calls) == 1\n",
            "async def test_a(respx_mock):\n    await get()\n    assert len(respx.calls) == 1\n",
            file="test_a.py",
        ),
        Example(
            "fewer calls counted by what answers for httpx",
            "def test_a():\n    get()\n    assert len(responses.calls) == 2\n",
            "async def test_a():\n    await get()\n    assert len(respx.calls) == 1\n",
            "is gone or changed",
            file="test_a.py",
        ),
        Example("an assertion that calls, opened", _HANDED, _OPEN, file="test_a.py"),
        Example(
            "opened with another call",
            _HANDED,
            _OPEN.replace("get(1)", "get(2)"),
            "is gone or changed",
            file="test_a.py",
        ),
        Example(
            "opened over more than the call",
            _HANDED,
            _OPEN + "            await get(3)\n",
            "is gone or changed",
            file="test_a.py",
        ),
        _pair("awaited", _test(_BOTH)),
        _pair("run", _test(_BOTH.replace("await ", ""), "def test_a():")),
    ),
)
