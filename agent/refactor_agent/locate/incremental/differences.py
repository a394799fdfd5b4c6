"""Which facts differ between two summaries of one module.

A fact is what `refactor_agent.locate.resolve.memo.Reads` notes: a kind, and the names of what it is
about. Places are no facts: what a function runs does not depend on the line where another stands.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from refactor_agent.locate.resolve.reads import Fact
from refactor_agent.locate.summary import Body, ClassFacts, FunctionFacts, ModuleSummary
from refactor_agent.locate.test_code import is_test_file

__all__ = ["Read", "Said", "between", "between_classes", "differences"]

_NOWHERE = (0, 0, 0, 0)


class Read(NamedTuple):
    """A module of which two scans read different things; ``None`` where one did not read it."""

    file: str
    before: ModuleSummary | None
    after: ModuleSummary | None


class Said(NamedTuple):
    """What differs between two scans."""

    facts: set[Fact]
    functions: set[str]
    """Those of the modules that differ: places in them may have moved."""


def between(modules: Iterable[Read]) -> Said:
    """Give what differs, from the modules that do."""
    facts: set[Fact] = set()
    functions: set[str] = set()
    for file, before, after in modules:
        facts |= differences(before, after, is_test=is_test_file(file))
        functions.update(_functions(before), _functions(after))
    return Said(facts, functions)


def between_classes(
    below: Mapping[str, Sequence[str]], below_now: Mapping[str, Sequence[str]]
) -> set[Fact]:
    """Give what differs in what lies below each class."""
    return {
        ("subclasses", name)
        for name in below.keys() | below_now.keys()
        if below.get(name) != below_now.get(name)
    }


def _functions(summary: ModuleSummary | None) -> list[str]:
    return [facts.name for facts in summary.functions] if summary is not None else []


def differences(
    before: ModuleSummary | None, after: ModuleSummary | None, *, is_test: bool
) -> set[Fact]:
    """Give every fact that only one of two summaries of a module says; ``None`` says nothing."""
    old, new = _facts(before, is_test=is_test), _facts(after, is_test=is_test)
    return {fact for fact in old.keys() | new.keys() if old.get(fact) != new.get(fact)}


def _facts(summary: ModuleSummary | None, *, is_test: bool) -> dict[Fact, Hashable | object]:
    if summary is None:
        return {}
    module = summary.module
    functions = [_without_place(facts) for facts in summary.functions]
    bodies = [_without_places(facts.body) for facts in summary.functions]
    found: dict[Fact, object] = {
        ("is module", module): True,
        ("stars", module): (summary.stars, summary.exports),
        ("module", module): (*summary[:5], summary.imports, summary.callers, functions, bodies),
    }
    parts = module.split(".")
    for end in range(1, len(parts) + 1):
        found["package", ".".join(parts[:end])] = True
    for name, terms in summary.names.items():
        found["binding", module, name] = terms
    for facts, body in zip(functions, bodies, strict=True):
        found["is function", facts.name] = True
        found["function", facts.name] = facts
        found["body", facts.name] = body
    found.update(_of_classes(summary))
    found.update(_of_names(summary, is_test=is_test))
    return found


def _of_classes(summary: ModuleSummary) -> Iterator[tuple[Fact, object]]:
    having: dict[str, list[str]] = defaultdict(list)
    for cls in summary.classes:
        yield ("class", cls.name), cls._replace(span=_NOWHERE)
        yield ("is class", cls.name), True
        yield ("bases", cls.name), (cls.bases, cls.metaclass, cls.parent)
        for name in cls.methods.keys() | cls.attributes.keys():
            yield ("member", cls.name, name), _member(summary, cls, name)
        for name in cls.methods:
            having[name].append(cls.name)
    for name, classes in having.items():
        yield ("classes with", name), tuple(classes)


def _member(summary: ModuleSummary, cls: ClassFacts, name: str) -> object:
    """Say what is known of a member: its definitions, setters and deleters, and assignments."""
    same = [n for n, facts in enumerate(summary.functions) if facts.bare == name]
    return cls.methods.get(name), cls.attributes.get(name), same


def _of_names(summary: ModuleSummary, *, is_test: bool) -> Iterator[tuple[Fact, object]]:
    """Give what is looked up by a name alone, in all modules at once."""
    functions = summary.functions
    for name, numbers in summary.callers.items() if not is_test else ():
        named = summary.classes if name.startswith("@@") else functions
        yield ("callers", name), tuple(named[number].name for number in numbers)
    for facts in functions:
        if facts.owner >= 0 and facts.decorators:
            yield ("decorated method", facts.bare), True


def _without_place(facts: FunctionFacts) -> FunctionFacts:
    return facts._replace(span=_NOWHERE, body=b"", guards=(), filling=())


def _without_places(body: bytes) -> object:
    found = Body.decode(body)
    return (
        [call[:-1] for call in found.calls],
        [load[:-1] for load in found.loads],
        found.definitions,
        found.returns,
        found.yields,
        [iteration[:-1] for iteration in found.iterations],
        [item[:-1] for item in found.withs],
        [store[:-1] for store in found.stores],
        [operation[:-1] for operation in found.operations],
        found.names,
    )
