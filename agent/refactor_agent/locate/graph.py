"""The call graph, for the stages that change code."""

from __future__ import annotations

from functools import partial

from refactor_agent.domain.callgraph import Call, CallGraph, Function, Reference
from refactor_agent.domain.place import Span
from refactor_agent.locate.effects import Effects
from refactor_agent.locate.families import families
from refactor_agent.locate.graph_calls import function_calls
from refactor_agent.locate.graph_references import function_references
from refactor_agent.locate.incremental import Nearby
from refactor_agent.locate.resolve.attributes import is_property
from refactor_agent.locate.resolve.decorators import decorator_names
from refactor_agent.locate.resolve.evaluate import Evaluator
from refactor_agent.locate.resolve.index import ProjectFunction
from refactor_agent.locate.resolve.values import (
    ClassObject,
    FunctionValue,
    ModuleValue,
)

__all__ = ["Uses", "make_graph"]


Uses = tuple[tuple[Call, ...], tuple[Reference, ...]]
"""The calls and references in the body of a function."""


def make_graph(effects: Effects, nearby: Nearby[Uses] | None = None) -> CallGraph:
    """Resolve every call and reference of the project.

    ``nearby`` knows those of a tree that differs little, or gets to know those of this one.
    """
    evaluator = effects.evaluator
    index = evaluator.index
    exported = _exported(evaluator)
    related = families(evaluator)
    uses = (nearby or Nearby()).answers(effects, partial(_uses, effects))
    functions: dict[str, Function] = {}
    calls: list[Call] = []
    references: list[Reference] = []
    for function in index.functions.values():
        if function.facts.parent >= 0 and not function.facts.is_lambda:
            family, is_open = related.get(function.name, ((), False))
            functions[function.name] = _function(
                evaluator, function, family, open_family=is_open, exported=exported
            )
        called, referred = uses[function.name]
        calls.extend(called)
        references.extend(referred)
    calls.sort(key=lambda call: call.site)
    return CallGraph(
        functions=functions,
        calls=calls,
        references=references,
        modules={name: module.file for name, module in index.modules.items()},
        imports={
            module.file: frozenset(module.summary.imports) for module in index.modules.values()
        },
    )


def _uses(effects: Effects, function: ProjectFunction) -> Uses:
    return (
        tuple(function_calls(effects, function)),
        tuple(function_references(effects.evaluator, function)),
    )


def _function(
    evaluator: Evaluator,
    function: ProjectFunction,
    family: tuple[str, ...],
    *,
    open_family: bool,
    exported: frozenset[str],
) -> Function:
    facts, owner = function.facts, function.owner
    return Function(
        name=function.name,
        file=function.module.file,
        span=Span(*facts.span),
        is_async=facts.is_async,
        is_generator=facts.is_generator,
        is_property=is_property(function),
        nested=facts.parent > 0,
        owner=owner.name if owner is not None else None,
        decorators=tuple(decorator_names(evaluator, function)),
        family=family,
        open_family=open_family,
        exported=function.name in exported or (owner is not None and owner.name in exported),
        is_test=function.module.is_test,
        writes=tuple(write for write in facts.writes if not _is_module(evaluator, function, write)),
        awaits=facts.awaits,
    )


def _is_module(evaluator: Evaluator, function: ProjectFunction, write: str) -> bool:
    """Say whether what seems to be changed is a module: ``os.remove`` is no list's method."""
    name = write.removeprefix(f"{function.module.summary.module}.")
    if name == write or "." in name:
        return False
    terms = function.module.summary.names.get(name, ())
    values = evaluator.term(function.module.functions[0], ("g", name))
    is_imported = bool(terms) and all(term is not None and term[0] == "m" for term in terms)
    return is_imported or any(isinstance(value, ModuleValue) for value in values)


def _exported(evaluator: Evaluator) -> frozenset[str]:
    """Give what ``__all__`` lists, and what a package's ``__init__`` imports."""
    found: set[str] = set()
    for module in evaluator.index.modules.values():
        summary = module.summary
        names = list(summary.exports or ())
        if summary.package:
            names.extend(summary.names)
        home = module.functions[0]
        for name in names:
            for value in evaluator.term(home, ("g", name)):
                if isinstance(value, FunctionValue):
                    found.add(value.name)
                elif isinstance(value, ClassObject):
                    found.add(value.cls)
    return frozenset(found)
