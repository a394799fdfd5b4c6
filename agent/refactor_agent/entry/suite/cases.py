"""What kind of test case a class is, which says how its async tests are run."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from functools import cache
from typing import Literal, NamedTuple

from refactor_agent.entry.suite.bound import bound_names
from refactor_agent.tree import Tree

__all__ = ["Case", "Cases"]

Kind = Literal["plain", "isolated", "aiohttp", "tornado", "django", "other"]

_KNOWN: Mapping[str, Kind] = {
    "unittest.TestCase": "plain",
    "unittest.case.TestCase": "plain",
    "unittest.IsolatedAsyncioTestCase": "isolated",
    "unittest.async_case.IsolatedAsyncioTestCase": "isolated",
    "aiohttp.test_utils.AioHTTPTestCase": "aiohttp",
    **{
        f"tornado.testing.{name}": "tornado"
        for name in ("AsyncTestCase", "AsyncHTTPTestCase", "AsyncHTTPSTestCase")
    },
    **{
        f"{home}.{name}": "django"
        for home in ("django.test", "django.test.testcases")
        for name in ("SimpleTestCase", "TestCase", "TransactionTestCase", "LiveServerTestCase")
    },
}


class Case(NamedTuple):
    """The library's class that a test case comes from."""

    kind: Kind
    base: str
    """Its name."""
    written: str
    """How the class itself names it among its bases; empty when a class stands between."""


class Cases:
    """Follows bases through the files of a project."""

    def __init__(self, tree: Tree, modules: Mapping[str, str]) -> None:
        self._tree = tree
        self._files = modules
        self._names = {file: name for name, file in modules.items()}
        self._parsed = cache(self._parse)

    def of(
        self, file: str, name: str, seen: frozenset[tuple[str, str]] = frozenset()
    ) -> Case | None:
        """Give the kind of the class called ``name`` in ``file``; `None` where it is no case."""
        classes, bound = self._parsed(file)
        if (file, name) in seen:
            return None
        if name not in classes:
            return self._elsewhere(bound.get(name, ""), seen | {(file, name)})
        found = (self._base(file, base, seen | {(file, name)}) for base in classes[name].bases)
        return next(filter(None, found), None)

    def _base(self, file: str, base: ast.expr, seen: frozenset[tuple[str, str]]) -> Case | None:
        classes, bound = self._parsed(file)
        written = ast.unparse(base)
        if written in classes:
            return _between(self.of(file, written, seen))
        first, _, rest = written.partition(".")
        meant = bound.get(first, "")
        full = f"{meant}.{rest}" if meant and rest else meant
        last = written.rpartition(".")[2]
        if full in _KNOWN:
            return Case(_KNOWN[full], full.rpartition(".")[2], written)
        found = self._elsewhere(full, seen)
        return found or (Case("other", last, written) if last.endswith("TestCase") else None)

    def _elsewhere(self, full: str, seen: frozenset[tuple[str, str]]) -> Case | None:
        module, _, name = full.rpartition(".")
        return _between(self.of(self._files[module], name, seen)) if module in self._files else None

    def _parse(self, file: str) -> tuple[Mapping[str, ast.ClassDef], Mapping[str, str]]:
        if not self._tree.exists(file):
            return {}, {}
        tree, module = ast.parse(self._tree.read(file)), self._names.get(file, "")
        package = module if file.endswith("__init__.py") else module.rpartition(".")[0]
        return dict(_classes(tree)), dict(bound_names(tree, package))


def _between(case: Case | None) -> Case | None:
    return case and case._replace(written="")


def _classes(node: ast.AST, path: str = "") -> list[tuple[str, ast.ClassDef]]:
    found = []
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ClassDef):
            found.append((f"{path}{child.name}", child))
            found.extend(_classes(child, f"{path}{child.name}."))
        elif isinstance(child, ast.If | ast.Try):
            found.extend(_classes(child, path))
    return found
