"""Files that a function writes and then takes away: moves or removes."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from refactor_agent.verify.checks._functions import own_nodes
from refactor_agent.verify.checks._hops import Hop, hop
from refactor_agent.verify.checks._made_up import is_made_up
from refactor_agent.verify.syntax import FunctionNode, Module, dotted

__all__ = ["FileCall", "taken_away"]

_WRITES = frozenset({"write_text", "write_bytes"})
_ENDS = frozenset({"replace", "rename", "unlink"})
"""Methods of a path after which it is no longer there."""
_ENDED_BY = frozenset({"os.replace", "os.rename", "os.remove", "os.unlink", "shutil.move"})


class FileCall(NamedTuple):
    """A call that writes a file, or takes it away."""

    path: ast.expr
    ends: bool
    node: ast.Call


def taken_away(module: Module, function: FunctionNode) -> Iterator[tuple[FileCall, FileCall]]:
    """Give each write with the first call after it that takes the same file away.

    Left out are names that nobody else can have.
    """
    uses = list(_uses(module, function))
    for number, written in enumerate(uses):
        if written.ends or is_made_up(function, written.path):
            continue
        same = ast.dump(written.path)
        later = (use for use in uses[number + 1 :] if use.ends and ast.dump(use.path) == same)
        for ended in later:
            yield written, ended
            break


def _uses(module: Module, function: FunctionNode) -> Iterator[FileCall]:
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


def _use(module: Module, node: ast.Call) -> FileCall | None:
    call = hop(node) or Hop(node.func, node.args, node.keywords)
    name = (module.qualified(call.function) or "").removeprefix("builtins.")
    if name in _ENDED_BY and call.arguments:
        return FileCall(call.arguments[0], ends=True, node=node)
    if name.rpartition(".")[2] == "open":
        return _opened(call, node)
    if isinstance(call.function, ast.Attribute):
        if call.function.attr in _WRITES:
            return FileCall(call.function.value, ends=False, node=node)
        if call.function.attr in _ENDS:
            return FileCall(call.function.value, ends=True, node=node)
    return None


def _opened(call: Hop, node: ast.Call) -> FileCall | None:
    """Read ``open(path, "wb")``, ``aiofiles.open(path, "wb")`` and ``path.open("wb")``."""
    modes = [*call.arguments, *(word.value for word in call.keywords if word.arg == "mode")]
    texts = [part.value for part in modes if isinstance(part, ast.Constant)]
    if not any(isinstance(text, str) and set(text) <= set("wxabt+") and text for text in texts):
        return None
    given = [part for part in call.arguments if not isinstance(part, ast.Constant)]
    if not given and isinstance(call.function, ast.Attribute):
        given = [call.function.value]
    return FileCall(given[0], ends=False, node=node) if given else None
