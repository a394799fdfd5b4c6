"""A context variable is not set on a worker thread, nor read on one that did not get it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refactor_agent.verify.checks._check import Check, Example, Objection
from refactor_agent.verify.checks._functions import FunctionChange, changed_functions, own_nodes
from refactor_agent.verify.checks._hops import hop
from refactor_agent.verify.checks._units import Unit, Units
from refactor_agent.verify.context import Context
from refactor_agent.verify.syntax import FunctionNode, Module, dotted

__all__ = ["CHECK"]

_FAR = 20
"""So many functions are looked at behind one that a thread is handed."""
_THREADED = frozenset({"offload", "to_thread", "run_sync", "run_in_threadpool", "run_in_executor"})


def _find(context: Context) -> Iterator[Objection]:
    yield from _inside(context)
    units = Units(context)
    for change in changed_functions(context):
        unit = units.get(change.file, change.name)
        for node in ast.walk(change.after) if unit else ():
            if unit and isinstance(node, ast.Call) and (handed := hop(node)):
                ran = _reached(units, unit, handed.function)
                copied = getattr(node.func, "attr", "") != "run_in_executor"
                yield from _elsewhere(change, node, ran, copied=copied)


def _reached(units: Units, unit: Unit, function: ast.expr) -> list[Unit]:
    """The project's functions that a thread runs: what it is handed, and what that calls."""
    found = list(units.called(unit, function))
    for one in found:
        for node in own_nodes(one.after):
            if isinstance(node, ast.Call) and len(found) < _FAR:
                found.extend(other for other in units.called(one, node.func) if other not in found)
    return found


def _elsewhere(
    change: FunctionChange, node: ast.Call, ran: list[Unit], *, copied: bool
) -> Iterator[Objection]:
    """What is set there is set here too; what is read there came along."""
    own = set(_used(change.after, _context_variables(change.module_after), {"set", "reset"}))
    for unit in ran:
        variables = _context_variables(unit.module)
        for name in set(_used(unit.after, variables, {"set"})) - own:
            message = f"{change.name}: {name} is set by {unit.name} on a worker thread, and reads"
            yield Objection(f"{message} as before here", change.site(node))
        for name in set() if copied else set(_used(unit.after, variables, {"get"})):
            message = (
                f"{change.name}: {unit.name} reads {name}, and this thread knows nothing of it"
            )
            yield Objection(message, change.site(node))


def _inside(context: Context) -> Iterator[Objection]:
    for change in changed_functions(context):
        module = change.module_after
        variables = _context_variables(module)
        handed = _handed_to_threads(change.after)
        for node in ast.walk(change.after):
            if not isinstance(node, ast.FunctionDef | ast.Lambda):
                continue
            if isinstance(node, ast.FunctionDef) and node.name not in handed:
                continue
            for name in _used(node, variables, {"set", "reset"}):
                message = f"{change.name}: {name} is set on a worker thread, and reads as before"
                yield Objection(message, change.site(change.after))


def _context_variables(module: Module) -> frozenset[str]:
    return frozenset(
        dotted(target) or ""
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Call)
        if (module.qualified(node.value.func) or "").endswith("ContextVar")
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
    )


def _handed_to_threads(function: FunctionNode) -> frozenset[str]:
    return frozenset(
        argument.id
        for node in ast.walk(function)
        if isinstance(node, ast.Call)
        if (dotted(node.func) or "").rpartition(".")[2] in _THREADED
        for argument in node.args
        if isinstance(argument, ast.Name)
    )


def _used(
    function: FunctionNode | ast.Lambda, variables: frozenset[str], methods: set[str]
) -> Iterator[str]:
    for node in own_nodes(function):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            name = dotted(node.func.value)
            if node.func.attr in methods and name in variables:
                yield name or ""


_HEAD = "from contextvars import ContextVar\n\nuser = ContextVar('user')\n\n\n"
_BEFORE = _HEAD + "async def f(k):\n    user.set(k)\n    return read(k)\n"
_LOGIN = _HEAD + "def login(k):\n    user.set(k)\n    return k\n\n\n"
_NOTE = _HEAD + "def note(k):\n    print(user.get(), k)\n\n\n"

CHECK = Check(
    name="context-lost-in-thread",
    hazards=("H-T5",),
    reason="The thread gets a copy: request ids and users that it sets are lost.",
    find=_find,
    examples=(
        Example(
            "set in the offloaded part",
            _BEFORE,
            _HEAD + "async def f(k):\n    def _part():\n        user.set(k)\n"
            "        return read(k)\n    return await offload(_part)\n",
            "user is set on a worker thread",
        ),
        Example(
            "set by a function that a thread is handed",
            _LOGIN + "async def f(k):\n    login(k)\n    return read(k)\n",
            _LOGIN + "async def f(k):\n    await offload(login, k)\n    return read(k)\n",
            "user is set by login on a worker thread",
        ),
        Example(
            "set by it, and here again",
            _LOGIN + "async def f(k):\n    login(k)\n    return read(k)\n",
            _LOGIN + "async def f(k):\n    user.set(await offload(login, k))\n    return read(k)\n",
        ),
        Example(
            "read where nothing came along",
            _NOTE + "async def f(k):\n    note(k)\n",
            _NOTE + "async def f(k):\n    await loop().run_in_executor(None, note, k)\n",
            "note reads user, and this thread knows nothing of it",
        ),
        Example(
            "read by a thread that has a copy",
            _NOTE + "async def f(k):\n    note(k)\n",
            _NOTE + "async def f(k):\n    await asyncio.to_thread(note, k)\n",
        ),
        Example(
            "set before it",
            _BEFORE,
            _HEAD + "async def f(k):\n    user.set(k)\n    return await offload(read, k)\n",
        ),
    ),
)
