"""A file with a name that others may use is not written and then moved with an await between."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from refactor_agent.verify.checks._check import Check, Example, Objection
from refactor_agent.verify.checks._functions import Finding, fresh_findings, own_nodes
from refactor_agent.verify.checks._hops import Hop, hop
from refactor_agent.verify.context import Context
from refactor_agent.verify.syntax import FunctionNode, Module, dotted

__all__ = ["CHECK"]

_WRITES = frozenset({"write_text", "write_bytes"})
_ENDS = frozenset({"replace", "rename", "unlink"})
"""Methods of a path after which it is no longer there."""
_ENDED_BY = frozenset({"os.replace", "os.rename", "os.remove", "os.unlink", "shutil.move"})
_UNIQUE = frozenset(
    {"NamedTemporaryFile", "TemporaryDirectory", "TemporaryFile", "mkdtemp", "mkstemp",
     "token_hex", "token_urlsafe", "uuid1", "uuid4", "get_ident", "time_ns"}
)  # fmt: skip
_SUSPENDS = (ast.Await, ast.AsyncFor, ast.AsyncWith)


class _Use(NamedTuple):
    """A call that writes a file, or takes it away."""

    path: ast.expr
    ends: bool
    node: ast.Call


def _find(context: Context) -> Iterator[Objection]:
    return fresh_findings(context, _exposed)


def _exposed(module: Module, function: FunctionNode) -> Iterator[Finding]:
    """Find a file that is written and taken away while other tasks run, or other threads do."""
    nodes = list(own_nodes(function))
    suspended = [_start(node) for node in nodes if isinstance(node, _SUSPENDS)]
    for written, ended in _pairs(module, function):
        locked = _guards(module, written.node) & _guards(module, ended.node)
        begins = _start(_statement(module, written.node))
        if not locked and any(begins <= at <= _start(ended.node) for at in suspended):
            why = "an await lets other tasks run before it is moved or removed"
            yield _finding(written.path, written.node, why)
    for node in nodes:
        if not isinstance(node, ast.Call) or _guards(module, node):
            continue
        handed = hop(node)
        helper = module.functions.get(dotted(handed.function) or "") if handed else None
        for written, _ in _pairs(module, helper) if helper else ():
            yield _finding(written.path, node, "several threads may be in there at once now")


def _finding(path: ast.expr, node: ast.Call, why: str) -> Finding:
    name = ast.unparse(path)
    return Finding(node, f"`{name}` is written under a name others may use, and {why}", name)


def _pairs(module: Module, function: FunctionNode) -> Iterator[tuple[_Use, _Use]]:
    """Give each write with the first call after it that takes the same file away."""
    uses = list(_uses(module, function))
    for number, written in enumerate(uses):
        if written.ends or _is_unique(function, written.path):
            continue
        same = ast.dump(written.path)
        later = (use for use in uses[number + 1 :] if use.ends and ast.dump(use.path) == same)
        for ended in later:
            yield written, ended
            break


def _uses(module: Module, function: FunctionNode) -> Iterator[_Use]:
    """Give what is written and taken away, in nested functions that a thread is handed too."""
    nested = {node.name: node for node in own_nodes(function) if isinstance(node, ast.FunctionDef)}
    for node in own_nodes(function):
        if not isinstance(node, ast.Call):
            continue
        handed = hop(node)
        inner = nested.get(dotted(handed.function) or "") if handed else None
        if inner is not None:
            yield from (use._replace(node=node) for use in _uses(module, inner))
        elif use := _use(module, node):
            yield use


def _use(module: Module, node: ast.Call) -> _Use | None:
    call = hop(node) or Hop(node.func, node.args, node.keywords)
    name = (module.qualified(call.function) or "").removeprefix("builtins.")
    if name in _ENDED_BY and call.arguments:
        return _Use(call.arguments[0], ends=True, node=node)
    if name.rpartition(".")[2] == "open":
        return _opened(call, node)
    if isinstance(call.function, ast.Attribute):
        if call.function.attr in _WRITES:
            return _Use(call.function.value, ends=False, node=node)
        if call.function.attr in _ENDS:
            return _Use(call.function.value, ends=True, node=node)
    return None


def _opened(call: Hop, node: ast.Call) -> _Use | None:
    """Read ``open(path, "wb")``, ``aiofiles.open(path, "wb")`` and ``path.open("wb")``."""
    modes = [*call.arguments, *(word.value for word in call.keywords if word.arg == "mode")]
    texts = [part.value for part in modes if isinstance(part, ast.Constant)]
    if not any(isinstance(text, str) and set(text) <= set("wxabt+") and text for text in texts):
        return None
    given = [part for part in call.arguments if not isinstance(part, ast.Constant)]
    if not given and isinstance(call.function, ast.Attribute):
        given = [call.function.value]
    return _Use(given[0], ends=False, node=node) if given else None


def _is_unique(function: FunctionNode, path: ast.expr) -> bool:
    """Say whether nobody else can have this path: a part of it is made up for the occasion."""
    seen: set[str] = set()
    waiting: list[ast.AST] = [path]
    while waiting:
        for part in ast.walk(waiting.pop()):
            if (
                isinstance(part, ast.Call)
                and (dotted(part.func) or "").rpartition(".")[2] in _UNIQUE
            ):
                return True
            if isinstance(part, ast.Name) and part.id not in seen:
                seen.add(part.id)
                waiting.extend(_given(function, part.id))
    return False


def _given(function: FunctionNode, name: str) -> Iterator[ast.AST]:
    """Give what a name of the function is bound to."""
    for node in own_nodes(function):
        targets: list[ast.expr] = []
        if isinstance(node, ast.Assign):
            targets = node.targets
        elif isinstance(node, ast.AnnAssign | ast.NamedExpr):
            targets = [node.target]
        elif isinstance(node, ast.withitem) and node.optional_vars is not None:
            targets = [node.optional_vars]
        bound = (part for target in targets for part in ast.walk(target))
        if any(isinstance(part, ast.Name) and part.id == name for part in bound):
            yield node


def _guards(module: Module, node: ast.AST) -> frozenset[int]:
    """Give the locks around ``node``: what is entered with an await, files apart."""
    return frozenset(
        id(parent)
        for parent in module.ancestors(node)
        if isinstance(parent, ast.AsyncWith)
        and not any(_is_open(item.context_expr) for item in parent.items)
    )


def _is_open(entered: ast.expr) -> bool:
    called = entered.func if isinstance(entered, ast.Call) else entered
    return (dotted(called) or "").rpartition(".")[2] in {"open", "open_file"}


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
