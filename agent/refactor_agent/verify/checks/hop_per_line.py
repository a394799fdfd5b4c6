"""A file is not read line by line with a thread's hop for each line."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refactor_agent.verify.checks._check import Check, Example, Objection
from refactor_agent.verify.checks._functions import changed_functions, own_nodes
from refactor_agent.verify.checks._hops import thread_function
from refactor_agent.verify.context import Context
from refactor_agent.verify.syntax import FunctionNode, Module

__all__ = ["CHECK"]

_OPENS = frozenset({"aiofiles.open", "anyio.open_file", "aiofile.async_open"})
_Loop = ast.For | ast.AsyncFor | ast.While


def _find(context: Context) -> Iterator[Objection]:
    for change in changed_functions(context):
        if change.before is None or _hopping(change.module_before, change.before):
            continue
        for loop in _hopping(change.module_after, change.after):
            message = (
                f"{change.name}: each line of the file is a hop to a thread and back, some hundred "
                "times the cost of reading it; read it in one hop, or in large parts"
            )
            yield Objection(message, change.site(loop))


def _hopping(module: Module | None, function: FunctionNode) -> list[_Loop]:
    """Loops that wait for lines, and for nothing else on each turn.

    Who gives lines on as they come, or awaits other work for each, is not made slower by much.
    """
    if module is None:
        return []
    files = _files(module, function)
    return [
        loop
        for loop in own_nodes(function)
        if isinstance(loop, _Loop) and _takes_lines(loop, files) and not _does_more(loop, files)
    ]


def _files(module: Module, function: FunctionNode) -> set[str]:
    """Names of files that hop by themselves."""
    found: set[str] = set()
    for node in own_nodes(function):
        if isinstance(node, ast.AsyncWith):
            for item in node.items:
                if _opens(module, item.context_expr) and isinstance(item.optional_vars, ast.Name):
                    found.add(item.optional_vars.id)
        elif isinstance(node, ast.Assign) and _opens(module, node.value):
            found.update(target.id for target in node.targets if isinstance(target, ast.Name))
    return found


def _opens(module: Module, node: ast.expr) -> bool:
    call = node.value if isinstance(node, ast.Await) else node
    return isinstance(call, ast.Call) and module.qualified(call.func) in _OPENS


def _takes_lines(loop: _Loop, files: set[str]) -> bool:
    if isinstance(loop, ast.AsyncFor):
        return isinstance(loop.iter, ast.Name) and loop.iter.id in files
    return any(_reads_line(node, files) for node in own_nodes(loop))


def _reads_line(node: ast.AST, files: set[str]) -> bool:
    """`await file.readline()` of such a file, or `file.readline` handed to a thread."""
    if not isinstance(node, ast.Await) or not isinstance(node.value, ast.Call):
        return False
    handed = thread_function(node.value)
    reads = handed if handed is not None else node.value.func
    if not isinstance(reads, ast.Attribute) or reads.attr != "readline":
        return False
    return handed is not None or (isinstance(reads.value, ast.Name) and reads.value.id in files)


def _does_more(loop: _Loop, files: set[str]) -> bool:
    parts = [part for line in loop.body for part in (line, *own_nodes(line))]
    return any(
        isinstance(part, ast.Yield | ast.AsyncFor | ast.AsyncWith)
        or (isinstance(part, ast.Await) and not _reads_line(part, files))
        for part in parts
    )


def _body(*lines: str) -> str:
    head = "import asyncio\n\nimport aiofiles\n\n\nasync def f(p):\n    found = []\n"
    return head + "".join(f"    {line}\n" for line in lines) + "    return found\n"


_PUT = "found.append(line.strip())"
_BEFORE = _body("with open(p) as file:", "    for line in file:", f"        {_PUT}")
_OPEN = "async with aiofiles.open(p) as file:"
_SAYS = "each line of the file is a hop"

CHECK = Check(
    name="hop-per-line",
    hazards=("H-S5", "H-T7"),
    reason="Twenty thousand lines took 0.01 s and take seconds, and the threads have no rest.",
    level="doubtful",
    find=_find,
    examples=(
        Example("an async file", _BEFORE,
                _body(_OPEN, "    async for line in file:", f"        {_PUT}"), _SAYS),
        Example("readline of one", _BEFORE,
                _body(_OPEN, "    while line := await file.readline():", f"        {_PUT}"), _SAYS),
        Example("readline on a thread", _BEFORE,
                _body("file = await asyncio.to_thread(open, p)",
                      "while line := await asyncio.to_thread(file.readline):", f"    {_PUT}"),
                _SAYS),
        Example("in one hop", _BEFORE,
                _body("text = await asyncio.to_thread(read, p)",
                      "for line in text.splitlines():", f"    {_PUT}")),
        Example("read whole", _BEFORE,
                _body(_OPEN, "    text = await file.read()",
                      "for line in text.splitlines():", f"    {_PUT}")),
        Example("each line is awaited anyhow", _BEFORE,
                _body(_OPEN, "    async for line in file:", "        await send(line)")),
        Example("given on as they come",
                _BEFORE.replace(_PUT, "yield line").replace("found\n", "\n"),
                _body(_OPEN, "    async for line in file:", "        yield line")
                .replace("found\n", "\n")),
        Example("lines of a stream", _body("for line in source:", f"    {_PUT}"),
                _body("async for line in source:", f"    {_PUT}")),
        Example("it hopped before",
                _body(_OPEN, "    async for line in file:", f"        {_PUT}"),
                _body(_OPEN, "    async for line in file:", f"        {_PUT}", "await log()")),
    ),
)  # fmt: skip
