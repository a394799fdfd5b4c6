"""A thread that calls a generator function runs none of it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refactor_agent.verify.checks._check import Check, Example, Objection
from refactor_agent.verify.checks._functions import changed_functions, own_nodes
from refactor_agent.verify.context import Context
from refactor_agent.verify.syntax import Module, dotted

__all__ = ["CHECK"]

_THREADED = frozenset({"offload", "to_thread", "run_sync", "run_in_threadpool", "run_in_executor"})
_LAZY = frozenset(
    {"map", "filter", "zip", "enumerate", "iter", "reversed", "itertools.chain",
     "itertools.starmap", "itertools.islice", "csv.reader", "csv.DictReader"}
)  # fmt: skip
"""What gives its items only when they are asked for."""


def _find(context: Context) -> Iterator[Objection]:
    generators = _generators(context)
    for change in changed_functions(context):
        module = change.module_after
        for node in own_nodes(change.after):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            last = (dotted(node.func) or ast.unparse(node.func)).rpartition(".")[2]
            handed = node.args[1 if last == "run_in_executor" else 0 :][:1]
            if last not in _THREADED or not handed:
                continue
            name = (module.qualified(handed[0]) or "").lstrip(".")
            if name and any(_is(known, name) for known in generators):
                message = (
                    f"{change.name}: {name} is a generator function: the thread only makes the "
                    "generator, and its body runs on the loop"
                )
                yield Objection(message, change.site(node))
            elif name in _LAZY or _gives_generator(module, handed[0]):
                message = (
                    f"{change.name}: `{ast.unparse(node)}` makes something lazy on a thread: its "
                    "items are worked out where they are read, and that runs on the loop"
                )
                yield Objection(message, change.site(node))


def _gives_generator(module: Module, handed: ast.expr) -> bool:
    """Whether it is a lambda that gives a generator expression, or something else that is lazy."""
    if not isinstance(handed, ast.Lambda):
        return False
    body = handed.body
    lazy = isinstance(body, ast.Call) and module.qualified(body.func) in _LAZY
    return lazy or isinstance(body, ast.GeneratorExp)


def _generators(context: Context) -> frozenset[str]:
    """Sync generator functions, of the changed files and of the program as far as it is known."""
    found = {
        name
        for file in context.python_files
        if (module := context.module_after(file)) is not None
        for name, node in module.functions.items()
        if isinstance(node, ast.FunctionDef)
        if any(isinstance(part, ast.Yield | ast.YieldFrom) for part in own_nodes(node))
    }
    located = context.located_after
    functions = located.graph.functions.values() if located else ()
    return frozenset(
        found | {one.name for one in functions if one.is_generator and not one.is_async}
    )


def _is(known: str, name: str) -> bool:
    return known == name or ("." in name and known.endswith("." + name))


_BEFORE = """\
import asyncio
import time


def read(k):
    time.sleep(1)
    yield k


async def use(k):
    return list(read(k))
"""
_BARE = _BEFORE.replace("list(read(k))", "list(await asyncio.to_thread(read, k))")
_WHOLE = _BEFORE.replace("list(read(k))", "await asyncio.to_thread(lambda: list(read(k)))")

_LIST = "import asyncio\n\n\nasync def use(ks):\n    return [get(k) for k in ks]\n"

CHECK = Check(
    name="offloaded-generator",
    hazards=("H-W1", "H-H1"),
    reason="The blocking calls in its body still stop the loop.",
    find=_find,
    examples=(
        Example("only made there", _BEFORE, _BARE, "runs on the loop"),
        Example("read there", _BEFORE, _WHOLE),
        Example(
            "a lazy map",
            _LIST,
            _LIST.replace("[get(k) for k in ks]", "list(await asyncio.to_thread(map, get, ks))"),
            "makes something lazy",
        ),
        Example(
            "a generator expression",
            _LIST,
            _LIST.replace(
                "[get(k) for k in ks]",
                "await asyncio.to_thread(lambda: (get(k) for k in ks))",
            ),
            "makes something lazy",
        ),
        Example(
            "a list",
            _LIST,
            _LIST.replace(
                "[get(k) for k in ks]", "await asyncio.to_thread(lambda: [get(k) for k in ks])"
            ),
        ),
    ),
)
