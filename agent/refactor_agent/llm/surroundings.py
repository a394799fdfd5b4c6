"""What a model has to see of a file besides the functions it may change."""

from __future__ import annotations

import ast
import io
import tokenize
import warnings
from collections.abc import Iterator, Sequence

from refactor_agent.llm.request import FilePart, FunctionPart

__all__ = ["class_header", "names_in", "surroundings", "text_of"]

_MOST_LINES = 40
"""Longer definitions are left out: they would crowd out the functions themselves."""
_COMPOUND = (ast.If, ast.Try)


def surroundings(file: str, text: str, parts: Sequence[FunctionPart]) -> FilePart:
    """Give the imports of ``text`` and the definitions that the functions of ``parts`` use.

    That is module-level assignments and classes of names they use, and for methods their class.
    Raises `SyntaxError` where ``text`` is not valid for this interpreter.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        module = ast.parse(text)
    used = {name for part in parts for name in names_in(part.code)}
    planned = {part.ref.name for part in parts}
    imports = [_segment(text, node) for node in module.body if _imports(node)]
    context = [_segment(text, node) for node in module.body if _assigned(node) & used]
    owners = list(_classes(module, parts))
    context += [class_header(text, node, planned) for node in owners]
    named = (node for node in module.body if isinstance(node, ast.ClassDef) and node.name in used)
    context += [class_header(text, node, planned) for node in named if node not in owners]
    return FilePart(
        file=file, imports="\n".join(imports), context="\n\n".join(filter(None, context))
    )


def _imports(node: ast.stmt) -> bool:
    """Say whether ``node`` is an import, or a branch around imports and short enough to show."""
    if isinstance(node, ast.Import | ast.ImportFrom):
        return True
    held = [child for child in ast.walk(node) if isinstance(child, ast.Import | ast.ImportFrom)]
    return isinstance(node, _COMPOUND) and bool(held) and _length(node) <= 2 * len(held) + 4


def _assigned(node: ast.stmt) -> frozenset[str]:
    if not isinstance(node, ast.Assign | ast.AnnAssign) or _length(node) > _MOST_LINES:
        return frozenset()
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    names = (child for target in targets for child in ast.walk(target))
    return frozenset(child.id for child in names if isinstance(child, ast.Name))


def _classes(module: ast.Module, parts: Sequence[FunctionPart]) -> Iterator[ast.ClassDef]:
    owners = {part.ref.name.split(".")[-2] for part in parts if part.indent}
    for node in ast.walk(module):
        if isinstance(node, ast.ClassDef) and node.name in owners:
            yield node


def class_header(text: str, node: ast.ClassDef, planned: set[str]) -> str:
    """Give a class's first line, its attributes, and its ``__init__`` unless that is planned."""
    bases = ", ".join(ast.unparse(each) for each in [*node.bases, *node.keywords])
    head = f"class {node.name}({bases}):" if bases else f"class {node.name}:"
    shown = [each for each in node.body if _shown(each, node.name, planned)]
    body = [" " * each.col_offset + _segment(text, each) for each in shown]
    return "\n".join([head, *(body or ["    ..."])])


def _shown(node: ast.stmt, owner: str, planned: set[str]) -> bool:
    if isinstance(node, ast.AnnAssign | ast.Assign):
        return _length(node) <= _MOST_LINES
    is_init = isinstance(node, ast.FunctionDef) and node.name == "__init__"
    known = any(name.endswith(f"{owner}.__init__") for name in planned)
    return is_init and not known and _length(node) <= _MOST_LINES


def _segment(text: str, node: ast.stmt) -> str:
    return ast.get_source_segment(text, node) or ""


def _length(node: ast.stmt) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def names_in(code: str) -> frozenset[str]:
    """Give the names that code uses."""
    return frozenset(node.id for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Name))


def text_of(data: bytes) -> str:
    """Decode a Python file, with plain line breaks."""
    encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
    return data.decode(encoding).replace("\r\n", "\n")
