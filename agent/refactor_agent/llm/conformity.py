"""Whether the code of an answer stays within the plan, before any gate is asked."""

from __future__ import annotations

import ast
import io
import re
import tokenize
import warnings
from typing import NamedTuple

from refactor_agent.domain.verdict import CheckFailure
from refactor_agent.llm.answer import fault
from refactor_agent.llm.layout import dedent
from refactor_agent.llm.request import FunctionPart

__all__ = ["Conforming", "FunctionNode", "check_function"]

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
_ELISION = re.compile(
    r"#\s*(?:\.\.\.|…)"
    r"|#.*\b(?:rest|remainder) of (?:the|this)\b"
    r"|#.*\bremains? (?:the same|unchanged)\b"
    r"|#.*\b(?:existing|previous|original) (?:code|logic|implementation)\b",
    re.IGNORECASE,
)


class Conforming(NamedTuple):
    """An answered function that the plan allows."""

    part: FunctionPart
    code: str
    """Just the function, at no indentation, ending in a line break."""
    node: FunctionNode
    imports: tuple[str, ...]
    """Import statements that stood before the function; they belong to the module."""


def check_function(part: FunctionPart, before: str, code: str) -> Conforming | CheckFailure:
    """Compare answered ``code`` with ``before``, the function's shown code."""
    name = part.ref.name
    try:
        code = dedent(code.strip("\n").replace("\r\n", "\n") + "\n")
        module = _compiled(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return fault("syntax-error", f"{name} is not valid Python: {error}.")
    imports = [node for node in module.body if isinstance(node, ast.Import | ast.ImportFrom)]
    rest = [node for node in module.body if node not in imports]
    if len(rest) != 1 or not isinstance(rest[0], FunctionNode):
        return fault("extra-statement", f"{name}: the code must be that one function, no more.")
    node, text = rest[0], _cut(code, rest[0])
    old = _function(before)
    problem = _shape(part, old, node) or _elided(name, (before, text), (old, node))
    if problem is not None:
        return problem
    return Conforming(part, text, node, tuple(ast.unparse(statement) for statement in imports))


def _compiled(code: str) -> ast.Module:
    """Parse ``code`` as the interpreter would; what it only warns of is the target's business."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        module = ast.parse(code)
        compile(module, "<answer>", "exec", dont_inherit=True)
    return module


def _shape(part: FunctionPart, old: FunctionNode, new: FunctionNode) -> CheckFailure | None:
    name = part.ref.name
    if new.name != part.new_name:
        return fault("renamed-function", f"{name} must be called {part.new_name}, not {new.name}.")
    if _dump(old.decorator_list) != _dump(new.decorator_list):
        return fault("changed-decorators", f"{name}: the decorators must stay as they are.")
    coloured = isinstance(new, ast.AsyncFunctionDef) and isinstance(old, ast.FunctionDef)
    same_result = coloured or _dump([old.returns]) == _dump([new.returns])
    if _dump([old.args]) != _dump([new.args]) or not same_result:
        return fault("changed-signature", f"{name}: parameters and annotations must stay.")
    if _yields(old) != _yields(new):
        return fault("changed-generator", f"{name}: a generator must stay one, and vice versa.")
    return _colour(part, old, new)


def _colour(part: FunctionPart, old: FunctionNode, new: FunctionNode) -> CheckFailure | None:
    was, now = isinstance(old, ast.AsyncFunctionDef), isinstance(new, ast.AsyncFunctionDef)
    if part.change in {"colour", "twin"} and not now:
        return fault("changed-colour", f"{part.ref.name}: {part.new_name} must be `async def`.")
    if was and not now:
        return fault("changed-colour", f"{part.ref.name} must stay `async def`.")
    if part.change == "body" and now and not was:
        return fault("changed-colour", f"{part.ref.name} must stay a plain `def`.")
    return None


def _elided(
    name: str, code: tuple[str, str], nodes: tuple[FunctionNode, FunctionNode]
) -> CheckFailure | None:
    if _ellipses(nodes[1]) > _ellipses(nodes[0]):
        return fault("elided-code", f"{name}: `...` stands for code; write it all out.")
    known = set(_comments(code[0]))
    for comment in _comments(code[1]):
        if comment not in known and _ELISION.search(comment):
            return fault("elided-code", f"{name}: {comment!r} stands for code; write it all out.")
    return None


def _ellipses(function: FunctionNode) -> int:
    """Count the statements that are nothing but ``...``."""
    values = (node.value for node in ast.walk(function) if isinstance(node, ast.Expr))
    return sum(isinstance(value, ast.Constant) and value.value is ... for value in values)


def _comments(code: str) -> list[str]:
    tokens = tokenize.generate_tokens(io.StringIO(code).readline)
    return [token.string for token in tokens if token.type == tokenize.COMMENT]


def _cut(code: str, node: FunctionNode) -> str:
    """Give the lines of ``node`` with its decorators, and the comments that follow in its body."""
    first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
    return "".join(list(io.StringIO(code))[first - 1 :]).rstrip() + "\n"


def _function(code: str) -> FunctionNode:
    node = _compiled(code).body[0]
    if not isinstance(node, FunctionNode):
        raise AssertionError(f"unreachable: {ast.dump(node)} is planned")  # noqa: TRY004
    return node


def _dump(nodes: list[ast.expr] | list[ast.expr | None] | list[ast.arguments]) -> list[str]:
    return [ast.dump(node) if node is not None else "" for node in nodes]


def _yields(function: FunctionNode) -> bool:
    waiting: list[ast.AST] = list(function.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Yield | ast.YieldFrom):
            return True
        if not isinstance(node, _SCOPES):
            waiting.extend(ast.iter_child_nodes(node))
    return False
