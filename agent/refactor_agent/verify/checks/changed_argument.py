"""A call that is still made is given what it was given."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping

from refactor_agent.verify.checks._check import Check, Example, Objection
from refactor_agent.verify.checks._functions import changed_functions
from refactor_agent.verify.context import Context
from refactor_agent.verify.syntax import FunctionNode, Module

__all__ = ["CHECK"]

Keywords = Mapping[str, frozenset[str]]


def _find(context: Context) -> Iterator[Objection]:
    for change in changed_functions(context):
        if change.before is None or change.module_before is None:
            continue
        old = _given(change.module_before, change.before)
        new = _given(change.module_after, change.after)
        for callee in sorted(old.keys() & new.keys()):
            for text in sorted(old[callee] ^ new[callee]):
                how = "no longer given" if text in old[callee] else "newly given"
                message = f"{change.name}: {callee} is {how} `{text}`"
                yield Objection(message, change.site(change.after))


def _given(module: Module, function: FunctionNode) -> Keywords:
    """Keyword arguments by the imported function they are for, handed on by another call or not.

    Constants with their value, others by name alone: the value may have been put into a variable.
    """
    found: dict[str, set[str]] = defaultdict(set)
    for node in ast.walk(function):
        if not isinstance(node, ast.Call):
            continue
        for part in (node.func, *node.args[:2]):
            name = module.qualified(part)
            if name is not None and name.partition(".")[0] in module.imported and "." in name:
                found[name].update(_keyword(word) for word in node.keywords)
                if part is not node.func:
                    break
    return {name: frozenset(words) for name, words in found.items()}


def _keyword(word: ast.keyword) -> str:
    constant = isinstance(word.value, ast.Constant)
    return f"{word.arg}={ast.unparse(word.value)}" if constant else f"{word.arg}=…"


_BEFORE = "import asyncio\nimport subprocess\n\n\nasync def f(k):\n    {}\n"
_RUN = _BEFORE.format("subprocess.run(k, check=True, env={'a': 1})")


def _after(call: str) -> str:
    return _BEFORE.format(f"await asyncio.to_thread(subprocess.run, k{call})")


CHECK = Check(
    name="changed-argument",
    hazards=("H-S4", "H-T3", "H-R11"),
    reason="The call does something else, and the tests may not see it.",
    find=_find,
    examples=(
        Example("dropped", _RUN, _after(", env={'a': 1}"), "no longer given `check=True`"),
        Example("other value", _RUN, _after(", check=False, env=e"), "newly given `check=False`"),
        Example("added", _RUN, _after(", check=True, env=e, shell=True"), "newly given"),
        Example("kept", _RUN, _after(", check=True, env={'a': 1}")),
        Example("value in a variable", _RUN, _after(", check=True, env=env")),
    ),
)
