"""A function that turned async is not handed to code that calls it and does not await."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refactor_agent.domain.place import Site
from refactor_agent.verify.checks._check import Check, Example, Objection
from refactor_agent.verify.checks._colour import Coloured, coloured_functions, names_function
from refactor_agent.verify.context import Context
from refactor_agent.verify.syntax import Module, span_of

__all__ = ["CHECK"]

_AWAITING = frozenset(
    {
        "Depends",
        "Security",
        "Route",
        "add_api_route",
        "add_route",
        "add_task",
        "add_event_handler",
        "add_exception_handler",
        "start_soon",
        "start",
        "iscoroutinefunction",
        "async_to_sync",
        "wraps",
        "update_wrapper",
        "isinstance",
        "AsyncMock",
    }
)


def _find(context: Context) -> Iterator[Objection]:
    coloured = coloured_functions(context)
    for file in context.python_files if coloured else ():
        module = context.module_after(file)
        if module is not None:
            yield from _handed(module, file, coloured)
    yield from _handed_elsewhere(context, coloured)


def _handed(module: Module, file: str, coloured: tuple[Coloured, ...]) -> Iterator[Objection]:
    for node in ast.walk(module.tree):
        if not isinstance(node, ast.Call):
            continue
        for argument in (*node.args, *(keyword.value for keyword in node.keywords)):
            for one in coloured:
                if names_function(module, file, argument, one) and not _awaits(node.func):
                    called = ast.unparse(node.func)
                    yield _objection(one.name, called, Site(file, span_of(argument)))


def _handed_elsewhere(context: Context, coloured: tuple[Coloured, ...]) -> Iterator[Objection]:
    """In files that did not change, by the call graph."""
    located = context.located_after if coloured else None
    if located is None:
        return
    for name, function in located.graph.functions.items():
        if not any(
            function.file == one.change.file and name.endswith("." + one.name) for one in coloured
        ):
            continue
        for reference in located.graph.references_to(name):
            called = reference.passed_to
            if called is None or reference.site.file in context.files:
                continue
            if reference.offloaded or called.rpartition(".")[2] not in _AWAITING:
                yield _objection(name, called, reference.site)


def _awaits(called: ast.expr) -> bool:
    last = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
    return last in _AWAITING


def _objection(name: str, called: str, site: Site) -> Objection:
    return Objection(f"{site}: {name} is async now, and {called} calls it without awaiting", site)


_BEFORE = "def size(x):\n    return x\n"


def _after(line: str) -> str:
    return f"async def size(x):\n    return x\n\n\ndef use(xs):\n    {line}\n"


_SAYS = "calls it without awaiting"

CHECK = Check(
    name="coroutine-as-callback",
    hazards=("H-D5", "H-D6"),
    reason="The callee gets a coroutine object: filters keep all, callbacks do nothing.",
    find=_find,
    examples=(
        Example("key", _BEFORE, _after("return sorted(xs, key=size)"), _SAYS),
        Example("map", _BEFORE, _after("return list(map(size, xs))"), _SAYS),
        Example("filter", _BEFORE, _after("return list(filter(size, xs))"), _SAYS),
        Example("thread", _BEFORE, _after("Thread(target=size).start()"), _SAYS),
        Example("executor", _BEFORE, _after("pool.submit(size, xs)"), _SAYS),
        Example("offload", _BEFORE, _after("return offload(size, xs)"), _SAYS),
        Example("done callback", _BEFORE, _after("task.add_done_callback(size)"), _SAYS),
        Example("dependency", _BEFORE, _after("return Depends(size)")),
        Example("task group", _BEFORE, _after("group.start_soon(size, xs)")),
        Example("called, not handed over", _BEFORE, _after("return asyncio.run(size(xs))")),
    ),
)
