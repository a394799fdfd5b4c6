"""One answer that a test registers for `requests`, written as a route of respx."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import libcst as cst
import libcst.matchers as m

from refactor_agent.convert.arguments import TIGHT

__all__ = ["METHODS", "UnlikeError", "answer_of_requests_mock", "answer_of_responses", "route_of"]

METHODS = frozenset({"get", "post", "put", "patch", "delete", "head", "options"})
_POSITIONAL = ("method", "url", "body")
_RESPONSES = frozenset({"method", "url", "body", "json", "status", "headers", "content_type"})
_REQUESTS_MOCK = {"url": "url", "json": "json", "text": "text", "content": "content",
                  "status_code": "status", "headers": "headers"}  # fmt: skip
_PATH = re.compile(r"(?:https?://)?[^/:*?#]+(?::\w+)?/[^?#*]*")


class UnlikeError(Exception):
    """A registration that respx would answer otherwise, or that can't be told; says why."""


class Answer(NamedTuple):
    """What a test answers: method in lower case, URL, and the arguments of ``respond``."""

    method: str
    url: cst.BaseExpression
    status: cst.BaseExpression | None
    rest: Mapping[str, cst.BaseExpression]

    @property
    def key(self) -> tuple[str, str]:
        """What is the same for two answers of which the second takes its turn."""
        return self.method, cst.Module([]).code_for_node(self.url)


def answer_of_responses(call: cst.Call, method: str) -> Answer:
    """Read ``responses.add(responses.GET, url, json=...)``, or ``responses.get(url, json=...)``.

    ``method`` is empty where the arguments say it. Defaults are those of responses 0.26: status
    200, and `text/plain` without a charset for a body, which respx is told. Raises `UnlikeError`.
    """
    names = _POSITIONAL[1:] if method else _POSITIONAL
    given = _given(call, names, _RESPONSES)
    verb = method or _verb(given.pop("method", None))
    if "body" in given and "json" in given:
        raise UnlikeError("an answer with both body= and json=")
    told = ("json", "headers", "content_type")
    rest: dict[str, cst.BaseExpression] = {name: given[name] for name in told if name in given}
    if "headers" in given and not _is_plain_headers(given["headers"]):
        raise UnlikeError("headers= that may hold a content type")
    if "body" in given:
        rest = {"content": _body(given["body"], typed="content_type" in given), **rest}
        rest.setdefault("content_type", cst.SimpleString('"text/plain"'))
    return Answer(verb, _url(given), given.get("status"), rest)


def answer_of_requests_mock(call: cst.Call, method: str) -> Answer:
    """Read ``requests_mock.get(url, json=..., status_code=...)``; raises `UnlikeError`."""
    given = _given(call, ("url",), frozenset(_REQUESTS_MOCK))
    named = {_REQUESTS_MOCK[name]: value for name, value in given.items()}
    rest = {name: v for name, v in named.items() if name not in {"url", "status"}}
    if len(rest.keys() & {"json", "text", "content"}) > 1:
        raise UnlikeError("an answer with two bodies")
    return Answer(method, _url(named), named.get("status"), rest)


def route_of(call: cst.Call, router: str, answer: Answer) -> cst.Call:
    """Give ``respx.get(url).respond(201, json=...)`` for ``call``, over as many lines as that."""
    made = cst.Call(cst.Attribute(cst.Name(router), cst.Name(answer.method)), [cst.Arg(answer.url)])
    values = [cst.Arg(answer.status)] if answer.status is not None else []
    values += [
        cst.Arg(value, keyword=cst.Name(name), equal=TIGHT) for name, value in answer.rest.items()
    ]
    respond = cst.Attribute(made, cst.Name("respond"))
    spread = isinstance(call.whitespace_before_args, cst.ParenthesizedWhitespace)
    if not spread or not values:
        return cst.Call(respond, values)
    between, last = call.args[0].comma, call.args[-1]
    args = [arg.with_changes(comma=between) for arg in values[:-1]]
    args.append(
        values[-1].with_changes(comma=last.comma, whitespace_after_arg=last.whitespace_after_arg)
    )
    return cst.Call(respond, args, whitespace_before_args=call.whitespace_before_args)


def _given(
    call: cst.Call, positional: Sequence[str], known: frozenset[str]
) -> dict[str, cst.BaseExpression]:
    if m.findall(call, m.Comment()):
        raise UnlikeError("an answer with a comment inside")
    found: dict[str, cst.BaseExpression] = {}
    for number, arg in enumerate(call.args):
        name = arg.keyword.value if arg.keyword is not None else ""
        if arg.star or (not name and number >= len(positional)):
            raise UnlikeError("an answer with more arguments than can be read")
        name = name or positional[number]
        if name not in known:
            raise UnlikeError(f"an answer with {name}=")
        found[name] = arg.value
    return found


def _verb(node: cst.BaseExpression | None) -> str:
    name = ""
    if isinstance(node, cst.Attribute) and m.matches(node.value, m.Name("responses")):
        name = node.attr.value
    elif isinstance(node, cst.SimpleString) and isinstance(node.evaluated_value, str):
        name = node.evaluated_value
    if name.lower() not in METHODS:
        raise UnlikeError("an answer to a method that can't be read")
    return name.lower()


def _url(given: Mapping[str, cst.BaseExpression]) -> cst.BaseExpression:
    """Give the URL, if both libraries take it for the same requests.

    Without a query both answer whatever the query is. Without a path respx answers for every path,
    and the other for ``/`` alone.
    """
    node = given.get("url")
    text = _pattern(node) if node is not None else None
    if node is None or text is None or not _PATH.fullmatch(text):
        raise UnlikeError("an answer to a URL that has a query, no path, or can't be read")
    return node


def _pattern(node: cst.BaseExpression) -> str | None:
    """Give the text of a URL, ``x`` for what is put in; `None` where that can't be told."""
    if isinstance(node, cst.SimpleString):
        return node.evaluated_value if isinstance(node.evaluated_value, str) else None
    if isinstance(node, cst.FormattedString):
        return "".join(
            part.value if isinstance(part, cst.FormattedStringText) else "x" for part in node.parts
        )
    if isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.Add):
        right = _pattern(node.right)
        left = "x" if isinstance(node.left, cst.Name | cst.Attribute) else _pattern(node.left)
        return left + right if left is not None and right is not None else None
    return None


def _is_plain_headers(node: cst.BaseExpression) -> bool:
    return isinstance(node, cst.Dict) and all(
        isinstance(one, cst.DictElement)
        and isinstance(one.key, cst.SimpleString)
        and str(one.key.evaluated_value).lower() != "content-type"
        for one in node.elements
    )


def _body(node: cst.BaseExpression, *, typed: bool) -> cst.BaseExpression:
    """Check that a body is text: an exception, which would be raised, is not told apart."""
    is_dump = m.matches(node, m.Call(func=m.Attribute(m.Name("json"), m.Name("dumps"))))
    is_text = isinstance(node, cst.SimpleString) and str(node.evaluated_value).isascii()
    if not is_text and not (typed and (is_dump or isinstance(node, cst.SimpleString))):
        raise UnlikeError("a body that is not a plain text")
    return node
