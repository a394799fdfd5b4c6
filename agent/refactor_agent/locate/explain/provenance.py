"""Where what is known of an expression comes from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from refactor_agent.locate.explain.described import described
from refactor_agent.locate.naming import plain_name
from refactor_agent.locate.resolve.evaluate import Evaluator
from refactor_agent.locate.resolve.index import ProjectFunction, self_name
from refactor_agent.locate.resolve.values import ClassObject, Instance
from refactor_agent.locate.terms import Term

__all__ = ["provenance"]


def provenance(evaluator: Evaluator, function: ProjectFunction, term: Term) -> str:
    """Say in a few words why the term has its values; empty where there is nothing to say."""
    if term is None:
        return "an expression that is not followed"
    tell = _TELLERS.get(term[0])
    return tell(evaluator, function, term) if tell is not None else _PLAIN.get(term[0], "")


def _parameter(evaluator: Evaluator, function: ProjectFunction, term: Any) -> str:
    if term[1] == self_name(function):
        return "the method's own object"
    found = next((item for item in function.facts.parameters if item.name == term[1]), None)
    if found is None:
        return "a parameter"
    if found.annotation is not None:
        return "a parameter with an annotation"
    if found.default is not None and found.default[0] == "k":
        return f"a parameter whose default is {_call(evaluator, function.around, found.default)}"
    return "a parameter without annotation"


def _definition(evaluator: Evaluator, function: ProjectFunction, term: Any) -> str:
    source = provenance(evaluator, function, function.body.definitions[term[1]])
    return f"assigned: {source}" if source else "assigned"


def _call(evaluator: Evaluator, function: ProjectFunction, term: Any) -> str:
    call = function.body.calls[term[1]]
    callee = described(evaluator.term(function, call.func), evaluator.index)
    return f"the result of the call on line {call.place[0]}, whose callee {callee}"


def _attribute(evaluator: Evaluator, function: ProjectFunction, term: Any) -> str:
    for value in evaluator.term(function, term[1]):
        cls = evaluator.index.classes.get(getattr(value, "cls", ""))
        if cls is None or not isinstance(value, Instance | ClassObject):
            continue
        items = cls.facts.attributes.get(term[2], ())
        homes = dict.fromkeys(cls.module.functions[item.function] for item in items)
        names = [f"`{home.facts.bare}`" if home.number else "the class body" for home in homes]
        if names:
            stated = any(item.annotation is not None for item in items)
            kind = "declared or set" if stated else "set"
            return f"{kind} in {', '.join(names)} of {plain_name(cls.name)}"
    return ""


def _enclosed(_evaluator: Evaluator, function: ProjectFunction, term: Any) -> str:
    return f"a variable of {plain_name(function.module.functions[term[1]].name)}"


def _imported(_evaluator: Evaluator, _function: ProjectFunction, term: Any) -> str:
    return f"imported from {term[1]}"


def _global(evaluator: Evaluator, function: ProjectFunction, term: Any) -> str:
    found = function.module.summary.names.get(term[1], ())
    if not found:
        return ""
    source = provenance(evaluator, function.module.functions[0], found[0])
    return f"a name of the module{f', {source}' if source else ''}"


_TELLERS: dict[str, Callable[[Evaluator, ProjectFunction, Any], str]] = {
    "p": _parameter,
    "l": _definition,
    "k": _call,
    "a": _attribute,
    "x": _enclosed,
    "i": _imported,
    "g": _global,
}
_PLAIN = {
    "m": "imported",
    "w": "bound by `with`",
    "W": "bound by `async with`",
    "e": "an element of an iteration",
    "E": "an element of an iteration",
    "n": "one item of an unpacked value",
    "s": "an item of a container",
    "y": "the result of an `await`",
    "A": "declared with an annotation",
    "u": "any of several",
}
