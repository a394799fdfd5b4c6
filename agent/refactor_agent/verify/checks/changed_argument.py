"""A call that is still made is given what it was given."""

from __future__ import annotations

import ast
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from itertools import chain

from refactor_agent.verify.checks._check import Check, Example, Objection
from refactor_agent.verify.checks._functions import changed_functions
from refactor_agent.verify.checks._hops import made
from refactor_agent.verify.checks._patches import said_keywords
from refactor_agent.verify.context import Context
from refactor_agent.verify.syntax import FunctionNode, Module, dotted

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
        for method, text in _left_out(change.before, change.after):
            message = f"{change.name}: `{text}` is no longer given to each .{method} that it was"
            yield Objection(message, change.site(change.after))


def _left_out(before: FunctionNode, after: FunctionNode) -> Iterator[tuple[str, str]]:
    """Give keywords that some calls of a method lost and others kept, where none of them is gone.

    Another library may spell a keyword in another way, but then for all of its calls.
    """
    old, new = _by_method(before), _by_method(after)
    for method in sorted(old.keys() & new.keys()):
        if len(old[method]) == len(new[method]):
            was, now = (Counter(chain(*calls[method])) for calls in (old, new))
            yield from ((method, text) for text in sorted(was) if 0 < now[text] < was[text])


def _by_method(function: FunctionNode) -> Mapping[str, list[list[str]]]:
    """Keywords of each call by the method's bare name, handed on by another call or not."""
    found: dict[str, list[list[str]]] = defaultdict(list)
    for node in ast.walk(function):
        if isinstance(node, ast.Call):
            called, _, keywords = made(node)
            if isinstance(called, ast.Attribute):
                found[called.attr].append([_keyword(word) for word in keywords])
    return found


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
            local = (dotted(part) or "").partition(".")[0]
            if name is not None and local in module.imported and "." in name:
                found[name].update(_keyword(word) for word in said_keywords(node))
                if part is not node.func:
                    break
    return {name: frozenset(words) for name, words in found.items()}


def _keyword(word: ast.keyword) -> str:
    constant = isinstance(word.value, ast.Constant)
    return f"{word.arg}={ast.unparse(word.value)}" if constant else f"{word.arg}=…"


_BEFORE = "import asyncio\nimport subprocess\n\n\nasync def f(k):\n    {}\n"
_RUN = _BEFORE.format("subprocess.run(k, check=True, env={'a': 1})")

_HEAD = "import asyncio\n\n\nasync def f(a, b):\n"
_TWICE = _HEAD + "    return a.read_text(encoding='utf-8') + b.read_text(encoding='utf-8')\n"
_READ = _HEAD + (
    "    left = await asyncio.to_thread(a.read_text{})\n"
    "    return left + await asyncio.to_thread(b.read_text{})\n"
)


def _after(call: str) -> str:
    return _BEFORE.format(f"await asyncio.to_thread(subprocess.run, k{call})")


def _by_name(text: str) -> str:
    imported = text.replace("import subprocess\n", "from subprocess import run\n")
    return imported.replace("subprocess.run(", "run(").replace("subprocess.run,", "run,")


def _as(text: str) -> str:
    imported = text.replace("import subprocess\n", "import subprocess as sp\n")
    return imported.replace("subprocess.run(", "sp.run(").replace("subprocess.run,", "sp.run,")


_PATCHED = (
    "import unittest.mock\nfrom unittest import mock\n\n\n@mock.patch('shop.get')\n"
    "def test_get(get):\n    shop.load()\n"
)

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
        Example(
            "dropped, of what is imported by its name",
            _by_name(_RUN),
            _by_name(_after(", env={'a': 1}")),
            "subprocess.run is no longer given `check=True`",
        ),
        Example(
            "dropped, under another name of the module",
            _as(_RUN),
            _as(_after(", env={'a': 1}")),
            "subprocess.run is no longer given `check=True`",
        ),
        Example(
            "dropped once", _TWICE, _READ.format("", ", encoding='utf-8'"), "to each .read_text"
        ),
        Example("kept twice", _TWICE, _READ.format(*[", encoding='utf-8'"] * 2)),
        Example(
            "another library's word",
            "import requests\n\n\ndef f(a, b):\n    requests.get(a, allow_redirects=True)\n"
            "    requests.get(b, allow_redirects=True)\n",
            "import httpx\n\n\nasync def f(a, b):\n    async with httpx.AsyncClient() as client:\n"
            "        await client.get(a, follow_redirects=True)\n"
            "        await client.get(b, follow_redirects=True)\n",
        ),
        Example(
            "a patch told to give what it gives",
            _PATCHED,
            _PATCHED.replace("'shop.get'", "'shop.Client.get', return_value=mock.MagicMock()"),
        ),
        Example(
            "a patch told to give something else",
            _PATCHED,
            _PATCHED.replace("'shop.get'", "'shop.Client.get', return_value=3"),
            "newly given `return_value=3`",
        ),
        Example("value in a variable", _RUN, _after(", check=True, env=env")),
    ),
)
