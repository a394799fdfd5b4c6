"""Statements without a planned call stay as they are, where rules made the change."""

from __future__ import annotations

import ast
import copy
import difflib
from collections.abc import Iterator

from refactor_agent.domain.place import Site
from refactor_agent.verify.change import Change
from refactor_agent.verify.checks._check import Check, Example, Objection
from refactor_agent.verify.checks._faces import behind_faces
from refactor_agent.verify.checks._sync_form import sync_form
from refactor_agent.verify.context import Context
from refactor_agent.verify.syntax import FunctionNode, span_of

__all__ = ["CHECK"]


def _find(context: Context) -> Iterator[Objection]:
    for change in context.changes:
        if change.attempt is not None or change.proposal.author.kind == "rules":
            yield from _unplanned(context, change)


def _unplanned(context: Context, change: Change) -> Iterator[Objection]:
    for edit in change.proposal.functions:
        file = edit.function.file
        before, after = context.module_before(file), context.module_after(file)
        if before is None or after is None:
            continue
        for name, node in before.functions.items():
            new = after.functions.get(name)
            if new is not None and _is(name, edit.function.name):
                yield from _compare(file, name, node, new)
    for written in change.proposal.files:
        before, after = (
            context.module_before(written.file),
            context.module_after(written.file),
        )
        moved = {face: name for name, face in behind_faces(context, written.file).items()}
        for name, node in before.functions.items() if before else ():
            new = after.functions.get(moved.get(name, name)) if after else None
            if new is not None:
                yield from _compare(written.file, name, node, new)


def _is(name: str, planned: str) -> bool:
    return planned == name or planned.endswith("." + name)


def _compare(
    file: str, name: str, before: FunctionNode, after: FunctionNode
) -> Iterator[Objection]:
    """Statements may move into a helper and be made of other calls, but none may vanish."""
    old, new = list(_statements(before)), list(_statements(after))
    matcher = difflib.SequenceMatcher(
        a=[text for text, _ in old], b=[text for text, _ in new], autojunk=False
    )
    for kind, start, end, _, _ in matcher.get_opcodes():
        if kind not in {"delete", "replace"}:
            continue
        for _, node in old[start:end]:
            if not _may_change(node) and not _is_handed_back(node, after):
                text = ast.unparse(node).splitlines()[0]
                site = Site(file, span_of(node))
                yield Objection(f"{name}: the statement `{text}` was changed or dropped", site)


def _statements(function: FunctionNode) -> Iterator[tuple[str, ast.stmt]]:
    """Every statement under a function in order, as it reads in sync and without its body."""
    pending: list[ast.stmt] = list(reversed(function.body))
    while pending:
        node = pending.pop()
        delegation = _spelled_out(node)
        if delegation is not None:
            yield sync_form(delegation), node
            continue
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield sync_form(_head(node)), node
        pending.extend(reversed(list(_under(node))))


def _spelled_out(node: ast.stmt) -> ast.stmt | None:
    """Give ``yield from x`` for a loop that yields each item: async generators can't delegate."""
    match node:
        case ast.For(target, source, [ast.Expr(ast.Yield(given))], []) | ast.AsyncFor(
            target, source, [ast.Expr(ast.Yield(given))], []
        ) if isinstance(target, ast.Name) and isinstance(given, ast.Name):
            if target.id == given.id:
                delegation = ast.Expr(ast.YieldFrom(source))
                return ast.copy_location(delegation, node)
    return None


def _head(node: ast.stmt) -> ast.stmt:
    head = copy.copy(node)
    for field in ("body", "orelse", "finalbody", "handlers", "cases"):
        if getattr(head, field, None):
            setattr(head, field, [ast.Pass()] if field == "body" else [])
    if isinstance(head, ast.Try | ast.TryStar):
        head.finalbody = [ast.Pass()]
    return head


def _under(node: ast.stmt) -> Iterator[ast.stmt]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.stmt):
            yield child
        elif isinstance(child, ast.ExceptHandler | ast.match_case):
            yield from child.body


