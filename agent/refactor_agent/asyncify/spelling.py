"""How names of the async side are written in one file."""

from __future__ import annotations

import ast
from collections.abc import Callable

import libcst as cst

from refactor_agent.asyncify.guarded import Guarded
from refactor_agent.convert.names import Binding, Names, dotted, expression
from refactor_agent.convert.refused import refuse
from refactor_agent.convert.source import Source

__all__ = ["Spelling"]


class Spelling:
    """Writes qualified names in the manner of what they take the place of."""

    def __init__(self, source: Source, module: str, canonical: Callable[[str], str]) -> None:
        """Take a file, the name it is imported by, and what gives a name's home for any other."""
        self.names = Names(source)
        self._canonical = canonical
        self._file = source.file
        self.guarded: dict[Binding, Guarded] = {}
        """Imports under a condition, and the names that are imported beside them."""
        is_package = source.file.endswith("__init__.py")
        self._replaced: set[cst.CSTNode] = set()
        self._imported = {
            (alias.asname or alias.name).partition(".")[0]
            for node in ast.walk(source.tree)
            if isinstance(node, ast.Import | ast.ImportFrom)
            for alias in node.names
        }
        self._aliases = {
            (alias.asname, alias.name)
            for node in ast.walk(source.tree)
            if isinstance(node, ast.Import)
            for alias in node.names
            if alias.asname is not None
        }
        """Modules under names of their own: one name may stand for either of two modules."""
        self._package = module if is_package else module.rpartition(".")[0]

    def mark(self, node: cst.CSTNode) -> None:
        """Note that another change writes ``node`` anew."""
        self._replaced.add(node)

    def is_replaced(self, node: cst.CSTNode) -> bool:
        """Say whether another change writes ``node`` anew."""
        return node in self._replaced

    def is_import(self, node: cst.BaseExpression) -> bool:
        """Say whether a name is written as it was imported, or is a builtin."""
        root = (dotted(node) or "").partition(".")[0]
        return root in self._imported or self.names.qualified(node) is not None

    def _binds(self, name: str, module: str) -> bool:
        bound = self.names.binding(name)
        if bound is None or bound.name != name:
            return False
        home = self._absolute(bound.module)
        return home == module or self._canonical(f"{home}.{name}") == f"{module}.{name}"

    def _means(self, head: str, binding: Binding | None, module: str) -> bool:
        """Say whether ``head`` is how the file writes ``module``."""
        if (head, module) in self._aliases:
            return True
        if binding is None or not f"{head}.".startswith(f"{binding.local}."):
            return False
        return self._absolute(binding.qualified + head[len(binding.local) :]) == module

    def replace(  # noqa: PLR0911 - one for each manner of naming
        self, old: cst.BaseExpression, qualified: str
    ) -> cst.BaseExpression:
        """Write ``qualified`` where ``old`` stood, whose import may become unused."""
        module, _, name = qualified.rpartition(".")
        self.names.drop(old)
        if module == "builtins":
            return cst.Name(name)
        if isinstance(old, cst.Name) and self._binds(name, module):
            return cst.Name(name)  # imported already, be it under a condition
        text = dotted(old) or ""
        binding = self.names.binding(text.partition(".")[0])
        if isinstance(old, cst.Name) and binding is not None and not binding.everywhere:
            return self._beside(binding, self._as_written(binding.module, module), name)
        if isinstance(old, cst.Name):
            written = self._as_written(binding.module if binding else "", module)
            if written and written.startswith("."):
                return self.names.spell_from(written, name)
            if binding is not None and binding.name is not None:
                return self.names.spell_from(module, name)
            if binding is None and old.value == name:
                return old
        head = text.rpartition(".")[0]
        if head and self._means(head, binding, module):
            return expression(f"{head}.{name}")
        return self.names.spell(module, name, old)

    def _beside(self, old: Binding, module: str, name: str) -> cst.BaseExpression:
        """Write a name that is imported under the condition under which ``old`` is."""
        known = self.guarded.get(old)
        local = next((n for n in (name, f"Async{name}") if n not in self.names.used), None)
        if known is None and local is None:
            refuse("name-taken", f"{self._file} uses the name Async{name} for its own")
        self.guarded[old] = known or Guarded(module, name, local or name)
        return cst.Name(self.guarded[old].local)

    def from_module(self, module: str, name: str) -> cst.BaseExpression:
        """Write a name that was not written before."""
        return self.names.spell(module, name)

    def _as_written(self, beside: str, module: str) -> str:
        """Give ``module`` as an import beside one from ``beside`` has it: relative or not."""
        if not beside.startswith("."):
            return module
        if self._absolute(beside) == module:
            return beside
        here, there = self._package.split("."), module.split(".")
        common = 0
        while common < min(len(here), len(there)) and here[common] == there[common]:
            common += 1
        if not common:
            return module
        return "." * (len(here) - common + 1) + ".".join(there[common:])

    def _absolute(self, module: str) -> str:
        level = len(module) - len(module.lstrip("."))
        if not level:
            return module
        parts = self._package.split(".")
        base = parts[: len(parts) - level + 1]
        return ".".join([*base, module[level:]] if module[level:] else base)
