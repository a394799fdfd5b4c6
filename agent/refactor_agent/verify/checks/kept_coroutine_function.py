"""A function that turned async is not kept where code unknown will call it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refactor_agent.domain.place import Site
from refactor_agent.verify.checks._check import Check, Example, Objection
from refactor_agent.verify.checks._colour import Coloured, coloured_functions, names_function
from refactor_agent.verify.context import Context
from refactor_agent.verify.syntax import Module, span_of

__all__ = ["CHECK"]

_KEEPING = (
    ast.Dict | ast.List | ast.Tuple | ast.Set | ast.Assign | ast.AnnAssign | ast.Return
    | ast.arguments | ast.NamedExpr
)  # fmt: skip
_Dispatch = tuple[str, str, str]


def _find(context: Context) -> Iterator[Objection]:
    coloured = coloured_functions(context)
    if not coloured:
        return
    for file in _files(context):
        if _may_name(context, file, coloured):
            module = context.module_after(file)
            if module is not None:
                yield from _kept(module, file, coloured)
                yield from _dispatched(module, file, coloured)


def _files(context: Context) -> Iterator[str]:
    """The changed files, and all others of the program as far as it is known."""
    located = context.located_before
    yield from context.python_files
    for file in sorted(set(located.graph.modules.values())) if located else ():
        if file not in context.files and context.before.exists(file):
            yield file


def _may_name(context: Context, file: str, coloured: tuple[Coloured, ...]) -> bool:
    """Parsing every file of a program for every change would cost more than it gives."""
    text = context.after.read(file)
    names = {one.name.rpartition(".")[2].encode() for one in coloured}
    return b"getattr(" in text or any(name in text for name in names)


def _kept(module: Module, file: str, coloured: tuple[Coloured, ...]) -> Iterator[Objection]:
    for node in ast.walk(module.tree):
        if not isinstance(node, ast.Name | ast.Attribute) or not isinstance(node.ctx, ast.Load):
            continue
        if not isinstance(module.parents.get(node), _KEEPING):
            continue
        for one in coloured:
            if names_function(module, file, node, one):
                site = Site(file, span_of(node))
                message = (
                    f"{site}: {one.name} is async now, and is kept here for others to call; "
                    "whether each of them awaits it is not known"
                )
                yield Objection(message, site)


def _dispatched(module: Module, file: str, coloured: tuple[Coloured, ...]) -> Iterator[Objection]:
    """`getattr` with a name made of constants that a coloured name begins or ends with."""
    for node in ast.walk(module.tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        if node.func.id != "getattr" or len(node.args) < 2:
            continue
        start, end = _constant_ends(node.args[1])
        for one in coloured if len(start) + len(end) > 1 else ():
            last = one.name.rpartition(".")[2]
            if last.startswith(start) and last.endswith(end):
                site = Site(file, span_of(node))
                message = (
                    f"{site}: {one.name} is async now, and `{ast.unparse(node)}` may give it; "
                    "whether that is awaited is not known"
                )
                yield Objection(message, site)


def _constant_ends(name: ast.expr) -> tuple[str, str]:
    """The constant text that a name put together at run time begins and ends with."""
    if isinstance(name, ast.JoinedStr) and name.values:
        return _text(name.values[0]), _text(name.values[-1]) if len(name.values) > 1 else ""
    if isinstance(name, ast.BinOp) and isinstance(name.op, ast.Add):
        return _text(name.left), _text(name.right)
    if isinstance(name, ast.BinOp) and isinstance(name.op, ast.Mod):
        return _text(name.left).partition("%")[0], ""
    return "", ""


def _text(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


_BEFORE = "def size(x):\n    return x\n"


def _after(rest: str) -> str:
    return f"async def size(x):\n    return x\n\n\n{rest}\n"


_CLASS = """\
class C:
    {colour}def on_paid(self, event):
        return send(event)

    def dispatch(self, event):
        return getattr(self, {name})(event)
"""

CHECK = Check(
    name="kept-coroutine-function",
    hazards=("H-B1", "H-C7", "H-D6"),
    reason="Who takes it from the table and calls it gets a coroutine, and may not know.",
    level="doubtful",
    find=_find,
    examples=(
        Example("in a table", _BEFORE, _after("TOOLS = {'size': size}"), "is kept here"),
        Example("in a list", _BEFORE, _after("HOOKS = [size]"), "is kept here"),
        Example("under another name", _BEFORE, _after("measure = size"), "is kept here"),
        Example("as a default", _BEFORE, _after("def f(g=size):\n    return g(1)"), "is kept here"),
        Example(
            "by a name put together",
            _CLASS.format(colour="", name="f'on_{event.kind}'"),
            _CLASS.format(colour="async ", name="f'on_{event.kind}'"),
            "may give it",
        ),
        Example(
            "by a sum of names",
            _CLASS.format(colour="", name="'on_' + event.kind"),
            _CLASS.format(colour="async ", name="'on_' + event.kind"),
            "may give it",
        ),
        Example(
            "names of another kind",
            _CLASS.format(colour="", name="f'get_{event.kind}'"),
            _CLASS.format(colour="async ", name="f'get_{event.kind}'"),
        ),
        Example("called", _BEFORE, _after("async def f():\n    return {'size': await size(1)}")),
    ),
)
