"""The project as the conversion sees it: facts by place, values by node."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import libcst as cst
import libcst.matchers as m

from refactor_agent.asyncify.leaves import Leaves
from refactor_agent.asyncify.request import MODULE, Request
from refactor_agent.convert.source import Source
from refactor_agent.locate.resolve.evaluate import Evaluator
from refactor_agent.locate.resolve.index import ProjectFunction, ProjectModule
from refactor_agent.locate.summary import CallFacts
from refactor_agent.locate.terms import Place, Term

__all__ = ["CallSite", "Module", "TermSite", "World"]


@dataclass(frozen=True)
class CallSite:
    """A call and the function (or lambda) whose body it stands in."""

    function: ProjectFunction
    number: int

    @property
    def facts(self) -> CallFacts:
        """What the summary says of it."""
        return self.function.body.calls[self.number]

    @property
    def term(self) -> Term:
        """Its result."""
        return ("k", self.number)


@dataclass(frozen=True)
class TermSite:
    """A term and the function whose body it stands in."""

    function: ProjectFunction
    term: Term


class Module:
    """One file to convert: its syntax and its facts, joined by place."""

    def __init__(self, facts: ProjectModule, source: Source, evaluator: Evaluator) -> None:
        self.evaluator = evaluator
        self.facts = facts
        self.source = source
        self.calls: dict[Place, CallSite] = {}
        self.terms: dict[Place, TermSite] = {}
        for function in facts.functions:
            self._index(function)

    def _index(self, function: ProjectFunction) -> None:
        body = function.body
        for load in body.loads:
            self.terms[load.place] = TermSite(function, load.term)
        for item in body.withs:
            self.terms[item.place] = TermSite(function, item.term)
        for term, _, place in body.iterations:
            self.terms[place] = TermSite(function, term)
        for number, call in enumerate(body.calls):
            self.calls[call.place] = CallSite(function, number)
            self.terms[call.place] = TermSite(function, ("k", number))

    @cached_property
    def functions(self) -> Mapping[cst.FunctionDef, ProjectFunction]:
        """The functions of the file, overloads left out."""
        by_place = {
            (function.facts.span[0], function.facts.bare): function
            for function in self.facts.functions[1:]
            if not function.facts.is_lambda
        }
        found = {}
        for node in self.source.parents:
            if isinstance(node, cst.FunctionDef):
                first = node.decorators[0] if node.decorators else node
                line = self.source.positions[first].start.line
                function = by_place.get((line, node.name.value))
                if function is not None:
                    found[node] = function
        return found

    @cached_property
    def kept_look_ups(self) -> frozenset[tuple[cst.FunctionDef | None, str]]:
        """The functions and their variables that something is assigned to by ``getattr``."""
        look_up = m.Assign(value=m.Call(func=m.Name("getattr")))
        return frozenset(
            (self.source.function_around(node), target.target.value)
            for node in self.source.parents
            if isinstance(node, cst.Assign) and m.matches(node, look_up)
            for target in node.targets
            if isinstance(target.target, cst.Name)
        )

    def call(self, node: cst.Call) -> CallSite | None:
        """Give the facts of a call."""
        return self.calls.get(self.source.span(node))

    def term(self, node: cst.BaseExpression) -> TermSite | None:
        """Give the term of an expression, where the summary keeps one."""
        return self.terms.get(self.source.span(node))


@dataclass
class World:
    """Everything that is known before any function changes."""

    evaluator: Evaluator
    leaves: Leaves
    request: Request
    modules: dict[str, Module] = field(default_factory=dict)
    """The files to convert."""
    pooled: list[CallSite] = field(default_factory=list)
    """The calls that give functions to pools of threads which become pools of tasks."""
    submitted: list[CallSite] = field(default_factory=list)
    """The calls that submit functions to pools from elsewhere, and make tasks of them instead."""

    def find(self, name: str) -> tuple[Module, cst.FunctionDef, ProjectFunction] | None:
        """Give a function of the files to convert by its qualified name."""
        return self._by_name.get(name)

    @cached_property
    def _by_name(self) -> Mapping[str, tuple[Module, cst.FunctionDef, ProjectFunction]]:
        return {
            function.name: (module, node, function)
            for module in self.modules.values()
            for node, function in module.functions.items()
        }

    def is_converted(self, function: ProjectFunction) -> bool:
        """Say whether what stands in the body of ``function`` may change."""
        file = function.module.file
        if file not in self.modules or file not in self.request.only:
            return file in self.modules
        local = function.name.removeprefix(f"{function.module.summary.module}.")
        is_module = function is function.module.functions[0]
        return self.request.wants(file, MODULE if is_module else local)

    def functions(self) -> Iterator[tuple[Module, cst.FunctionDef, ProjectFunction]]:
        """Give the functions that may change, with their syntax."""
        for module in self.modules.values():
            for node, function in module.functions.items():
                if self.request.wants(module.source.file, module.source.local_name(node)):
                    yield module, node, function
