"""The imports of an answer: which files need them, and which are allowed."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, NamedTuple

from refactor_agent.domain.proposal import ImportEdit
from refactor_agent.domain.verdict import CheckFailure
from refactor_agent.llm.answer import fault
from refactor_agent.llm.conformity import Conforming
from refactor_agent.llm.effects import importable
from refactor_agent.llm.request import FilePart, ModelRequest

__all__ = ["import_edits"]


class _Import(NamedTuple):
    """One imported name."""

    module: str
    name: str | None
    alias: str | None

    @property
    def bound(self) -> str:
        """The name it binds in the importing module."""
        return self.alias or self.name or self.module.partition(".")[0]

    @property
    def package(self) -> str:
        """The top-level package; empty for a relative import."""
        return self.module.partition(".")[0]

    def __str__(self) -> str:
        tail = f" as {self.alias}" if self.alias else ""
        head = f"from {self.module} import {self.name}" if self.name else f"import {self.module}"
        return head + tail


def import_edits(
    request: ModelRequest, functions: Sequence[Conforming], statements: Sequence[str]
) -> tuple[ImportEdit, ...] | CheckFailure:
    """Give the import edits that the answered ``functions`` need.

    An import goes to each file whose functions use its name, unless that file has it; one that no
    function uses is dropped. Imports that only the old code used go where nothing else does.
    """
    hoisted = [statement for function in functions for statement in function.imports]
    try:
        module = ast.parse("\n".join([*statements, *hoisted]))
    except (SyntaxError, ValueError):
        return fault("bad-import", "`imports` must hold import statements, one each.")
    if not all(isinstance(node, ast.Import | ast.ImportFrom) for node in module.body):
        return fault("bad-import", "`imports` must hold import statements and nothing else.")
    wanted = [*_imports(module), *_offload(request)]
    inner = [entry for function in functions for entry in _imports(function.node)]
    forbidden = _forbidden(request, [*wanted, *inner]) or _reaching(request, functions)
    if forbidden is not None:
        return forbidden
    edits: list[ImportEdit] = []
    for part in request.files:
        found = _file_edits(part, [f for f in functions if f.part.ref.file == part.file], wanted)
        if isinstance(found, CheckFailure):
            return found
        added = {edit.module.partition(".")[0] for edit in found if edit.action == "add"}
        offload = {entry.package for entry in _offload(request)}
        beyond = sorted(added - importable(request, part) - offload)
        if beyond:
            return _new_effect(beyond[0])
        edits += found
    return tuple(dict.fromkeys(edits))


def _file_edits(
    part: FilePart, functions: Sequence[Conforming], wanted: Iterable[_Import]
) -> list[ImportEdit] | CheckFailure:
    now = {name for function in functions for name in _names(function.node)}
    old = {name for function in functions for name in _names(ast.parse(function.part.code))}
    present = {entry.bound: entry for entry in _imports(ast.parse(part.imports))}
    edits = []
    for entry in wanted:
        if entry.bound not in now or present.get(entry.bound) == entry:
            continue
        if entry.bound in present and not _siblings(present, entry):
            return fault("bad-import", f"`{entry}` would hide `{present[entry.bound]}`.")
        edits.append(_edit(part.file, entry, "add"))
    gone = [entry for bound, entry in present.items() if bound in old - now]
    return edits + [_edit(part.file, entry, "drop_unused") for entry in gone]


def _siblings(present: dict[str, _Import], entry: _Import) -> bool:
    """Say whether both bind the same package, as `import a` and `import a.b` do."""
    other = present[entry.bound]
    return {entry.name, other.name, entry.alias, other.alias} == {None}


def _forbidden(request: ModelRequest, entries: Iterable[_Import]) -> CheckFailure | None:
    allowed = sys.stdlib_module_names | set(request.conventions.libraries) | {""}
    for entry in entries:
        if entry in _offload(request):
            continue
        if entry.name == "*" or entry.module == "__future__":
            return fault("bad-import", f"`{entry}` is not allowed; import the names you use.")
        if entry.package not in allowed:
            return fault(
                "new-dependency",
                f"`{entry}`: the project does not use {entry.package}; use what it has.",
            )
    return None


def _reaching(request: ModelRequest, functions: Sequence[Conforming]) -> CheckFailure | None:
    """Hold imports inside functions to what the file may import, unless they stood there."""
    files = {part.file: part for part in request.files}
    for function in functions:
        known = set(_imports(ast.parse(function.part.code)))
        allowed = importable(request, files[function.part.ref.file])
        for entry in _imports(function.node):
            if entry not in known and entry.package not in allowed:
                return _new_effect(entry.package)
    return None


def _new_effect(package: str) -> CheckFailure:
    return fault("new-effect", f"`{package}` is new here; nobody asked for what it does.")


def _offload(request: ModelRequest) -> tuple[_Import, ...]:
    offload = request.conventions.offload
    return (_Import(offload.module, offload.name, None),) if offload else ()


def _imports(tree: ast.AST) -> Iterator[_Import]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (_Import(item.name, None, item.asname) for item in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            yield from (_Import(module, item.name, item.asname) for item in node.names)


def _names(tree: ast.AST) -> frozenset[str]:
    return frozenset(node.id for node in ast.walk(tree) if isinstance(node, ast.Name))


def _edit(file: str, entry: _Import, action: Literal["add", "drop_unused"]) -> ImportEdit:
    return ImportEdit(
        file=file, module=entry.module, name=entry.name, alias=entry.alias, action=action
    )
