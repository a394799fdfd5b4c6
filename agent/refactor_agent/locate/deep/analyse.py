"""From the files of a distribution to its summary."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from refactor_agent.locate.blocking import Blockers
from refactor_agent.locate.deep.causes import find_causes
from refactor_agent.locate.deep.conditions import Conditions
from refactor_agent.locate.deep.summary import Cause, LibrarySummary
from refactor_agent.locate.deep.type_text import type_text
from refactor_agent.locate.deep_stack import QUESTIONS
from refactor_agent.locate.effects import Effects
from refactor_agent.locate.resolve.attributes import attribute, is_property
from refactor_agent.locate.resolve.classes import linearise, link_subclasses
from refactor_agent.locate.resolve.evaluate import Evaluator
from refactor_agent.locate.resolve.generics import SELF
from refactor_agent.locate.resolve.index import (
    Index,
    ProjectClass,
    ProjectFunction,
    ProjectModule,
)
from refactor_agent.locate.resolve.names import module_name
from refactor_agent.locate.resolve.results import function_result
from refactor_agent.locate.resolve.values import (
    ClassObject,
    External,
    FunctionValue,
    Instance,
    ModuleValue,
    Value,
    Values,
)
from refactor_agent.locate.rules_port import Rules

__all__ = ["analyse"]

_AT_LEAST, _FOR_A_FUNCTION = 20_000, 40
"""Answers about values that may be worked out. Libraries that were measured need 4 to 18 for each
function; more means that everything in one hangs together in a way nobody has seen yet."""


def analyse(
    modules: list[ProjectModule],
    rules: Rules,
    known: Callable[[str], Cause | None],
    read: Callable[[str], bytes],
) -> LibrarySummary:
    """Summarise the library that ``modules`` make up.

    ``rules`` speak of everything it calls outside itself; ``known`` says why such a call blocks,
    where a library's own code says it and no rule does; ``read`` gives a file's source. Runs on
    the stack of `on_deep_stack`.
    Raises `TooMuchWorkError` for a library in which everything hangs together.
    """
    evaluator = Evaluator(Index(modules), rules)
    link_subclasses(evaluator)  # which also gives the evaluator a memo of its own
    evaluator.memo.deepest = QUESTIONS
    evaluator.memo.budget = _budget(modules)
    causes = find_causes(Effects(evaluator, Blockers(rules)), known, Conditions(read))
    aliases, instances = _bound_names(evaluator)
    public = _public_names(evaluator, aliases)
    return LibrarySummary(
        aliases=aliases,
        public=public,
        causes=causes,
        types={**_types(evaluator, public), **_written(instances, public)},
        bases={cls.name: tuple(_bases(evaluator, cls)) for cls in _classes(evaluator)},
        members={cls.name: frozenset(cls.facts.methods) for cls in _classes(evaluator)},
    )


def _budget(modules: list[ProjectModule]) -> int:
    return _AT_LEAST + _FOR_A_FUNCTION * sum(len(module.functions) for module in modules)


def _classes(evaluator: Evaluator) -> Iterator[ProjectClass]:
    return (cls for cls in evaluator.index.classes.values() if "#" not in cls.name)


def _bases(evaluator: Evaluator, cls: ProjectClass) -> Iterator[str]:
    for base in linearise(evaluator, cls)[1:]:
        yield base.name if isinstance(base, ProjectClass) else base


def _bound_names(evaluator: Evaluator) -> tuple[dict[str, str], dict[str, Values]]:
    """Give other names of what is defined elsewhere, and module-level objects."""
    aliases: dict[str, str] = {}
    instances: dict[str, Values] = {}
    for module in evaluator.index.modules.values():
        for name in _names(evaluator, module):
            values = module_name(evaluator, module, name) or ()
            qualified = f"{module.summary.module}.{name}"
            target = _defined_as(values[0]) if len(values) == 1 else None
            if target is None:
                instances[qualified] = values
            elif target != qualified:
                aliases[qualified] = target
    return aliases, instances


def _names(evaluator: Evaluator, module: ProjectModule) -> set[str]:
    """Give what can be imported from ``module``, through star imports too."""
    found, waiting, seen = set(module.summary.names), [module], {module.summary.module}
    while waiting:
        for star in waiting.pop().summary.stars:
            source = evaluator.index.modules.get(star)
            if source is not None and star not in seen:
                seen.add(star)
                waiting.append(source)
                found.update(source.summary.exports or source.summary.names)
    return found


def _defined_as(value: Value) -> str | None:
    if isinstance(value, ClassObject):
        return value.cls
    if isinstance(value, FunctionValue):
        return value.name if value.receiver is None else None
    return value.name if isinstance(value, ModuleValue | External) else None


def _public_names(evaluator: Evaluator, aliases: Mapping[str, str]) -> dict[str, str]:
    """Give each class that is exported from elsewhere the shortest name people import it by."""
    found: dict[str, str] = {}
    for alias, target in aliases.items():
        if target not in evaluator.index.classes or "._" in alias or alias.startswith("_"):
            continue
        if alias.rpartition(".")[2] != target.rpartition(".")[2]:
            continue
        best = found.get(target, target)
        if (alias.count("."), alias) < (best.count("."), best):
            found[target] = alias
    return found


def _written(values: Mapping[str, Values], public: Mapping[str, str]) -> dict[str, str]:
    texts = ((name, type_text(found, public)) for name, found in values.items())
    return {name: text for name, text in texts if text is not None}


def _types(evaluator: Evaluator, public: Mapping[str, str]) -> dict[str, str]:
    """Give the types of what functions give, and of attributes."""
    found: dict[str, Values] = {}
    for function in evaluator.index.functions.values():
        if _is_reachable(function):
            found.setdefault(function.name, _result(evaluator, function))
    for cls in _classes(evaluator):
        for name in cls.facts.attributes:
            if not name.startswith("_"):
                values = attribute(evaluator, Instance(cls.name), name)
                found.setdefault(f"{cls.name}.{name}", values)
    return _written(found, public)


def _is_reachable(function: ProjectFunction) -> bool:
    """Say whether code outside can name the function."""
    facts = function.facts
    if facts.is_lambda or "#" in facts.name or (facts.parent != 0 and facts.owner < 0):
        return False
    return not facts.bare.startswith("_") or facts.bare.endswith("__")


def _result(evaluator: Evaluator, function: ProjectFunction) -> Values:
    """Give what a call (or reading a property) gives; the receiver's own type as ``Self``."""
    owner = function.owner
    if owner is None:
        return function_result(evaluator, FunctionValue(function.name))
    if is_property(function):
        return attribute(evaluator, Instance(owner.name), function.facts.bare)
    found = function_result(evaluator, FunctionValue(function.name))
    own = Instance(owner.name)
    is_inferred = function.facts.returns is None
    return tuple(
        Instance("typing.Self")
        if isinstance(value, Instance) and (value.cls in SELF or (is_inferred and value == own))
        else value
        for value in found
    )
