"""Where an attribute that is called comes from: a caller, or a function that makes callables."""

from __future__ import annotations

from collections.abc import Iterator

from refactor_agent.asyncify.callees import DEPTH
from refactor_agent.locate.resolve.classes import linearise
from refactor_agent.locate.resolve.evaluate import Evaluator
from refactor_agent.locate.resolve.index import ProjectClass, ProjectFunction
from refactor_agent.locate.resolve.values import External, FunctionValue, Value
from refactor_agent.locate.summary import Attribute
from refactor_agent.locate.terms import Term

__all__ = ["Origins"]


class Origins:
    """Answers for callees that are attributes of ``self``."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator

    def is_handed_in(self, function: ProjectFunction, term: Term) -> bool:
        """Say whether a callee is an attribute that a constructor's caller gave."""
        return any(
            item.term is not None and item.term[0] in "ph" for _, item in self._set(function, term)
        )

    def is_open(self, function: ProjectFunction, term: Term, depth: int = 0) -> bool:
        """Say whether a caller may give something else than what the project gives itself.

        That is what is handed in: a parameter, an attribute, or an element of one; also where
        it is bound anew on some of the ways to the call, or given back by a function that may
        give what it is given.
        """
        seen = 0
        while term is not None and term[0] in "le" and seen < DEPTH:
            term = function.body.definitions[term[1]] if term[0] == "l" else term[1]
            seen += 1
        parts = term[1] if term is not None and term[0] == "u" else (term,)
        return any(
            part is not None
            and (
                part[0] in "ph"
                or self.is_handed_in(function, part)
                or (depth < DEPTH and part[0] == "k" and self._gives_back(function, part, depth))
            )
            for part in parts
        )

    def _gives_back(self, function: ProjectFunction, term: Term, depth: int) -> bool:
        """Say whether a call may give what a caller of the function that is called gave."""
        assert term is not None  # noqa: S101 - the caller looked
        called = self._evaluator.term(function, function.body.calls[term[1]].func)
        return any(
            self.is_open(self._evaluator.index.functions[value.name], one, depth + 1)
            for value in called
            if isinstance(value, FunctionValue)
            for one in self._evaluator.index.functions[value.name].body.returns
        )

    def makers(self, function: ProjectFunction, term: Term) -> frozenset[Value]:
        """Give the functions whose calls make the attribute that a callee is."""
        found: set[Value] = set()
        for home, item in self._set(function, term):
            if item.term is not None and item.term[0] == "k":
                made = self._evaluator.term(home, home.body.calls[item.term[1]].func)
                found.update(v for v in made if isinstance(v, FunctionValue | External))
        return frozenset(found)

    def _set(
        self, function: ProjectFunction, term: Term
    ) -> Iterator[tuple[ProjectFunction, Attribute]]:
        """Give what the object sets the attribute to that a callee on ``self`` is."""
        owner = function.owner
        if term is None or term[0] != "a" or term[1] != ("p", "self") or owner is None:
            return
        for base in linearise(self._evaluator, owner):
            if isinstance(base, ProjectClass):
                for item in base.facts.attributes.get(term[2], ()):
                    yield base.module.functions[item.function], item
