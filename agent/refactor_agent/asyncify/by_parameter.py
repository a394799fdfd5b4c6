"""What a parameter holds by the methods of a leaf that are called on it.

``def rows(self, conn, sql)`` says nothing of ``conn``. But what ``conn.cursor()`` is called on is a
connection where, of all classes that are known here, nothing but a leaf's has such a method. What
follows is known then: what that call gives, and that it is closed, and read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet

from refactor_agent.asyncify.duck import EVERYDAY
from refactor_agent.asyncify.leaves import Leaves
from refactor_agent.locate.resolve.classes import find_methods, linearise
from refactor_agent.locate.resolve.evaluate import Evaluator, Told
from refactor_agent.locate.resolve.index import (
    ProjectClass,
    ProjectFunction,
    ProjectModule,
    self_name,
)
from refactor_agent.locate.resolve.values import Instance, Values
from refactor_agent.locate.terms import leaves as parts_of

__all__ = ["tell_by_use"]


def tell_by_use(evaluator: Evaluator, leaves: Leaves, modules: Iterable[ProjectModule]) -> None:
    """Let ``evaluator`` know what parameters hold that say nothing of themselves.

    To be called before anything else is asked of what stands in ``modules``.
    """
    known = _Known(evaluator, leaves)
    functions = [one for module in modules for one in module.functions] if known.classes else []
    used = [(one, name, methods) for one in functions for name, methods in _used(one).items()]
    told: dict[Told, Values] = {}
    homes: dict[tuple[str, str], set[str]] = defaultdict(set)
    for function, name, methods in used:
        cls = known.the_one(methods)
        if cls is not None and not evaluator.term(function, ("p", name)):
            told[function.name, ("p", name)] = (Instance(cls),)
            for home in _homes(evaluator, function):
                homes[home, name].add(cls)
    for function, name, methods in used:
        alike = {cls for one in _homes(evaluator, function) for cls in homes[one, name]}
        cls = alike.pop() if len(alike) == 1 else None
        if cls is not None and known.has(cls, methods):
            told.setdefault((function.name, ("p", name)), (Instance(cls),))
    if told:
        evaluator.tell(told)


def _homes(evaluator: Evaluator, function: ProjectFunction) -> Iterator[str]:
    """Name where a parameter of one name holds the same: the module, the classes of a method."""
    yield function.module.summary.module
    owner = function.owner
    for base in linearise(evaluator, owner) if owner is not None else ():
        if isinstance(base, ProjectClass):
            yield base.name


def _used(function: ProjectFunction) -> Mapping[str, AbstractSet[str]]:
    """Give what is called on the parameters of which nothing is said."""
    bare = {
        item.name
        for item in function.facts.parameters
        if item.annotation is None and item.kind in {"positional", "keyword"}
    } - {self_name(function)}
    found: dict[str, set[str]] = defaultdict(set)
    for call in function.body.calls if bare else ():
        func = call.func
        if func is not None and func[0] == "a":
            of = list(parts_of(function.body.definitions, func[1]))
            if len(of) == 1 and of[0][0] == "p" and of[0][1] in bare:
                found[of[0][1]].add(func[2])
    return found


class _Known:
    """Answers what has a method, of the leaves and of all classes that are known."""

    def __init__(self, evaluator: Evaluator, leaves: Leaves) -> None:
        self._evaluator = evaluator
        self._leaves = leaves
        self.classes = leaves.classes()

    def the_one(self, methods: AbstractSet[str]) -> str | None:
        """Give the leaf that has all these methods, and one of them that nothing else has."""
        fitting = [name for name in self.classes if self.has(name, methods)]
        if len(fitting) != 1:
            return None
        others = [name for name in self.classes if name != fitting[0]]
        telling = (
            method
            for method in methods - EVERYDAY
            if not any(self.has(other, {method}) for other in others)
            and not any(self._elsewhere(fitting[0], method))
        )
        return fitting[0] if any(telling) else None

    def has(self, sync: str, methods: AbstractSet[str]) -> bool:
        """Say whether a leaf has all these methods."""
        return all(
            find_methods(self._evaluator, self.classes[sync], method)
            or self._leaves.of_class(sync, method) is not None
            for method in methods
        )

    def _elsewhere(self, sync: str, method: str) -> Iterator[bool]:
        """Say of each class that has such a method whether it is neither side of the leaf."""
        for cls in self._evaluator.index.classes_with(method):
            is_either = cls.name == sync or self._leaves.is_counterpart(cls.name)
            yield not is_either and not cls.module.is_test
