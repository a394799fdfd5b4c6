"""A framework that asks whether a function is async gets the right answer, through its wrapper."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refactor_agent.verify.checks._check import Check, Example, Objection
from refactor_agent.verify.checks._decorators import asks_for_colour
from refactor_agent.verify.checks._functions import FunctionChange, own_nodes, turned_async
from refactor_agent.verify.context import Context
from refactor_agent.verify.syntax import FunctionNode, Module

__all__ = ["CHECK"]

_PLAIN = frozenset({"functools", "contextlib", "typing", "typing_extensions", "abc"})
_BUILT_IN = frozenset({"staticmethod", "classmethod", "property"})


def _find(context: Context) -> Iterator[Objection]:
    for change in turned_async(context):
        outer = ""
        for decorator in change.after.decorator_list:
            called = decorator.func if isinstance(decorator, ast.Call) else decorator
            found = _project_function(context, change, called)
            if found is None:
                outer = outer or _framework(change.module_after, called)
            elif outer and _hides(found):
                message = (
                    f"{change.name} is async now, and @{ast.unparse(called)} puts a plain function "
                    f"around it: @{outer} takes it for a sync one and gets a coroutine"
                )
                yield Objection(message, change.site(decorator))


def _framework(module: Module, called: ast.expr) -> str:
    """Name the decorator when it comes from elsewhere and may ask what it is given."""
    name = module.qualified(called) or ""
    known = name.partition(".")[0] in _PLAIN or name in _BUILT_IN
    return "" if known else ast.unparse(called)


def _project_function(
    context: Context, change: FunctionChange, called: ast.expr
) -> FunctionNode | None:
    """Find the decorator's own code: in its file, or by the call graph in another one."""
    name = change.module_after.qualified(called) or ""
    local = change.module_after.functions.get(name)
    located = context.located_after
    if local is not None or located is None:
        return local
    found = located.graph.functions.get(name)
    module = context.module_after(found.file) if found is not None else None
    if found is None or module is None:
        return None
    return next(
        (node for own, node in module.functions.items() if found.name.endswith(f".{own}")), None
    )


def _hides(decorator: FunctionNode) -> bool:
    """Whether a sync function inside it gives on what the decorated one gives, unasked."""
    if asks_for_colour(decorator):
        return False
    inner = [node for node in ast.walk(decorator) if isinstance(node, ast.FunctionDef)]
    given = {argument.arg for node in inner for argument in node.args.args}
    return any(_gives_on(node, given) for node in inner if node is not decorator)


def _gives_on(wrapper: FunctionNode, given: set[str]) -> bool:
    return any(
        isinstance(node, ast.Return)
        and isinstance(node.value, ast.Call)
        and isinstance(node.value.func, ast.Name)
        and node.value.func.id in given
        for node in own_nodes(wrapper)
    )


_MARK = (
    "from starlette.app import app\n\n\ndef mark(function):\n    def wrapper(*a):\n"
    "        return function(*a)\n\n    return wrapper\n"
)
_ASYNC = _MARK.replace("    def wrapper", "    async def wrapper").replace(
    "return function", "return await function"
)
_KEEPS = (
    "from starlette.app import app\n\n\ndef mark(function):\n    KNOWN.add(function)\n"
    "    return function\n"
)
_MINDS = _MARK.replace("return wrapper", "return markcoroutinefunction(wrapper)")


def _pair(title: str, mark: str, says: str = "", decorators: str = "@app.route\n@mark") -> Example:
    view = f"{mark}\n\n{decorators}\n{{}}def show(key):\n    return {{}}load(key)\n"
    return Example(title, view.format("", ""), view.format("async ", "await "), says)


CHECK = Check(
    name="hidden-coroutine",
    hazards=("H-D7",),
    reason="It is run on a thread, and the coroutine it gives is taken for the answer.",
    level="doubtful",
    find=_find,
    examples=(
        _pair("a plain wrapper", _MARK, "takes it for a sync one"),
        Example(
            "of another file",
            _pair("", "from marks import mark\nfrom starlette.app import app\n").before,
            _pair("", "from marks import mark\nfrom starlette.app import app\n").after,
            "takes it for a sync one",
            beside={"marks.py": _MARK},
        ),
        _pair("an async wrapper", _ASYNC),
        _pair("the function itself", _KEEPS),
        _pair("a wrapper that says so", _MINDS),
        _pair("no framework above", _MARK, decorators="@mark"),
        _pair("the framework below", _MARK, decorators="@mark\n@app.route"),
    ),
)
