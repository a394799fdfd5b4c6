"""Calls that hand a function to a thread, and what they would be without the thread."""

from __future__ import annotations

import ast
from typing import NamedTuple

from refactor_agent.verify.syntax import dotted

__all__ = ["Hop", "hop", "made", "thread_function"]

_THREADS = {"offload": 0, "to_thread": 0, "run_sync": 0, "run_in_threadpool": 0,
            "run_in_executor": 1}  # fmt: skip
"""What runs a function on a thread, and which argument the function is."""


class Hop(NamedTuple):
    """A function that a thread is to run, and what with."""

    function: ast.expr
    arguments: list[ast.expr]
    keywords: list[ast.keyword]

    @property
    def name(self) -> str:
        """The last part of the function's name; empty for what has none."""
        return (dotted(self.function) or "").rpartition(".")[2]

    @property
    def text(self) -> str:
        """The name with the arguments, keywords by their values alone."""
        words = [*self.arguments, *(word.value for word in self.keywords)]
        return f"{self.name}({', '.join(map(ast.unparse, words))})"


def made(call: ast.Call) -> Hop:
    """Give what ``call`` comes to: what a thread is to run, or the call itself."""
    return hop(call) or Hop(call.func, call.args, call.keywords)


def hop(call: ast.Call) -> Hop | None:
    """Read a call that hands work to a thread, `functools.partial` seen through."""
    place = _THREADS.get(_last(call.func))
    if place is None or len(call.args) <= place:
        return None
    given, rest, keywords = call.args[place], call.args[place + 1 :], call.keywords
    if isinstance(given, ast.Call) and _last(given.func) == "partial" and given.args:
        return Hop(given.args[0], [*given.args[1:], *rest], [*given.keywords, *keywords])
    return Hop(given, rest, keywords)


def thread_function(call: ast.Call) -> ast.expr | None:
    """Give the function that ``call`` runs on a thread, bare of `functools.partial`."""
    found = hop(call)
    return found.function if found else None


def _last(function: ast.expr) -> str:
    """The last name, of what a call gave too: ``get_running_loop().run_in_executor``."""
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""
