"""Of which classes the objects are that calls pass, where their callees test that.

``isinstance(root, str)`` does not hold for an object of a class of the project, and what stands
behind it does not run. Whether a subclass could be both is asked of the whole project, and where a
base comes from a library nothing is said.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refactor_agent.locate.resolve.classes import is_protocol, linearise, metaclasses
from refactor_agent.locate.resolve.evaluate import Evaluator
from refactor_agent.locate.resolve.exact import NONE, class_named, exact_classes
from refactor_agent.locate.resolve.index import ProjectClass, ProjectFunction
from refactor_agent.locate.summary import Guard
from refactor_agent.locate.terms import Term

__all__ = ["PassedTypes"]

_PLAIN = frozenset({
    *(f"builtins.{name}" for name in (
        "bool", "bytearray", "bytes", "complex", "dict", "float", "frozenset", "int", "list",
        "set", "str", "tuple",
    )),
    "pathlib.Path", "pathlib.PurePath",
})  # fmt: skip
"""Library classes that have no bases but one another."""
_MODELS = frozenset({"pydantic.BaseModel", "pydantic.main.BaseModel"})
"""Library classes that are none of the above, nor are their bases."""
_ABOVE = {"builtins.bool": "builtins.int", "pathlib.Path": "pathlib.PurePath"}
_MOST = 6
"""Classes that an object may be of: with more, nothing is said."""


class PassedTypes:
    """Knows the classes of what is passed, and of which objects a test of a class may hold."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator
        self._index = evaluator.index

    def of(self, caller: ProjectFunction, term: Term) -> str | None:
        """Give the classes of ``term`` in ``caller`` as the source of a set, if none is open."""
        found = exact_classes(self._evaluator, caller, term)
        if found is None or len(found) > _MOST or not all(map(self._is_closed, found)):
            return None
        names = found.union(*map(self._inherited, found))
        return "{" + ", ".join(map(repr, sorted(names))) + "}"

    def settled(self, function: ProjectFunction, guard: Guard) -> Guard | None:
        """Put into a test of a class the names of all classes whose objects may be of it."""
        terms: tuple[Term, ...] = ast.literal_eval(guard.against)
        names = [class_named(self._evaluator, function, term) for term in terms]
        if not all(map(self._can_be_told, names)):
            return None
        found = {other for name in names if name is not None for other in self._related(name)}
        return guard._replace(against=repr(tuple(sorted(found))))

    def _is_closed(self, name: str) -> bool:
        """Say whether all classes are known that an object of a class may be of."""
        cls = self._index.classes.get(name)
        if cls is None:
            return name in _PLAIN or name == NONE
        return all(map(self._has_known_bases, self._and_below(cls)))

    def _inherited(self, name: str) -> Iterator[str]:
        """Give the library classes above a class, or above one that is below it."""
        cls = self._index.classes.get(name)
        for below in self._and_below(cls) if cls is not None else ():
            for base in linearise(self._evaluator, below):
                if isinstance(base, str) and base in _PLAIN:
                    yield base

    def _has_known_bases(self, cls: ProjectClass) -> bool:
        for base in linearise(self._evaluator, cls):
            if isinstance(base, str):
                if base not in _PLAIN and base not in _MODELS:
                    return False
            elif not all(self._evaluator.term(base.around, term) for term in base.bases):
                return False
        return not metaclasses(self._evaluator, cls)

    def _can_be_told(self, name: str | None) -> bool:
        """Say whether it follows from a class's bases whether its objects are of this one."""
        cls = self._index.classes.get(name) if name is not None else None
        if cls is None:
            return name is not None and name in _PLAIN
        return not is_protocol(self._evaluator, cls) and not metaclasses(self._evaluator, cls)

    def _related(self, name: str) -> Iterator[str]:
        """Give the classes whose objects may be of the class ``name``."""
        yield name
        for below, above in _ABOVE.items():
            if name in {below, above}:
                yield from (below, above)
        cls = self._index.classes.get(name)
        for part in self._and_below(cls) if cls is not None else ():
            for base in linearise(self._evaluator, part):
                yield base if isinstance(base, str) else base.name
            if not self._has_known_bases(part):
                yield from _PLAIN

    def _and_below(self, cls: ProjectClass) -> Iterator[ProjectClass]:
        yield cls
        yield from self._index.subclasses(cls)
