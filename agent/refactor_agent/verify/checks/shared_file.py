"""A file with a name that others may use is not written and then moved with an await between."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refactor_agent.verify.checks._check import Check, Example, Objection
from refactor_agent.verify.checks._functions import Finding, fresh_findings, own_nodes
from refactor_agent.verify.checks._hops import hop
from refactor_agent.verify.checks._locks import lock_blocks
from refactor_agent.verify.checks._taken_away import taken_away
from refactor_agent.verify.context import Context
from refactor_agent.verify.syntax import FunctionNode, Module, dotted

__all__ = ["CHECK"]

_SUSPENDS: tuple[type[ast.AST], ...] = (ast.Await, ast.AsyncFor, ast.AsyncWith)


def _find(context: Context) -> Iterator[Objection]:
    return fresh_findings(context, _exposed)


def _exposed(module: Module, function: FunctionNode) -> Iterator[Finding]:
    """Find a file that is written and taken away while other tasks run, or other threads do."""
    nodes = list(own_nodes(function))
    waits = _SUSPENDS
    if isinstance(function, ast.AsyncFunctionDef):
        waits = (*waits, ast.Yield)  # whoever is given something may await
    suspended = [_start(node) for node in nodes if isinstance(node, waits)]
    for written, ended in taken_away(module, function):
        locked = lock_blocks(module, written.node) & lock_blocks(module, ended.node)
        begins = _start(_statement(module, written.node))
        if not locked and any(begins <= at <= _start(ended.node) for at in suspended):
            why = "an await lets other tasks run before it is moved or removed"
            yield _finding(written.path, written.node, why)
    for node in nodes:
        if not isinstance(node, ast.Call) or lock_blocks(module, node):
            continue
        handed = hop(node)
        helper = module.functions.get(dotted(handed.function) or "") if handed else None
        for written, _ in taken_away(module, helper) if helper else ():
            yield _finding(written.path, node, "several threads may be in there at once now")


def _finding(path: ast.expr, node: ast.Call, why: str) -> Finding:
    name = ast.unparse(path)
    return Finding(node, f"`{name}` is written under a name others may use, and {why}", name)


def _statement(module: Module, node: ast.AST) -> ast.AST:
    for parent in module.ancestors(node):
        if isinstance(parent, ast.stmt):
            return parent
    return node


def _start(node: ast.AST) -> tuple[int, int]:
    return (getattr(node, "lineno", 0), getattr(node, "col_offset", 0))


_HEAD = "import os\nimport uuid\n\nfrom _async_adapters import offload\n\n\n"
_BEFORE = (
    _HEAD + "async def store(inbox, name, data):\n    part = inbox / f'.{name}.part'\n"
    "    with open(part, 'wb') as file:\n        file.write(data)\n    part.replace(inbox / name)\n"
)
_AFTER = _BEFORE.replace("part.replace(", "await offload(part.replace, ")
_SYNC = (
    _HEAD + "def put(path, data):\n    part = path.with_suffix('.part')\n"
    "    part.write_bytes(data)\n    os.replace(part, path)\n\n\n"
    "async def store(path, data):\n    put(path, data)\n"
)
_OFFLOADED = _SYNC.replace("    put(path, data)\n", "    await offload(put, path, data)\n")
_OWN = "part = inbox / f'.{name}.{uuid.uuid4()}.part'"

CHECK = Check(
    name="shared-file",
    hazards=("H-E4",),
    reason="Two requests for one name write the same part file: the second finds it gone.",
    level="doubtful",
    find=_find,
    examples=(
        Example("moved on a thread", _BEFORE, _AFTER, "before it is moved or removed"),
        Example(
            "each step on a thread",
            _BEFORE,
            _AFTER.replace(
                "    with open(part, 'wb') as file:\n        file.write(data)\n",
                "\n    def write():\n        with open(part, 'wb') as file:\n"
                "            file.write(data)\n\n    await offload(write)\n",
            ),
            "before it is moved or removed",
        ),
        Example(
            "opened by a library that awaits",
            _BEFORE,
            _BEFORE.replace("with open(", "async with aiofiles.open(").replace(
                "file.write", "await file.write"
            ),
            "before it is moved or removed",
        ),
        Example("a helper as a whole", _SYNC, _OFFLOADED, "several threads"),
        Example(
            "a name of its own",
            _BEFORE.replace("part = inbox / f'.{name}.part'", _OWN),
            _AFTER.replace("part = inbox / f'.{name}.part'", _OWN),
        ),
        Example(
            "under a lock",
            _SYNC,
            _SYNC.replace(
                "    put(path, data)\n",
                "    async with writing:\n        await offload(put, path, data)\n",
            ),
        ),
        Example(
            "written last",
            _BEFORE,
            _BEFORE.replace("    part.replace", "    await told(name)\n    other.replace"),
        ),
        Example("it was so before", _OFFLOADED, _OFFLOADED + "    return path\n"),
    ),
)
