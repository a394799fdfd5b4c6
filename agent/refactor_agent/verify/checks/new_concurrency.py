"""What was done in order stays in order."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator

from refactor_agent.verify.checks._check import Check, Example, Objection
from refactor_agent.verify.checks._functions import Finding, changed_functions, own_nodes
from refactor_agent.verify.context import Context
from refactor_agent.verify.syntax import FunctionNode, Module

__all__ = ["CHECK"]

_CONCURRENT = frozenset(
    {"gather", "as_completed", "TaskGroup", "create_task_group", "create_task", "ensure_future",
     "start_soon", "run_coroutine_threadsafe", "ordered_map"}
)  # fmt: skip


def _find(context: Context) -> Iterator[Objection]:
    for change in changed_functions(context):
        known: Counter[str] = Counter()
        threads: Counter[str] = Counter()
        if change.before is not None and change.module_before is not None:
            known.update(one.same for one in _concurrent(change.module_before, change.before))
            threads.update(_targets(change.before))
        for found in _concurrent(change.module_after, change.after):
            known[found.same] -= 1
            ran = _run(found.node)
            if known[found.same] < 0 and threads[ran]:
                threads[ran] -= 1  # a task where a thread was: no more at once than before
            elif known[found.same] < 0:
                yield Objection(f"{change.name}: {found.message}", change.site(found.node))


def _targets(function: FunctionNode) -> Iterator[str]:
    """Give what threads run that ``function`` makes."""
    for node in own_nodes(function):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {"Thread", "threading.Thread"}:
            yield from (ast.unparse(w.value) for w in node.keywords if w.arg == "target")


def _run(node: ast.AST) -> str:
    """Give what a task runs: ``f`` of ``create_task(f(x))``."""
    is_task = isinstance(node, ast.Call) and ast.unparse(node.func).endswith("create_task")
    first = node.args[0] if isinstance(node, ast.Call) and is_task and node.args else None
    return ast.unparse(first.func) if isinstance(first, ast.Call) else ""


def _concurrent(_module: Module, function: FunctionNode) -> Iterator[Finding]:
    if function.name.startswith("test"):
        return
    for node in own_nodes(function):
        if not isinstance(node, ast.Call):
            continue
        called = node.func
        last = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
        if last in _CONCURRENT and not (isinstance(called, ast.Name) and _is_own(function, last)):
            message = (
                f"{ast.unparse(called)} makes concurrent what was done in order: side effects, "
                "exceptions and the load on others change; await one after the other"
            )
            yield Finding(node, message, last)


def _is_own(function: FunctionNode, name: str) -> bool:
    """Say whether ``name`` is what the function made itself, of nothing that runs side by side."""
    made = [
        node.value
        for node in own_nodes(function)
        if isinstance(node, ast.Assign)
        and any(isinstance(target, ast.Name) and target.id == name for target in node.targets)
    ]
    return bool(made) and all(
        isinstance(value, ast.Call) and _CONCURRENT.isdisjoint(_words(value)) for value in made
    )


def _words(value: ast.expr) -> Iterator[str]:
    for node in ast.walk(value):
        if isinstance(node, ast.Attribute | ast.Name):
            yield node.attr if isinstance(node, ast.Attribute) else node.id


_BEFORE = "def load(keys):\n    return [get(key) for key in keys]\n"


def _after(expression: str) -> str:
    return f"import asyncio\n\n\nasync def load(keys):\n    return {expression}\n"


_THREAD = """\
import threading


def run(jobs):
    for _ in range(2):
        threading.Thread(target=work, args=(jobs,)).start()
"""
_TASK = """\
import asyncio


async def run(jobs):
    for _ in range(2):
        TASKS.add(asyncio.create_task(work(jobs)))
"""

_OWN = "def add(url):\n    create_task = Create(url)\n    create_task()\n"
_OWN_AFTER = "async def add(url):\n    create_task = Create(url)\n    await create_task()\n"
_SAYS = "makes concurrent"

CHECK = Check(
    name="new-concurrency",
    hazards=("H-F1", "H-F2", "H-F3", "H-F4", "H-B6", "H-W6"),
    reason="Unbounded or reordered work fails only under load, or when one item fails.",
    find=_find,
    examples=(
        Example("gather", _BEFORE, _after("await asyncio.gather(*(get(k) for k in keys))"), _SAYS),
        Example(
            "task thrown away",
            _BEFORE,
            _after("[asyncio.create_task(get(k)) for k in keys]"),
            _SAYS,
        ),
        Example("an object of that name", _OWN, _OWN_AFTER),
        Example(
            "a task behind an own name",
            _OWN,
            _OWN_AFTER.replace("Create(url)", "partial(asyncio.create_task, create(url))"),
            _SAYS,
        ),
        Example("in order", _BEFORE, _after("[await get(key) for key in keys]")),
        Example("a task in a thread's place", _THREAD, _TASK),
        Example(
            "a task that runs something else", _THREAD, _TASK.replace("work(", "other("), _SAYS
        ),
        Example(
            "it was concurrent before",
            _after("await asyncio.gather(*(offload(get, k) for k in keys))"),
            _after("await asyncio.gather(*(get(k) for k in keys))"),
        ),
    ),
)
