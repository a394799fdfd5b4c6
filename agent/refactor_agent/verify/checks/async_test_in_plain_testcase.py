"""An async test needs a test case that awaits it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refactor_agent.verify.checks._check import Check, Example, Objection
from refactor_agent.verify.checks._functions import turned_async
from refactor_agent.verify.context import Context
from refactor_agent.verify.syntax import Module

__all__ = ["CHECK"]

_PLAIN = frozenset({"unittest.TestCase", "unittest.case.TestCase", "TestCase"})
_HOOKS = frozenset({"setUp", "tearDown", "setUpClass", "tearDownClass"})


def _find(context: Context) -> Iterator[Objection]:
    for change in turned_async(context):
        parent = change.module_after.parents.get(change.after)
        name = change.after.name
        if not isinstance(parent, ast.ClassDef) or not (name.startswith("test") or name in _HOOKS):
            continue
        if _is_plain(change.module_after, parent, set()):
            message = (
                f"{change.name} is async in a plain unittest.TestCase, where it passes without "
                "running; use IsolatedAsyncioTestCase"
            )
            yield Objection(message, change.site(change.after))
        elif name in _HOOKS:
            message = f"{change.name} is async, and unittest does not await it"
            yield Objection(message, change.site(change.after))


def _is_plain(module: Module, owner: ast.ClassDef, seen: set[str]) -> bool:
    """Whether it comes from a plain test case, as far as the file tells."""
    seen.add(owner.name)
    classes = {n.name: n for n in ast.walk(module.tree) if isinstance(n, ast.ClassDef)}
    for base in owner.bases:
        name = module.qualified(base) or ""
        if name in _PLAIN:
            return True
        if name in classes and name not in seen and _is_plain(module, classes[name], seen):
            return True
    return False


def _case(base: str, method: str = "def test_a", extra: str = "") -> str:
    return (
        f"import unittest\n\n\n{extra}class T({base}):\n    {method}(self):\n"
        "        self.assertTrue(f())\n"
    )


_BEFORE = _case("unittest.TestCase")
_SAYS = "passes without running"

CHECK = Check(
    name="async-test-in-plain-testcase",
    hazards=("H-X1",),
    reason="The test passes and never runs.",
    find=_find,
    examples=(
        Example("TestCase", _BEFORE, _case("unittest.TestCase", "async def test_a"), _SAYS),
        Example(
            "by a class between",
            _case("Base", extra="class Base(unittest.TestCase):\n    pass\n\n\n"),
            _case("Base", "async def test_a", "class Base(unittest.TestCase):\n    pass\n\n\n"),
            _SAYS,
        ),
        Example(
            "async setUp",
            _case("unittest.IsolatedAsyncioTestCase", "def setUp"),
            _case("unittest.IsolatedAsyncioTestCase", "async def setUp"),
            "unittest does not await it",
        ),
        Example(
            "IsolatedAsyncioTestCase",
            _BEFORE,
            _case("unittest.IsolatedAsyncioTestCase", "async def test_a"),
        ),
        Example("pytest class", _case("object"), _case("object", "async def test_a")),
        Example("a helper", _BEFORE, _case("unittest.TestCase", "async def help_me")),
    ),
)
