"""What pydantic and attrs run of a class when an object of it is made."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from refactor_agent.locate.resolve.classes import find_methods, linearise
from refactor_agent.locate.resolve.decorators import decorator_names
from refactor_agent.locate.resolve.index import ProjectClass, ProjectFunction
from refactor_agent.locate.terms import Term

if TYPE_CHECKING:
    from refactor_agent.locate.resolve.evaluate import Evaluator
    from refactor_agent.locate.summary import CallFacts

__all__ = ["Hook", "hooks"]

_OF_MODELS = ("model_validator", "root_validator")
_OF_FIELDS = ("field_validator", "validator")
_ANY = "*"


class Hook(NamedTuple):
    """A method that runs while an object is made."""

    function: str
    fields: frozenset[str]
    """It runs only for these, where one is given; empty where it runs for each object."""

    def runs(self, call: CallFacts | None) -> bool:
        """Say whether making an object by ``call`` runs it; a default is not validated."""
        if not self.fields:
            return True
        if call is None:
            return False
        if _ANY in self.fields:
            return bool(call.starred or call.keywords)
        return call.starred or any(name in self.fields for name, _ in call.keywords)


def hooks(evaluator: Evaluator, cls: ProjectClass) -> tuple[Hook, ...]:
    """Give the methods of a class, its bases' among them, that its decorators make hooks."""
    question = ("hooks", cls.name)
    return evaluator.memo.get(question, lambda: tuple(_hooks(evaluator, cls)), ())


def _hooks(evaluator: Evaluator, cls: ProjectClass) -> Iterator[Hook]:
    order = linearise(evaluator, cls)
    if not any(isinstance(base, str) for base in order):
        return
    classes = [base for base in order if isinstance(base, ProjectClass)]
    modules = {cls.module.name for cls in classes}
    for decorator in (*_OF_MODELS, *_OF_FIELDS):
        for module, number in evaluator.index.calling(f"@{decorator}"):
            if module.name not in modules:
                continue
            function = module.functions[number]
            if function.owner not in classes:
                continue
            if not _is_pydantics(evaluator, function, decorator):
                continue
            if function not in find_methods(evaluator, cls, function.facts.bare):
                continue  # a subclass has its own in its place
            if decorator in _OF_MODELS:
                yield Hook(function.name, frozenset())
            elif fields := frozenset(_fields(function, decorator)):
                yield Hook(function.name, fields)


def _is_pydantics(evaluator: Evaluator, function: ProjectFunction, decorator: str) -> bool:
    return any(
        name.startswith("pydantic.") and name.rpartition(".")[2] == decorator
        for name in decorator_names(evaluator, function)
    )


def _fields(function: ProjectFunction, decorator: str) -> Iterator[str]:
    """Give the fields that a validator is for, as its decorator names them."""
    for term, _ in function.facts.decorators:
        if term is None or term[0] != "k":
            continue
        call = function.around.body.calls[term[1]]
        func = call.func
        if func is not None and func[-1] == decorator:
            yield from filter(None, map(_text, call.args))


def _text(term: Term) -> str:
    return term[1] if term is not None and term[0] == "#" and isinstance(term[1], str) else ""
