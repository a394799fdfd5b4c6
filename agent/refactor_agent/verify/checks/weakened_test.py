"""Tests assert what they asserted."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import PurePosixPath

from refactor_agent.verify.checks._check import Check, Example, Objection
from refactor_agent.verify.checks._sync_form import sync_form
from refactor_agent.verify.context import Context
from refactor_agent.verify.syntax import FunctionNode, Module

__all__ = ["CHECK"]

_RAISES = frozenset({"raises", "warns", "fail", "deprecated_call"})


def _find(context: Context) -> Iterator[Objection]:
    for file in context.python_files:
        before, after = context.module_before(file), context.module_after(file)
        if before is None or after is None or not _is_test_file(file):
            continue
        for name, old in before.functions.items():
            new = after.functions.get(name)
            if new is None:
                if old.name.startswith("test"):
                    yield Objection(f"the test {name} is gone from {file}")
                continue
            yield from _compare(file, name, old, new)
        yield from _marks(file, before, after)


def _compare(file: str, name: str, old: FunctionNode, new: FunctionNode) -> Iterator[Objection]:
    missing = _assertions(old) - _assertions(new)
    for text in missing:
        yield Objection(f"{file}, {name}: the assertion `{text}` is gone or changed")
    if sync_form(old.args) != sync_form(new.args):
        yield Objection(f"{file}, {name}: its parameters changed")


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
            if name in {"skip", "skipif", "skipIf", "skipTest", "xfail", "expectedFailure"}:
                found[ast.unparse(node)] += 1
    return found


def _assertions(function: FunctionNode) -> Counter[str]:
    found: Counter[str] = Counter()
    for node in ast.walk(function):
        if isinstance(node, ast.Assert):
            found[sync_form(node)] += 1
        elif isinstance(node, ast.Call) and _asserts(node.func):
            found[sync_form(node).replace("assert_awaited", "assert_called")] += 1
    return found


def _asserts(called: ast.expr) -> bool:
    name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
    return name.startswith("assert") or name in _RAISES


def _is_test_file(file: str) -> bool:
    path = PurePosixPath(file)
    name = path.stem
    return name.startswith("test") or name.endswith("_test") or name == "conftest"


_BEFORE = "def test_a():\n    assert get(1) == 2\n    assert get(2) == 3\n"


def _test(body: str, head: str = "async def test_a():") -> str:
    return f"{head}\n    {body}\n"


def _pair(title: str, after: str, says: str = "") -> Example:
    return Example(title, _BEFORE, after, says, file="test_a.py")


_BOTH = "assert await get(1) == 2\n    assert await get(2) == 3"

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
        _pair("awaited", _test(_BOTH)),
        _pair("run", _test(_BOTH.replace("await ", ""), "def test_a():")),
    ),
)
