"""An async twin of a method still calls what subclasses override the method with."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refactor_agent.domain.twins import TWIN_NAMES, beside
from refactor_agent.verify.checks._check import Check, Example, Objection
from refactor_agent.verify.checks._functions import FunctionChange, changed_functions
from refactor_agent.verify.context import Context
from refactor_agent.verify.syntax import Module, dotted

__all__ = ["CHECK"]


def _find(context: Context) -> Iterator[Objection]:
    for change in changed_functions(context):
        owner, _, method = change.name.rpartition(".")
        if change.before is None and owner and isinstance(change.after, ast.AsyncFunctionDef):
            original = _original(change, owner, method)
            if original and not _calls(change, original):
                yield from _passed_by(context, change, owner, original)


def _original(change: FunctionChange, owner: str, method: str) -> str:
    """Name the sync method of the class that the new one is the twin of; empty for none."""
    for name, node in change.module_after.functions.items():
        scope, _, bare = name.rpartition(".")
        is_sync = scope == owner and isinstance(node, ast.FunctionDef)
        if is_sync and any(beside(bare, twin) == method for twin in TWIN_NAMES):
            return bare
    return ""


def _calls(change: FunctionChange, original: str) -> bool:
    """Whether the twin reaches the method by the object, so that an override is what it gets."""
    return any(
        isinstance(node, ast.Attribute)
        and node.attr == original
        and isinstance(node.value, ast.Name)
        and node.value.id in {"self", "cls"}
        for node in ast.walk(change.after)
    )


def _passed_by(
    context: Context, change: FunctionChange, owner: str, original: str
) -> Iterator[Objection]:
    method = change.name.rpartition(".")[2]
    for cls in _below(_modules(context, change, original), owner.rpartition(".")[2]):
        methods = {
            node.name
            for node in cls.body
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        }
        if original in methods and method not in methods:
            message = (
                f"{cls.name} overrides {original}, and {change.name} does not call it: on a "
                f"{cls.name}, `{method}` does what {owner} does"
            )
            yield Objection(message, change.site(change.after))


def _modules(context: Context, change: FunctionChange, original: str) -> Iterator[Module]:
    """The file of the class, and those of what overrides the method, by the call graph."""
    files = [change.file]
    located = context.located_after
    if located is not None:
        path = change.name.rpartition(".")[0] + f".{original}"
        for function in located.graph.functions.values():
            if function.file == change.file and function.name.endswith(f".{path}"):
                others = (located.graph.functions.get(name) for name in function.family)
                files += [other.file for other in others if other is not None]
    for file in dict.fromkeys(files):
        module = context.module_after(file)
        if module is not None:
            yield module


def _below(modules: Iterator[Module], owner: str) -> list[ast.ClassDef]:
    """Give the classes that stand on ``owner``, directly or not, by the names of their bases."""
    classes = [
        node
        for module in modules
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ClassDef)
    ]
    found: list[ast.ClassDef] = []
    names = {owner}
    grown = True
    while grown:
        fresh = [
            cls
            for cls in classes
            if cls not in found
            and any((dotted(base) or "").rpartition(".")[2] in names for base in cls.bases)
        ]
        found += fresh
        names |= {cls.name for cls in fresh}
        grown = bool(fresh)
    return found


_BASE = "class Base:\n    def load(self, k):\n        return get(k)\n"
_CHILD = "\n\nclass Child(Base):\n    def load(self, k):\n        return 2 * super().load(k)\n"
_TWIN = "\n    async def {}(self, k):\n        return {}\n"
_OWN = _TWIN.format("load_async", "2 * await super().load_async(k)")
_GETS = "await aget(k)"
_SAYS = "Child overrides load, and Base.load_async does not call it"

CHECK = Check(
    name="passed-by-override",
    hazards=("H-C9",),
    reason="Who takes the async method gets the base's work in place of the subclass's.",
    find=_find,
    examples=(
        Example("no twin in the subclass", _BASE + _CHILD,
                _BASE + _TWIN.format("load_async", _GETS) + _CHILD, _SAYS),
        Example("another way to name it", _BASE + _CHILD,
                _BASE + _TWIN.format("aload", _GETS) + _CHILD, "`aload` does what Base does"),
        Example("subclass of a subclass", _BASE + "\n\nclass Mid(Base):\n    pass\n"
                + _CHILD.replace("(Base)", "(Mid)"),
                _BASE + _TWIN.format("load_async", _GETS) + "\n\nclass Mid(Base):\n    pass\n"
                + _CHILD.replace("(Base)", "(Mid)"), _SAYS),
        Example("in another file", _BASE, _BASE + _TWIN.format("load_async", _GETS), _SAYS,
                beside={"child.py": "from service import Base\n" + _CHILD}),
        Example("a twin in both", _BASE + _CHILD,
                _BASE + _TWIN.format("load_async", _GETS) + _CHILD + _OWN),
        Example("it calls the method by the object", _BASE + _CHILD,
                _BASE + _TWIN.format("load_async", "await to_thread(self.load, k)") + _CHILD),
        Example("the subclass overrides something else", _BASE + _CHILD.replace("load", "save"),
                _BASE + _TWIN.format("load_async", _GETS) + _CHILD.replace("load", "save")),
        Example("no twin of anything", _BASE + _CHILD,
                _BASE + _TWIN.format("fetch", _GETS) + _CHILD),
        Example("a sibling", _BASE + "\n\nclass Other:\n    def load(self, k):\n        return 1\n",
                _BASE + _TWIN.format("load_async", _GETS)
                + "\n\nclass Other:\n    def load(self, k):\n        return 1\n"),
    ),
)  # fmt: skip
