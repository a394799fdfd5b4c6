"""Nothing changes but the planned functions and the declared imports."""

from __future__ import annotations

import ast
import difflib
from collections.abc import Iterator

from refactor_agent.domain.place import Site, Span
from refactor_agent.domain.plan import FunctionRef
from refactor_agent.verify.checks._check import Check, Example, Objection
from refactor_agent.verify.checks._whole_files import outside_functions
from refactor_agent.verify.context import Context
from refactor_agent.verify.syntax import FunctionNode, Module

__all__ = ["CHECK"]


def _find(context: Context) -> Iterator[Objection]:
    yield from _outside_the_change_set(context)
    yield from outside_functions(context)
    declared = {new.file for change in context.changes
                for new in (*change.proposal.new_files, *change.proposal.files)}  # fmt: skip
    for file in set(context.files) - declared:
        if file in context.added_files:
            yield Objection(f"{file} is new, and the proposal does not declare it")
        elif file.endswith(".py"):
            before, after = context.module_before(file), context.module_after(file)
            if before is not None and after is not None:
                assigned = _assigned(context, file)
                yield from _compare(file, before, after, _planned(context, file), assigned)


def _outside_the_change_set(context: Context) -> Iterator[Objection]:
    for change in context.changes:
        for edit in change.proposal.functions:
            if not any(_holds(edit.function, ref) for ref in change.change_set.functions):
                yield Objection(f"{edit.function.name} is not among the functions of the plan")


def _holds(edited: FunctionRef, planned: FunctionRef) -> bool:
    """An edit is of a whole outermost function, and the plan may name one inside it."""
    inside = planned.name == edited.name or planned.name.startswith(f"{edited.name}.")
    return inside and planned.file == edited.file


def _planned(context: Context, file: str) -> tuple[str, ...]:
    return tuple(
        edit.function.name
        for change in context.changes
        for edit in change.proposal.functions
        if edit.function.file == file
    )


def _assigned(context: Context, file: str) -> frozenset[str]:
    """Name the clients whose making the proposals declare to change."""
    return frozenset(
        edit.name
        for change in context.changes
        if change.proposal.author.kind == "rules"
        for edit in change.proposal.assignments
        if edit.file == file
    )


def _compare(
    file: str,
    before: Module,
    after: Module,
    planned: tuple[str, ...],
    assigned: frozenset[str] = frozenset(),
) -> Iterator[Objection]:
    old = _rest(before, planned, assigned)
    new = _rest(after, planned, assigned, known=before)
    texts = [line for _, line in old], [line for _, line in new]
    matcher = difflib.SequenceMatcher(a=texts[0], b=texts[1], autojunk=False)
    for kind, a_start, a_end, b_start, b_end in matcher.get_opcodes():
        if kind == "equal":
            continue
        number, line = new[b_start] if b_end > b_start else old[a_start]
        gone = " is gone" if b_end == b_start else ""
        shown = line.decode(errors="replace").strip()
        yield Objection(
            f"{file}, line {number}: `{shown}`{gone} lies outside the planned functions",
            Site(file, Span(number, 0, number, len(line))),
        )
        del a_end


def _rest(
    module: Module,
    planned: tuple[str, ...],
    assigned: frozenset[str],
    known: Module | None = None,
) -> list[tuple[int, bytes]]:
    """The lines, by number, that belong to no planned function, import or blank line."""
    left_out: set[int] = set()
    for name, node in module.functions.items():
        twin = known is not None and name not in known.functions and _beside(name, planned)
        if twin or any(_is(name, wanted) for wanted in planned):
            left_out.update(_lines(node))
    for statement in module.tree.body:
        left_out.update(_import_lines(statement))
        if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) in assigned:
            left_out.update(range(statement.lineno, (statement.end_lineno or 0) + 1))
    return [
        (number, line)
        for number, line in enumerate(module.source.splitlines(), start=1)
        if number not in left_out and line.strip()
    ]


def _is(name: str, planned: str) -> bool:
    return planned == name or planned.endswith("." + name)


def _beside(name: str, planned: tuple[str, ...]) -> bool:
    """A twin is a new function next to a planned one, in the same class or module."""
    owner = name.rpartition(".")[0]
    return any(_owner_in_module(wanted, owner) for wanted in planned)


def _owner_in_module(planned: str, owner: str) -> bool:
    above = planned.rpartition(".")[0]
    return not owner or above == owner or above.endswith("." + owner)


def _lines(node: FunctionNode) -> range:
    start = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
    return range(start, (node.end_lineno or node.lineno) + 1)


def _import_lines(node: ast.stmt) -> Iterator[int]:
    """Imports at the top, and under `if TYPE_CHECKING` and `try` there."""
    if isinstance(node, ast.Import | ast.ImportFrom):
        yield from range(node.lineno, (node.end_lineno or node.lineno) + 1)
    elif isinstance(node, ast.If | ast.Try):
        for child in node.body:
            yield from _import_lines(child)


_BEFORE = """\
import time

LIMIT = 3  # tries


def load(k):
    time.sleep(1)
    return k


class C:
    # keeps the last one
    size = 1
"""
_RIGHT = _BEFORE.replace("import time", "import asyncio").replace(
    "def load(k):\n    time.sleep(1)", "async def load(k):\n    await asyncio.sleep(1)"
)
_SAYS = "lies outside the planned functions"

CHECK = Check(
    name="edit-outside-plan",
    hazards=("H-P1",),
    reason="Nobody planned, reviewed or tests an edit there.",
    find=_find,
    examples=(
        Example("a constant", _BEFORE, _RIGHT.replace("= 3", "= 30"), _SAYS),
        Example("a comment dropped", _BEFORE, _RIGHT.replace("  # tries", ""), _SAYS),
        Example("a class attribute", _BEFORE, _RIGHT.replace("size = 1", "size: int = 1"), _SAYS),
        Example("reformatted", _BEFORE, _RIGHT.replace("LIMIT = 3", "LIMIT=3"), _SAYS),
        Example("code at the end", _BEFORE, _RIGHT + "\n\nload.size = 1\n", _SAYS),
        Example("the function and an import", _BEFORE, _RIGHT),
        Example("a twin", _BEFORE, _RIGHT.replace(
            "\n\nclass", "\n\nasync def aload(k):\n    return await load(k)\n\n\nclass")),
    ),
)  # fmt: skip
