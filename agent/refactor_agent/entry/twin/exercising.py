"""Which twins a test of the sync side exercises, itself or by what it asks for."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from refactor_agent.entry.twin.table import Twins

__all__ = ["exercised"]

_Function = ast.FunctionDef | ast.AsyncFunctionDef


def exercised(
    twins: Twins, module: str, fixtures: Mapping[str, str]
) -> Mapping[str, frozenset[str]]:
    """Give the tests of ``module`` (``Class.method``), each with the originals it uses.

    ``fixtures``: name of a fixture of another file to its qualified name.
    """
    looking = _Looking(twins, module, fixtures)
    return {
        f"{path}{node.name}": frozenset(looking.uses(node)) for path, node in _tests(looking.body)
    }


class _Looking:
    def __init__(self, twins: Twins, module: str, fixtures: Mapping[str, str]) -> None:
        self._twins = twins
        self._module = module
        self._fixtures = fixtures
        self.body = twins.definitions.top(module)
        self._own = {n.name: n for n in self.body if isinstance(n, _Function | ast.ClassDef)}

    def uses(self, node: ast.AST) -> Iterator[str]:
        """Name the originals that the code under ``node`` uses, and what it uses of the file."""
        seen: set[str] = set()
        waiting = [node]
        while waiting:
            for part in ast.walk(waiting.pop()):
                name = self._name(part)
                if name in self._own and name not in seen:
                    seen.add(name)
                    waiting.append(self._own[name])
                found = self._original(part, name)
                if found is not None:
                    yield found

    def _name(self, part: ast.AST) -> str:
        if isinstance(part, ast.Name):
            return part.id
        if isinstance(part, ast.arg):
            return part.arg
        return ""

    def _original(self, part: ast.AST, name: str) -> str | None:
        known = self._twins.names
        if isinstance(part, ast.arg):
            found = self._fixtures.get(name)
            return found if found in known else None
        definition = None
        if isinstance(part, ast.Attribute):
            definition = self._twins.definitions.through_module(self._module, ast.unparse(part))
        elif name:
            definition = self._twins.definitions.find(self._module, name)
        return definition.qualified if definition and definition.qualified in known else None


def _tests(
    body: list[ast.stmt], path: str = ""
) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for node in body:
        if isinstance(node, ast.ClassDef):
            yield from _tests(node.body, f"{path}{node.name}.")
        elif isinstance(node, _Function) and node.name.startswith("test"):
            yield path, node