def _may_change(node: ast.stmt) -> bool:
    """A call may become another, a context manager an async one, an import another library's."""
    if isinstance(node, ast.Import | ast.ImportFrom | ast.With | ast.AsyncWith | ast.Try):
        return True
    if isinstance(node, ast.Return | ast.Expr | ast.Assign | ast.AnnAssign | ast.AugAssign):
        return node.value is not None and _calls(node.value)
    return any(_calls(part) for part in ast.iter_child_nodes(node) if isinstance(part, ast.expr))


def _is_handed_back(node: ast.stmt, after: FunctionNode) -> bool:
    """Say whether a helper returns what is assigned, and its caller assigns that to the same."""
    if not isinstance(node, ast.Assign):
        return False
    targets = [ast.unparse(target) for target in node.targets]
    helpers = {
        inner.name
        for inner in ast.walk(after)
        if isinstance(inner, ast.FunctionDef) and _returns(inner, ast.unparse(node.value))
    }
    return any(
        [ast.unparse(target) for target in each.targets] == targets
        and any(isinstance(part, ast.Name) and part.id in helpers for part in ast.walk(each.value))
        for each in ast.walk(after)
        if isinstance(each, ast.Assign)
    )


def _returns(helper: ast.FunctionDef, text: str) -> bool:
    found = (node.value for node in ast.walk(helper) if isinstance(node, ast.Return))
    return any(value is not None and ast.unparse(value) == text for value in found)


def _calls(node: ast.AST) -> bool:
    return any(isinstance(part, ast.Call | ast.Subscript) for part in ast.walk(node))


_BEFORE = """\
def load(k):
    total = 0
    for part in get(k):
        total += part
    if total > 3:
        raise ValueError(k)
    return total
"""
_AFTER = _BEFORE.replace("def", "async def").replace("in get", "in await get")
_SAYS = "was changed or dropped"
_DELEGATING = """\
def lines(parts):
    for part in batches(parts):
        yield from part
"""
_SPELLED_OUT = """\
async def lines(parts):
    async for part in batches(parts):
        for item in part:
            yield item
"""
_KEEPING = """\
def save(data):
    with temporary() as file:
        file.write(data)
        path = file.name
    return path
"""
_KEPT = """\
async def save(data):
    def write_file():
        with temporary() as file:
            file.write(data)
            return file.name
    path = await offload(write_file)
    return path
"""

CHECK = Check(
    name="unplanned-statement",
    hazards=("H-A3",),
    reason="The conversion does more than make code async.",
    find=_find,
    examples=(
        Example("changed", _BEFORE, _AFTER.replace("total = 0", "total = 1"), _SAYS),
        Example("dropped", _BEFORE, _AFTER.replace("        total += part", "        pass"), _SAYS),
        Example("condition", _BEFORE, _AFTER.replace("> 3", ">= 3"), _SAYS),
        Example("result", _BEFORE, _AFTER.replace("return total", "return 0"), _SAYS),
        Example("only awaited", _BEFORE, _AFTER),
        Example("each item of what it delegates to", _DELEGATING, _SPELLED_OUT),
        Example(
            "items of something else",
            _DELEGATING,
            _SPELLED_OUT.replace("in part:", "in parts:"),
            _SAYS,
        ),
        Example(
            "something else of each item",
            _DELEGATING,
            _SPELLED_OUT.replace("yield item", "yield part"),
            _SAYS,
        ),
        Example(
            "moved into a helper",
            _BEFORE,
            "async def load(k):\n    def _sum():\n        total = 0\n"
            "        for part in get(k):\n            total += part\n        return total\n"
            "    total = await offload(_sum)\n    if total > 3:\n        raise ValueError(k)\n"
            "    return total\n",
        ),
        Example("handed back by a helper", _KEEPING, _KEPT),
        Example(
            "a helper hands back something else",
            _KEEPING,
            _KEPT.replace("file.name", "file.mode"),
            _SAYS,
        ),
        Example(
            "what a helper hands back goes elsewhere",
            _KEEPING,
            _KEPT.replace("path = await", "other = await"),
            _SAYS,
        ),
    ),
)
