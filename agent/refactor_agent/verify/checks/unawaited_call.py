"""Every call of a function that turned async is awaited, or goes where coroutines belong."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refactor_agent.verify.checks._check import Check, Example, Objection
from refactor_agent.verify.checks._colour import Use, calls_of, coloured_functions
from refactor_agent.verify.checks._runners import SINKS, is_sink, runs_argument
from refactor_agent.verify.checks._units import Units
from refactor_agent.verify.context import Context

__all__ = ["CHECK"]

_ITERATORS = frozenset({"aclosing", "anext", "aiter"})
_ENTERED = frozenset({"enter_async_context"})
_GROUPS = ast.Starred | ast.List | ast.Tuple | ast.ListComp | ast.GeneratorExp | ast.keyword
_HOW = {
    "coroutine": "await it",
    "generator": "read it with `async for`",
    "context manager": "enter it with `async with`",
}


def _find(context: Context) -> Iterator[Objection]:
    coloured = coloured_functions(context)
    units = Units(context)
    for use in calls_of(context, coloured) if coloured else ():
        if not _is_used(use) and not _goes_to_runner(use, units):
            name, kind = use.coloured.name, use.coloured.kind
            message = (
                f"{use.site}: {name} is async now, and its call `{ast.unparse(use.call)}` uses the "
                f"bare {kind}; {_HOW[kind]}"
            )
            yield Objection(message, use.site)


def _is_used(use: Use) -> bool:
    parent = use.module.parents.get(use.call)
    match use.coloured.kind:
        case "coroutine":
            return isinstance(parent, ast.Await) or _goes_to(use, SINKS)
        case "generator":
            return _is_read(use.call, parent) or _goes_to(use, _ITERATORS) or _is_held(use, parent)
        case "context manager":
            entered = isinstance(parent, ast.withitem) and isinstance(
                use.module.parents.get(parent), ast.AsyncWith
            )
            return entered or _goes_to(use, _ENTERED)


def _is_read(node: ast.expr, parent: ast.AST | None) -> bool:
    if isinstance(parent, ast.AsyncFor):
        return parent.iter is node
    if isinstance(parent, ast.comprehension):
        return bool(parent.is_async)
    return isinstance(parent, ast.Attribute) and parent.attr in {"asend", "athrow", "aclose"}


def _is_held(use: Use, parent: ast.AST | None) -> bool:
    """Whether a variable of its function holds it, of which all other uses read it as async."""
    holder = use.module.function_of(use.call)
    if holder is None or not isinstance(parent, ast.Assign) or len(parent.targets) != 1:
        return False
    target = parent.targets[0]
    if not isinstance(target, ast.Name):
        return False
    uses = [
        node for node in ast.walk(holder)
        if isinstance(node, ast.Name) and node.id == target.id and node is not target
    ]  # fmt: skip
    parents = use.module.parents
    return bool(uses) and all(
        isinstance(node.ctx, ast.Load) and _is_read(node, parents.get(node)) for node in uses
    )


def _goes_to_runner(use: Use, units: Units) -> bool:
    """Whether it is handed to a function of the project that runs or awaits what it is given."""
    parent = use.module.parents.get(use.call)
    holder = use.module.function_of(use.call)
    if use.coloured.kind != "coroutine" or holder is None or not isinstance(parent, ast.Call):
        return False
    unit = units.get(use.site.file, use.module.names.get(holder, ""))
    if unit is None or use.call not in parent.args:
        return False
    place = parent.args.index(use.call)
    callees = units.called(unit, parent.func)
    return bool(callees) and all(
        runs_argument(callee.module, callee.after, place) for callee in callees
    )


def _goes_to(use: Use, sinks: frozenset[str]) -> bool:
    """Whether it is an argument of a sink, by itself or inside a list or comprehension."""
    child: ast.AST = use.call
    for parent in use.module.ancestors(use.call):
        if isinstance(parent, ast.Call) and child is not parent.func:
            return is_sink(use.module, parent, sinks)
        if not isinstance(parent, _GROUPS):
            return False
        child = parent
    return False


_BEFORE = "def get(k):\n    return k\n\n\ndef use(k):\n    return get(k)\n"


def _after(body: str, callee: str = "async def get(k):\n    return k\n") -> str:
    return f"import asyncio\n\n\n{callee}\n\nasync def use(k):\n    {body}\n"


_STREAM = "async def get(k):\n    yield k\n"
_MANAGER = "@asynccontextmanager\nasync def get(k):\n    yield k\n"
_SAYS = "uses the bare coroutine"
_HELPER = "import asyncio\n\n\nasync def get(k):\n    return k\n\n\ndef run(work):\n    {body}\n"

CHECK = Check(
    name="unawaited-call",
    hazards=("H-B1", "H-B2", "H-B3", "H-B4", "H-H1", "H-H3", "H-D4"),
    reason="A coroutine nobody awaits never runs, and is true in every condition.",
    find=_find,
    examples=(
        Example("statement", _BEFORE, _after("get(k)"), _SAYS),
        Example("condition", _BEFORE, _after("if get(k): return 1"), _SAYS),
        Example("comparison", _BEFORE, _after("return get(k) == 2"), _SAYS),
        Example("format", _BEFORE, _after("return f'{get(k)}'"), _SAYS),
        Example("returned", _BEFORE, _after("return get(k)"), _SAYS),
        Example("stored", _BEFORE, _after("c = get(k)\n    return await c"), _SAYS),
        Example("attribute of the coroutine", _BEFORE, _after("return await get(k).name"), _SAYS),
        Example("item of the coroutine", _BEFORE, _after("return await get(k)[0]"), _SAYS),
        Example("argument", _BEFORE, _after("return print(get(k))"), _SAYS),
        Example("lambda", _BEFORE, _after("return lambda: get(k)"), _SAYS),
        Example("awaited", _BEFORE, _after("return await get(k)")),
        Example("awaited first", _BEFORE, _after("return (await get(k)).name")),
        Example("gathered", _BEFORE, _after("return await asyncio.gather(get(1), get(2))")),
        Example(
            "gathered list", _BEFORE, _after("return await asyncio.gather(*[get(i) for i in k])")
        ),
        Example("run", _BEFORE, _after("return asyncio.run(get(k))")),
        Example(
            "run by a helper",
            _BEFORE,
            _HELPER.format(body="return asyncio.run(work)")
            + "\n\ndef use(k):\n    return run(get(k))\n",
        ),
        Example(
            "handed to a helper that does not run it",
            _BEFORE,
            _HELPER.format(body="return str(work)") + "\n\ndef use(k):\n    return run(get(k))\n",
            _SAYS,
        ),
        Example("sync for", _BEFORE, _after("for x in get(k): return x", _STREAM), "`async for`"),
        Example("list", _BEFORE, _after("return list(get(k))", _STREAM), "`async for`"),
        Example("async for", _BEFORE, _after("async for x in get(k): return x", _STREAM)),
        Example("async listing", _BEFORE, _after("return [x async for x in get(k)]", _STREAM)),
        Example(
            "held, and read as async",
            _BEFORE,
            _after("found = get(k)\n    return [x async for x in found]", _STREAM),
        ),
        Example(
            "held, and read as before",
            _BEFORE,
            _after("found = get(k)\n    return [x for x in found]", _STREAM),
            "`async for`",
        ),
        Example(
            "held, read as async and handed on",
            _BEFORE,
            _after(
                "found = get(k)\n    print(found)\n    return [x async for x in found]", _STREAM
            ),
            "`async for`",
        ),
        Example("sync with", _BEFORE, _after("with get(k): return 1", _MANAGER), "`async with`"),
        Example("async with", _BEFORE, _after("async with get(k): return 1", _MANAGER)),
        Example(
            "method of the same class",
            "class C:\n    def a(self):\n        return 1\n\n    def b(self):\n"
            "        return self.a()\n",
            "class C:\n    async def a(self):\n        return 1\n\n    def b(self):\n"
            "        return self.a()\n",
            _SAYS,
        ),
        Example(
            "method of the same name in another class",
            "class C:\n    def a(self):\n        return 1\n\n\nclass D:\n    def b(self):\n"
            "        return self.a()\n",
            "class C:\n    async def a(self):\n        return 1\n\n\nclass D:\n    def b(self):\n"
            "        return self.a()\n",
        ),
    ),
)
