"""Code of the async side speaks of the async side: ``Client`` becomes ``AsyncClient``."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping

import libcst as cst

from refactor_agent.domain.proposal import ImportEdit
from refactor_agent.entry.definitions import Definitions
from refactor_agent.entry.twin.pointing import named_from
from refactor_agent.entry.twin.table import Twins

__all__ = ["Meanings", "Renamer"]


class Meanings:
    """What the names of one module mean, as far as twins are concerned."""

    def __init__(
        self, twins: Twins, module: str, file: str, tree: ast.Module, at: str | None = None
    ) -> None:
        """Take ``tree``, which is ``module``; what is written of it stands in ``at``, or there."""
        self._twins = twins
        self._module = module
        self._at = at or module
        self._file = file
        self._definitions: Definitions = twins.definitions
        self.names: dict[str, str] = {}
        """Local name to what is written for it."""
        self.imports: dict[str, ImportEdit] = {}
        """What is written for a local name to the import that binds it."""
        self.modules: dict[str, str] = {}
        """Local name of a module to its full name."""
        for name, twin in (*twins.known_in(module), *twins.defined_in(module)):
            self.names[name] = twin
        for node in ast.walk(tree):
            self._read(node)

    def _read(self, node: ast.AST) -> None:
        if isinstance(node, ast.Import):
            for alias in node.names:
                local = alias.asname or alias.name.partition(".")[0]
                self.modules[local] = alias.name if alias.asname else local
        elif isinstance(node, ast.ImportFrom):
            source = self._definitions.source(self._module, node)
            for alias in node.names:
                self._import(node, source, alias)

    def _import(self, node: ast.ImportFrom, source: str, alias: ast.alias) -> None:
        local = alias.asname or alias.name
        found = self._twins.of(source, alias.name)
        if found is None:
            self.modules[local] = f"{source}.{alias.name}"
            return
        home, twin = found
        self.names[local] = twin
        written = self._written(node, source, home)
        self.imports[twin] = ImportEdit(file=self._file, module=written, name=twin)

    def _written(self, node: ast.ImportFrom, source: str, home: str) -> str:
        """Give the module that the twin of what is imported from ``source`` is imported from."""
        aside = self._twins.layout.place(source)
        if self._definitions.is_package(source):
            home = aside  # it exports the twin as well
        if home == source and self._at == self._module:
            return "." * node.level + (node.module or "")
        if home not in {source, aside}:
            return home  # it only passes through there
        is_package = self._twins.layout.is_package(self._module)
        return named_from(self._at, home, is_package=is_package, relative=bool(node.level))

    def attribute(self, text: str) -> str | None:
        """Give the last name of the twin of ``shop.client.Client``, as written."""
        head, _, name = text.rpartition(".")
        root, _, rest = head.partition(".")
        module = self.modules.get(root)
        if module is None or not name:
            return None
        found = self._twins.of(f"{module}.{rest}" if rest else module, name)
        return found[1] if found is not None else None

    def alias(self, module: str, level: int, name: str) -> str | None:
        """Give the twin of what an import inside the code takes."""
        node = ast.ImportFrom(module=module or None, names=[], level=level)
        found = self._twins.of(self._definitions.source(self._module, node), name)
        return found[1] if found is not None else None


class Renamer(cst.CSTTransformer):
    """Writes the names of twins in code that is one; ``used`` are those that it wrote."""

    def __init__(self, meanings: Meanings, fixtures: Mapping[str, str] | None = None) -> None:
        """Take what names mean, and fixtures with their twins, which tests ask for by name."""
        super().__init__()
        self._meanings = meanings
        self._fixtures = fixtures or {}
        self._bound: list[Mapping[str, str]] = []
        self._annotations = 0
        self._kept: set[cst.CSTNode] = set()
        """Names that are no references: of attributes, keywords and definitions."""
        self.used: set[str] = set()

    def visit_FunctionDef(self, node: cst.FunctionDef) -> None:  # noqa: D102, N802
        self._kept.add(node.name)
        names = set(_bound_in(node))
        self._bound.append({name: self._fixtures.get(name, name) for name in names})

    def leave_FunctionDef(  # noqa: D102, N802
        self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef
    ) -> cst.FunctionDef:
        del original_node
        self._bound.pop()
        return updated_node

    def visit_Annotation(self, node: cst.Annotation) -> None:  # noqa: ARG002, D102, N802
        self._annotations += 1

    def leave_Annotation(  # noqa: D102, N802
        self, original_node: cst.Annotation, updated_node: cst.Annotation
    ) -> cst.Annotation:
        del original_node
        self._annotations -= 1
        return updated_node

    def visit_Attribute(self, node: cst.Attribute) -> None:  # noqa: D102, N802
        self._kept.add(node.attr)

    def visit_Arg(self, node: cst.Arg) -> None:  # noqa: D102, N802
        if node.keyword is not None:
            self._kept.add(node.keyword)

    def visit_ClassDef(self, node: cst.ClassDef) -> None:  # noqa: D102, N802
        self._kept.add(node.name)

    def leave_Attribute(  # noqa: D102, N802
        self, original_node: cst.Attribute, updated_node: cst.Attribute
    ) -> cst.Attribute:
        text = _dotted(original_node)
        if text is None or self._is_bound(text.partition(".")[0]):
            return updated_node
        twin = self._meanings.attribute(text)
        return updated_node.with_changes(attr=cst.Name(twin)) if twin else updated_node

    def leave_Name(  # noqa: D102, N802
        self, original_node: cst.Name, updated_node: cst.Name
    ) -> cst.Name:
        name = original_node.value
        if original_node in self._kept:
            return updated_node
        for bound in reversed(self._bound):
            if name in bound:
                return updated_node.with_changes(value=bound[name])
        twin = self._meanings.names.get(name)
        if twin is None:
            return updated_node
        self.used.add(twin)
        return updated_node.with_changes(value=twin)

    def leave_SimpleString(  # noqa: D102, N802
        self, original_node: cst.SimpleString, updated_node: cst.SimpleString
    ) -> cst.SimpleString:
        if not self._annotations:
            return updated_node
        text = original_node.value
        for name, twin in self._meanings.names.items():
            text = re.sub(rf"(?<![\w.]){re.escape(name)}\b", twin, text)
        if text != original_node.value:
            self.used.update(t for t in self._meanings.names.values() if t in text)
        return updated_node.with_changes(value=text)

    def visit_ImportFrom(self, node: cst.ImportFrom) -> bool:  # noqa: ARG002, D102, N802
        return False

    def leave_ImportFrom(  # noqa: D102, N802
        self, original_node: cst.ImportFrom, updated_node: cst.ImportFrom
    ) -> cst.ImportFrom:
        if isinstance(original_node.names, cst.ImportStar) or not self._bound:
            return updated_node
        module = _dotted(original_node.module) if original_node.module is not None else ""
        names = []
        for alias in original_node.names:
            name = alias.name.value if isinstance(alias.name, cst.Name) else ""
            twin = self._meanings.alias(module or "", len(original_node.relative), name)
            names.append(alias.with_changes(name=cst.Name(twin), asname=None) if twin else alias)
        return updated_node.with_changes(names=names)

    def _is_bound(self, name: str) -> bool:
        return any(name in bound for bound in self._bound)


def _bound_in(node: cst.FunctionDef) -> Iterator[str]:
    """Give the names that a function binds itself: its parameters, and what it assigns."""
    params = node.params
    for param in (*params.posonly_params, *params.params, *params.kwonly_params):
        yield param.name.value
    for star in (params.star_arg, params.star_kwarg):
        if isinstance(star, cst.Param):
            yield star.name.value
    waiting: list[cst.CSTNode] = [node.body]
    while waiting:
        part = waiting.pop()
        if isinstance(
            part, cst.AssignTarget | cst.AnnAssign | cst.NamedExpr | cst.For | cst.AsName
        ):
            target = part.name if isinstance(part, cst.AsName) else part.target
            if isinstance(target, cst.Name):
                yield target.value
        if not isinstance(part, cst.FunctionDef | cst.ClassDef | cst.ImportFrom | cst.Import):
            waiting.extend(part.children)


def _dotted(node: cst.CSTNode) -> str | None:
    if isinstance(node, cst.Name):
        return node.value
    if isinstance(node, cst.Attribute):
        head = _dotted(node.value)
        return f"{head}.{node.attr.value}" if head else None
    return None
