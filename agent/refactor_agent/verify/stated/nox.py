"""The sessions of a ``noxfile.py``, read and not run."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from refactor_agent.verify.stated.factors import likely_first
from refactor_agent.verify.stated.statement import (
    Statement,
    Unread,
    below_root,
    unknown,
    without_reserved,
)

__all__ = ["read_nox"]


def read_nox(text: str, file: str) -> Iterator[Statement | Unread]:
    """Give what each session runs: those that nox runs by default first, then the likeliest."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        yield Unread(file, "it does not parse")
        return
    known = dict(_constants(tree.body))
    sessions = {
        _name(node): node
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and _is_session(node)
    }
    first = [name for name in _defaults(tree) if name in sessions]
    for name in dict.fromkeys([*likely_first(first), *likely_first(list(sessions))]):
        source = f"{file}, {name}"
        statement = _statement(sessions[name], source, known)
        if statement.commands:
            yield statement
        elif "run(" in ast.unparse(sessions[name]):
            yield Unread(source, "what it runs hangs on a condition or a loop")


def _is_session(function: ast.FunctionDef) -> bool:
    return any(
        ast.unparse(node.func if isinstance(node, ast.Call) else node) in {"nox.session", "session"}
        for node in function.decorator_list
    )


def _name(function: ast.FunctionDef) -> str:
    for node in function.decorator_list:
        for word in node.keywords if isinstance(node, ast.Call) else ():
            if word.arg == "name" and isinstance(word.value, ast.Constant):
                return str(word.value.value)
    return function.name


def _defaults(tree: ast.Module) -> list[str]:
    """``nox.options.sessions = ["lint", "tests"]``."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and "nox.options.sessions" in map(
            ast.unparse, node.targets
        ):
            parts = node.value.elts if isinstance(node.value, ast.List | ast.Tuple) else []
            return [str(part.value) for part in parts if isinstance(part, ast.Constant)]
    return []


def _constants(body: list[ast.stmt]) -> Iterator[tuple[str, ast.expr]]:
    """Names with a literal value, lists of them among them."""
    for node in body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            yield node.targets[0].id, node.value


def _statement(function: ast.FunctionDef, source: str, known: Mapping[str, ast.expr]) -> Statement:
    """Follow the session's own statements; what hangs on a condition or a loop is not followed."""
    session = function.args.args[0].arg if function.args.args else "session"
    values = {**known, **dict(_constants(function.body))}
    commands: list[tuple[str, ...]] = []
    variables: dict[str, str] = {}
    directory = ""
    for node in _calls(function.body):
        method = ast.unparse(node.func)
        if method == f"{session}.chdir" and node.args:
            directory = "".join(_words(node.args[0], session, values))
        elif method == f"{session}.run":
            words = tuple(word for part in node.args for word in _words(part, session, values))
            commands.append(words)
            variables.update(_variables(node, session, values))
    variables = without_reserved(variables.items())
    return Statement(source, tuple(commands), variables, below_root(directory))


def _calls(body: list[ast.stmt]) -> Iterator[ast.Call]:
    for node in body:
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            yield node.value
        elif isinstance(node, ast.With):
            yield from _calls(node.body)
        elif isinstance(node, ast.Try):
            yield from _calls([*node.body, *node.finalbody])


def _words(node: ast.expr, session: str, known: Mapping[str, ast.expr]) -> list[str]:
    """Give the words that an argument is; what only running the session gives is marked."""
    found = [unknown(ast.unparse(node))]
    match node:
        case ast.Constant(value=str(text)):
            found = [text]
        case ast.Starred(value=value):
            found = _words(value, session, known)
        case ast.List() | ast.Tuple():
            found = [word for part in node.elts for word in _words(part, session, known)]
        case ast.Attribute() if ast.unparse(node) == f"{session}.posargs":
            found = []
        case ast.BoolOp(op=ast.Or(), values=[first, second]):
            found = _words(first, session, known) or _words(second, session, known)
        case ast.IfExp(test=test) if ast.unparse(test) == f"{session}.posargs":
            found = _words(node.orelse, session, known)
        case ast.Name() if node.id in known:
            rest = {name: value for name, value in known.items() if name != node.id}
            found = _words(known[node.id], session, rest)
    return found


def _variables(
    call: ast.Call, session: str, known: Mapping[str, ast.expr]
) -> Iterator[tuple[str, str]]:
    for word in call.keywords:
        table = word.value if word.arg == "env" and isinstance(word.value, ast.Dict) else None
        for name, value in zip(table.keys, table.values, strict=True) if table else ():
            words = _words(value, session, known)
            if isinstance(name, ast.Constant) and len(words) == 1:
                yield str(name.value), words[0]
