"""What a test registers as answers for `requests` or httpx, in one form for both."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from refactor_agent.verify.syntax import FunctionNode, dotted

__all__ = ["Registered", "answers"]

_METHODS = frozenset({"get", "post", "put", "patch", "delete", "head", "options"})
_OLD = frozenset({"responses", "requests_mock"})
_NEW = frozenset({"respx", "respx_mock"})
_RENAMED = {"status_code": "status", "body": "content", "text": "content"}
_POSITIONAL = ("method", "url", "body")


class Registered(NamedTuple):
    """One answer. Two are alike when all of it is, but for the place."""

    method: str
    url: str
    """As the test writes it."""
    answer: tuple[tuple[str, str], ...]
    """Status, body, headers; and what else was said, such as a matcher."""


def answers(test: FunctionNode) -> Iterator[tuple[Registered, ast.Call]]:
    """Give what ``test`` registers with responses, requests_mock or respx, and where."""
    yield from _old_answers(test)
    yield from _new_answers(test)


def _old_answers(test: FunctionNode) -> Iterator[tuple[Registered, ast.Call]]:
    names = _OLD | set(_entered(test, "responses.", "requests_mock."))
    for call in ast.walk(test):
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
            continue
        owner, name = dotted(call.func.value), call.func.attr
        if owner not in names or name not in {*_METHODS, "add", "request", "register_uri"}:
            continue
        positional = _POSITIONAL[1:] if name in _METHODS else _POSITIONAL
        given = _given(call, positional)
        method = given.pop("method", name)
        yield Registered(_bare(method), given.pop("url", ""), _answer(given)), call


def _new_answers(test: FunctionNode) -> Iterator[tuple[Registered, ast.Call]]:
    """A route that is not for one method and one URL is like none but itself."""
    names = _NEW | set(_entered(test, "respx."))
    known: set[ast.AST] = set()
    for call in ast.walk(test):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
            route, respond = _plain(call.func.value, names), _respond(call, call.func.attr)
            if respond is not None and route is not None:
                known.add(call.func.value)
                yield Registered(*route, _answer(_given(respond, ("status_code",)))), call
    for call in ast.walk(test):
        if isinstance(call, ast.Call) and call not in known and _is_route(call, names):
            yield Registered("", ast.unparse(call), ()), call


def _respond(call: ast.Call, name: str) -> ast.Call | None:
    """Give what says the answer: the call of ``respond``, or the response that ``mock`` returns."""
    if name == "respond":
        return call
    words = {word.arg: word.value for word in call.keywords}
    answer = words.get("return_value")
    is_answer = isinstance(answer, ast.Call) and (dotted(answer.func) or "").endswith("Response")
    if name == "mock" and len(words) == 1 and not call.args and is_answer:
        return answer if isinstance(answer, ast.Call) else None
    return None


def _is_route(node: ast.AST, routers: Collection[str]) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {*_METHODS, "route", "request", "add"}
        and dotted(node.func.value) in routers
    )


def _plain(route: ast.expr, routers: Collection[str]) -> tuple[str, str] | None:
    """Give the method and the URL of a route that is for these two, and asks for nothing else."""
    if not isinstance(route, ast.Call) or not isinstance(route.func, ast.Attribute):
        return None
    method = route.func.attr
    alone = len(route.args) == 1 and not route.keywords
    if not alone or method not in _METHODS or not _is_route(route, routers):
        return None
    return method.upper(), ast.unparse(route.args[0])


def _given(call: ast.Call, positional: tuple[str, ...]) -> dict[str, str]:
    """Give the arguments by name, as text; those that can't be told by their number."""
    found: dict[str, str] = {}
    for number, value in enumerate(call.args):
        found[positional[number] if number < len(positional) else str(number)] = ast.unparse(value)
    found.update({word.arg or "**": ast.unparse(word.value) for word in call.keywords})
    return found


def _answer(given: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Put an answer into one form: the status is 200 unless it is said.

    The type of a body is told to respx where the other library has a default; that differs not.
    """
    told = {_RENAMED.get(name, name): text for name, text in given.items()}
    told.setdefault("status", "200")
    told.pop("content_type", None)
    return tuple(sorted((name, _text(name, text)) for name, text in told.items()))


def _text(name: str, text: str) -> str:
    """Text and bytes are the same body."""
    return text.removesuffix(".encode()").removeprefix("b") if name == "content" else text


def _bare(method: str) -> str:
    """Give ``GET`` for ``responses.GET`` and for the text ``'GET'``."""
    return method.rpartition(".")[2].strip("'\"").upper()


def _entered(test: FunctionNode, *makers: str) -> Iterator[str]:
    """Name what a ``with`` over a call of one of ``makers`` binds."""
    for node in ast.walk(test):
        for item in node.items if isinstance(node, ast.With | ast.AsyncWith) else ():
            made_here = ast.unparse(item.context_expr).startswith(makers)
            if made_here and isinstance(item.optional_vars, ast.Name):
                yield item.optional_vars.id
