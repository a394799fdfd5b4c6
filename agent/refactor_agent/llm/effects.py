"""What an answer does that nobody planned: reach out, hide, or leave out what was there.

A model that obeys an instruction in the code it reads ends here. The gate judges behaviour by the
project's own tests, and they say nothing about what a function does besides.
"""

from __future__ import annotations

import ast
import io
import re
import sys
import tokenize
import unicodedata
from collections.abc import Collection, Iterator

from refactor_agent.domain.verdict import CheckFailure
from refactor_agent.llm.answer import fault
from refactor_agent.llm.conformity import FunctionNode
from refactor_agent.llm.request import FilePart, ModelRequest

__all__ = ["importable", "unplanned_effect"]

_PURE = """
__future__ abc asyncio bisect collections contextlib contextvars copy dataclasses datetime decimal
enum fractions functools heapq itertools math numbers operator random re statistics string textwrap
time types typing warnings weakref
"""
_HARMLESS = frozenset(_PURE.split())
"""The part of the standard library that reaches neither files, processes, network nor modules."""
_OUTWARD = """
breakpoint compile delattr eval exec exit getattr globals input locals open print quit setattr vars
environ environb getenv getenvb putenv modules settrace setprofile _exit _getframe abort kill system
popen fork execv execve spawnv startfile create_subprocess_exec create_subprocess_shell
subprocess_exec subprocess_shell open_connection open_unix_connection start_server start_unix_server
create_connection create_server connect_read_pipe add_reader add_writer set_event_loop
set_event_loop_policy skip xfail importorskip import_module reload attrgetter methodcaller
"""
_REACHING = frozenset(_OUTWARD.split())
"""Names that reach out of a function, whatever they are looked up on."""
_MARK = re.compile(
    r"#.*\b(?:refactor-agent:|noqa|nosec|nosemgrep|pragma:|type:\s*ignore|pyright:|pylint:|mypy:"
    r"|fmt:|ruff:|isort:)",
    re.IGNORECASE,
)
"""Comments that switch a check off, ours or somebody else's."""
_PLACE = re.compile(r"://|^\s*(?:[/~\\]|\.\./)|\b\d{1,3}(?:\.\d{1,3}){3}\b|^[\w.-]+\.[a-z]{2,}:\d+")


def importable(request: ModelRequest, file: FilePart) -> frozenset[str]:
    """Give the packages that new code in ``file`` may import.

    That is what the file imports, what the project does beyond the standard library, what a rule
    names as an equivalent, and the part of the standard library that reaches nowhere.
    """
    own = {name for name in request.conventions.libraries if name not in sys.stdlib_module_names}
    return frozenset({*_HARMLESS, *own, *_imported(file), *_packages(request)})


def unplanned_effect(
    request: ModelRequest, name: str, before: str, after: str, nodes: tuple[ast.AST, FunctionNode]
) -> CheckFailure | None:
    """Name the first thing that ``after`` does, or leaves out, that the task does not call for."""
    problems = (
        _hidden(before, after),
        _switched_off(before, after),
        _reached(request, *nodes),
        _placed(*nodes),
        _vanished(*nodes),
    )
    found = next((problem for problem in problems if problem), None)
    return fault(found[0], f"{name}: {found[1]}") if found else None


def _hidden(before: str, after: str) -> tuple[str, str] | None:
    """Find characters that a reviewer does not see, and letters that look like others."""
    for character in sorted(set(after) - set(before)):
        if unicodedata.category(character) in {"Cf", "Cc", "Co", "Zl", "Zp"} - _plain(character):
            return "hidden-character", f"U+{ord(character):04X} is new, and nobody would see it."
    for identifier in sorted(_identifiers(after) - _identifiers(before)):
        if not identifier.isascii():
            return "hidden-character", f"the name {identifier!r} is new and not plain ASCII."
    return None


def _plain(character: str) -> frozenset[str]:
    return frozenset({"Cc"}) if character in "\n\t" else frozenset()


def _switched_off(before: str, after: str) -> tuple[str, str] | None:
    known = set(_comments(before))
    for comment in _comments(after):
        if comment not in known and _MARK.search(comment):
            return "switched-off-check", f"{comment!r} is new; no check may be switched off."
    return None


def _reached(request: ModelRequest, before: ast.AST, after: FunctionNode) -> tuple[str, str] | None:
    allowed = _names(before) | {
        part
        for rule in request.rules
        for each in rule.equivalents
        for part in each.target.split(".")
    }
    for name in sorted(_names(after) - allowed):
        if name in _REACHING:
            return "new-effect", f"`{name}` is new; nobody asked for what it does."
        if name.startswith("__") and name.endswith("__"):
            return "new-effect", f"`{name}` is new; dunder names are not for converted code."
    return None


def _placed(before: ast.AST, after: ast.AST) -> tuple[str, str] | None:
    known = " ".join(_strings(before))
    for text in _strings(after):
        if text not in known and _PLACE.search(text):
            return "new-place", f"{text!r} is new; converted code goes where the old one went."
    return None


def _vanished(before: ast.AST, after: FunctionNode) -> tuple[str, str] | None:
    arguments = after.args
    each = (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
    parameters = {argument.arg for argument in each}
    gone = sorted(parameters & _loaded(before) - _loaded(after))
    if gone:
        return "dropped-code", f"it no longer uses its parameter `{gone[0]}`."
    if _count(before, ast.Raise) > _count(after, ast.Raise):
        return "dropped-code", "it no longer raises all that it raised."
    if _count(before, ast.Assert) > _count(after, ast.Assert):
        return "dropped-code", "it no longer asserts all that it asserted."
    return None


def _count(tree: ast.AST, kind: type[ast.AST]) -> int:
    return sum(isinstance(node, kind) for node in ast.walk(tree))


def _loaded(tree: ast.AST) -> set[str]:
    nodes = (node for node in ast.walk(tree) if isinstance(node, ast.Name))
    return {node.id for node in nodes if isinstance(node.ctx, ast.Load)}


def _names(tree: ast.AST) -> set[str]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.Attribute):
            found.add(node.attr)
        elif isinstance(node, ast.alias):
            found.update(node.name.split("."))
    return found


def _strings(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant):
            if isinstance(node.value, str):
                yield node.value
            elif isinstance(node.value, bytes):
                yield node.value.decode(errors="replace")


def _identifiers(code: str) -> set[str]:
    return {token.string for token in _tokens(code) if token.type == tokenize.NAME}


def _comments(code: str) -> list[str]:
    return [token.string for token in _tokens(code) if token.type == tokenize.COMMENT]


def _tokens(code: str) -> list[tokenize.TokenInfo]:
    return list(tokenize.generate_tokens(io.StringIO(code).readline))


def _imported(file: FilePart) -> Collection[str]:
    packages = set()
    for node in ast.walk(ast.parse(file.imports)):
        if isinstance(node, ast.Import):
            packages |= {item.name.partition(".")[0] for item in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            packages.add("" if node.level else node.module.partition(".")[0])
    return packages


def _packages(request: ModelRequest) -> set[str]:
    """Give the packages of equivalents; ``""`` stands for relative imports."""
    targets = (each.target for rule in request.rules for each in rule.equivalents)
    return {"", *(target.partition(".")[0] for target in targets)}
