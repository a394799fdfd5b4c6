"""Files that rules wrote whole: what may differ outside functions, and in their heads."""

from __future__ import annotations

import ast
import copy
import difflib
from collections.abc import Iterator, Mapping

from refactor_agent.domain.place import Site
from refactor_agent.verify.checks._check import Objection
from refactor_agent.verify.context import Context
from refactor_agent.verify.syntax import FunctionNode, Module, span_of

__all__ = ["outside_functions", "renamed", "whole_files"]

_Function = ast.FunctionDef | ast.AsyncFunctionDef


def whole_files(context: Context) -> frozenset[str]:
    """Name the files that were there and that a proposal writes whole."""
    return frozenset(
        new.file
        for change in context.changes
        for new in change.proposal.files
        if new.replaces is not None
    )


def renamed(context: Context, file: str) -> Mapping[str, str]:
    """Give the functions of ``file`` (``Class.method``) that are planned to get another name."""
    found: dict[str, str] = {}
    for change in context.changes:
        for colour in change.attempt.colours if change.attempt else ():
            owner, _, bare = colour.function.name.rpartition(".")
            if colour.function.file == file and colour.new_name != bare:
                found[colour.function.name] = f"{owner}.{colour.new_name}"
    return found


def outside_functions(context: Context) -> Iterator[Objection]:
    """Object to what is not a function, an import or a name of a library, and yet differs.

    Outside functions only names may change, such as a class for its async side; what is new may
    be functions, classes that an attempt plans as twins, and their names in ``__all__``.
    """
    for file in sorted(whole_files(context)):
        before, after = context.module_before(file), context.module_after(file)
        if before is not None and after is not None:
            yield from _compare(file, before, after, _twins(context))
            if _keeps_originals(context, file):
                yield from _touched(file, before, after)


def _keeps_originals(context: Context, file: str) -> bool:
    """Say whether ``file`` is only to get twins."""
    return all(
        change.attempt is not None and bool(change.attempt.twins)
        for change in context.changes
        if any(new.file == file for new in change.proposal.files)
    )


def _touched(file: str, before: Module, after: Module) -> Iterator[Objection]:
    """Object to originals that are not, byte for byte, what they were."""
    old, new = before.source.decode(errors="replace"), after.source.decode(errors="replace")
    for name, node in before.functions.items():
        other = after.functions.get(name)
        same = other is not None and _source(old, node) == _source(new, other)
        if not same:
            message = f"{file}: {name} is not what it was, and only its twin was to be added"
            yield Objection(message, Site(file, span_of(node)))


def _source(text: str, node: FunctionNode) -> list[str]:
    start = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
    return text.splitlines()[start - 1 : node.end_lineno]


def _twins(context: Context) -> frozenset[str]:
    return frozenset(
        name
        for change in context.changes
        if change.attempt is not None
        for name in change.attempt.twins
    )


def _compare(
    file: str, before: Module, after: Module, twins: frozenset[str]
) -> Iterator[Objection]:
    known = {node.name for node in before.tree.body if isinstance(node, ast.ClassDef)}
    old, new = list(_shapes(before.tree, frozenset())), list(_shapes(after.tree, twins - known))
    texts = [text for text, _ in old], [text for text, _ in new]
    matcher = difflib.SequenceMatcher(a=texts[0], b=texts[1], autojunk=False)
    for kind, a_start, a_end, b_start, b_end in matcher.get_opcodes():
        if kind == "equal":
            continue
        node = new[b_start][1] if b_end > b_start else old[a_start][1]
        gone = " is gone" if b_end == b_start else ""
        shown = ast.unparse(node).splitlines()[0]
        message = f"{file}, line {node.lineno}: `{shown}`{gone} lies outside the planned functions"
        yield Objection(message, Site(file, span_of(node)))
        del a_end


def _shapes(
    node: ast.Module | ast.ClassDef, twins: frozenset[str], path: str = ""
) -> Iterator[tuple[str, ast.stmt]]:
    """Give every statement that is neither a function nor an import, without its names."""
    for child in node.body:
        if isinstance(child, ast.Import | ast.ImportFrom | _Function):
            continue
        if isinstance(child, ast.ClassDef):
            if child.name in twins:
                continue
            head = copy.copy(child)
            head.body = [ast.Pass()]
            yield f"{path}{_shape(head)}", child
            yield from _shapes(child, twins, f"{path}{child.name}.")
        elif not _is_exports(child):
            yield f"{path}{_shape(child)}", child


def _is_exports(node: ast.stmt) -> bool:
    """Say whether it is the list of names in ``__all__``; those are added to by name."""
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    is_list = isinstance(getattr(node, "value", None), ast.List | ast.Tuple)
    return is_list and any(isinstance(t, ast.Name) and t.id == "__all__" for t in targets)


def _shape(node: ast.stmt) -> str:
    copied = copy.deepcopy(node)
    for part in ast.walk(copied):
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load):
            part.id = "_"
        elif isinstance(part, ast.Attribute):
            part.attr = "_"
        elif isinstance(part, ast.AnnAssign):
            part.annotation = ast.Constant("_")
    # How a name is written may change as well: `Client` for `httpx.Client`.
    return ast.unparse(_Flat().visit(copied))


class _Flat(ast.NodeTransformer):
    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        value = self.visit(node.value)
        is_name = isinstance(value, ast.Name) and value.id == "_"
        return value if is_name else ast.Attribute(value, node.attr, node.ctx)
