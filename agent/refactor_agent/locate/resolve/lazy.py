"""Names that a module gives by ``__getattr__``: by an import there, or by a table of names."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from refactor_agent.locate.resolve.index import ProjectModule
from refactor_agent.locate.resolve.values import FunctionValue, Values, join
from refactor_agent.locate.terms import Term

if TYPE_CHECKING:
    from refactor_agent.locate.resolve.evaluate import Evaluator

__all__ = ["lazy_name"]


def lazy_name(evaluator: Evaluator, module: ProjectModule, name: str) -> Values | None:
    """Give what ``module.__getattr__`` gives for ``name``; ``None`` where nothing says it."""
    if module.binding("__getattr__") is None or name.startswith("__"):
        return None
    key = ("lazy", module.name, name)
    return evaluator.guarded(key, partial(_look_up, evaluator, module, name)) or None


def _look_up(evaluator: Evaluator, module: ProjectModule, name: str) -> Values:
    sources = dict.fromkeys((*_imported(evaluator, module, name), *_tabled(module, name)))
    return join(
        evaluator.imported(where, what)
        for given, what in sources
        for where in _modules(evaluator, module, given)
    )


def _imported(evaluator: Evaluator, module: ProjectModule, name: str) -> Iterator[tuple[str, str]]:
    """Give what is imported under the name and returned."""
    for value in evaluator.term(module.functions[0], ("g", "__getattr__")):
        if isinstance(value, FunctionValue):
            for term in evaluator.index.functions[value.name].body.returns:
                if term is not None and term[0] == "i" and term[2] == name:
                    yield term[1], name


def _tabled(module: ProjectModule, name: str) -> Iterator[tuple[str, str]]:
    """Give what tables of the module say: name to module, or module to names."""
    definitions = module.functions[0].body.definitions
    for terms in module.summary.names.values():
        for given in terms:
            term = definitions[given[1]] if given is not None and given[0] == "l" else given
            if term is not None and term[0] == "A" and term[2] is not None:
                term = definitions[term[2][1]] if term[2][0] == "l" else term[2]
            for key, value in term[1] if term is not None and term[0] == "d" else ():
                words = _words(value)
                if key == name and words:
                    yield words[0], words[1] if len(words) > 1 else name
                elif name in words:
                    yield key, name


def _words(term: Term) -> list[str]:
    """Give the constants of a string, tuple or list."""
    if term is None:
        return []
    if term[0] == "#":
        return [term[1]] if isinstance(term[1], str) else []
    if term[0] in "tu":
        return [word for part in term[1] for word in _words(part)]
    return _words(term[2]) if term[0] == "q" else []


def _modules(evaluator: Evaluator, module: ProjectModule, given: str) -> Iterator[str]:
    """Give the modules of the project that a table may mean by ``given``."""
    bare = given.partition(":")[0]
    for where in (bare, f"{module.package}.{bare.lstrip('.')}"):
        if where in evaluator.index.packages:
            yield where
            return
