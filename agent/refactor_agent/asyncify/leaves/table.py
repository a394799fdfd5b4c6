"""The leaves of one conversion, looked up by the values that calls resolve to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from refactor_agent.asyncify.leaves.beside import beside
from refactor_agent.asyncify.leaves.implied import implied
from refactor_agent.asyncify.leaves.member import Gives, Member
from refactor_agent.asyncify.leaves.parse import parse_leaves
from refactor_agent.asyncify.leaves.stdlib import (
    ASYNC_CONTEXTS,
    ASYNC_ITERATORS,
    COMPANIONS,
    COUNTERPARTS,
    MEMBERS,
    MIRRORED,
)
from refactor_agent.asyncify.special import ASYNC_NAMES
from refactor_agent.locate.resolve.annotations import declared
from refactor_agent.locate.resolve.attributes import attribute
from refactor_agent.locate.resolve.classes import find_methods, linearise
from refactor_agent.locate.resolve.evaluate import Evaluator
from refactor_agent.locate.resolve.index import ProjectClass, ProjectFunction, ProjectModule
from refactor_agent.locate.resolve.names import imported_module, imported_name, module_name
from refactor_agent.locate.resolve.results import returned
from refactor_agent.locate.resolve.values import (
    AWAITABLE,
    ClassObject,
    External,
    ExternalMethod,
    FunctionValue,
    Instance,
    ModuleValue,
    Value,
    Values,
)
from refactor_agent.rulebook import RuleBook

__all__ = ["Leaves", "name_of"]


class Leaves:
    """Answers what stands for a class, a method or a function in async code."""

    def __init__(
        self,
        evaluator: Evaluator,
        rulebook: RuleBook,
        leaves: Mapping[str, str],
        modules: Sequence[ProjectModule] = (),
    ) -> None:
        """Take pairs of names as the code of ``modules`` has them, or qualified ones."""
        self._evaluator = evaluator
        self._rulebook = rulebook
        self._modules = modules
        self._own = {module.summary.module.partition(".")[0] for module in modules}
        pairs = parse_leaves(leaves)
        self.prose = pairs.prose
        self.names: dict[str, str] = {}
        """Canonical name of each sync class and function to its counterpart's name."""
        self.asked: set[str] = set()
        """Those of them that were asked for: reasons for a function to become async."""
        self._methods: dict[tuple[str, str], str] = {}
        self._mirrored: set[str] = set()
        """Libraries of functions whose async side's source is not at hand: what such a function
        gives is taken to be used as before, with its blocking methods awaited."""
        self.unlike = {
            sync: aio
            for sync, aio in pairs.names.items()
            if _is_class_name(sync.rpartition(".")[2])
            and not _is_class_name(aio.rpartition(".")[2])
        }
        """Pairs of a class and a function, for which names alone don't say what to write."""
        for sync, aio in pairs.names.items():
            if sync in self.unlike:
                continue
            self._add(sync, self._qualified(aio))
        for sync, aio in beside(evaluator.index, {module.file for module in modules}, self._own):
            if sync not in self.names:
                self.names[sync] = aio
                self.asked.add(sync)
        for sync, aio in tuple(self.names.items()):
            for given, taken in implied(evaluator, self._means(aio), sync):
                if given not in self.names:
                    self.asked.add(given)
                    if given != taken:
                        self.names[given] = taken
        self._add_stdlib()

    def _add_stdlib(self) -> None:
        for sync, aio in COUNTERPARTS.items():
            self.names.setdefault(sync, aio)
            if sync in self.asked and self.names[sync] == aio:
                self.asked.update(COMPANIONS.get(sync, ()))

    def _add(self, sync: str, aio: str) -> None:
        owner, _, name = sync.rpartition(".")
        for value in self._means(owner) if owner else ():
            if isinstance(value, ClassObject):
                self._methods[value.cls, name] = aio.rpartition(".")[2]
                self.asked.add(value.cls)
                return
        canonical = self._canonical(sync)
        if _is_class_name(owner.rpartition(".")[2]) and not isinstance(canonical, ClassObject):
            self._methods[self._evaluator.libraries.canonical(owner), name] = aio.rpartition(".")[2]
            return
        self.names[name_of(canonical) or sync] = aio
        self.asked.add(name_of(canonical) or sync)
        if not _is_class_name(name) and all(isinstance(v, External) for v in self._means(aio)):
            self._mirrored.add(sync.partition(".")[0])

    def _qualified(self, name: str) -> str:
        """Give the full name of what is called ``name`` in the code to convert."""
        first, _, rest = name.partition(".")
        for value in self._as_written(first):
            full = name_of(value) or (value.name if isinstance(value, ModuleValue) else None)
            if full is not None:
                return f"{full}.{rest}" if rest else full
        return name

    def _canonical(self, name: str) -> Value | None:
        found = self._means(name)
        return found[0] if found else None

    def _means(self, name: str) -> Values:
        """Give what a dotted name means, through the packages' re-exports."""
        first, *rest = name.split(".")
        if first == "builtins":
            return (External(name),)
        values = self._as_written(first) or imported_module(self._evaluator, first)
        for part in rest:
            values = tuple(found for value in values for found in self._step(value, part))
        return values

    def _as_written(self, name: str) -> Values:
        """Give what a name means in the code to convert, or where in the project it is unique."""
        for module in self._modules:
            found = module_name(self._evaluator, module, name)
            if found:
                return found
        if name in self._evaluator.index.packages:
            return ()
        defined = [
            value
            for module in self._evaluator.index.modules.values()
            if not module.is_test and name in module.summary.names
            for value in module_name(self._evaluator, module, name) or ()
            if name_of(value) == f"{module.summary.module}.{name}"
        ]
        return tuple(defined) if len(defined) == 1 else ()

    def _step(self, value: Value, part: str) -> Values:
        if isinstance(value, ModuleValue):
            submodule = f"{value.name}.{part}"
            if submodule in self._evaluator.index.packages:
                return (ModuleValue(submodule),)
            return imported_name(self._evaluator, value.name, part)
        if isinstance(value, External):
            return (External(self._evaluator.libraries.canonical(f"{value.name}.{part}")),)
        return attribute(self._evaluator, value, part)

    # ---- what stands for what

    def counterpart(self, value: Value) -> str | None:
        """Give the qualified name that stands for a class or function in async code."""
        name = name_of(value)
        target = None if name is None else self.names.get(name)
        return None if target is None else self._public(target)

    def _public(self, name: str) -> str:
        """Give the shortest name by which a library exports a class; own code keeps its home."""
        if name.partition(".")[0] in self._own:
            homes = [value.cls for value in self._means(name) if isinstance(value, ClassObject)]
            return homes[0] if len(homes) == 1 else name
        cls = self._evaluator.index.classes.get(name)
        package, last = "", name.rpartition(".")[2]
        for part in name.split(".")[:-1] if cls is not None else ():
            package = f"{package}.{part}" if package else part
            if ClassObject(name) in imported_name(self._evaluator, package, last):
                return f"{package}.{last}"
        return name

    def is_weak(self, value: Value) -> bool:
        """Say whether the counterpart of ``value`` only serves functions that are async anyway."""
        return name_of(value) not in self.asked

    def ask(self, name: str) -> None:
        """Make a class of the standard library that has a counterpart a leaf of its own."""
        self.asked.add(name)

    def forget(self, name: str) -> None:
        """Take back what `ask` did."""
        self.asked.discard(name)

    def is_asked(self, name: str) -> bool:
        """Say whether a class or function is a leaf that was asked for."""
        return name in self.asked

    def is_counterpart(self, name: str) -> bool:
        """Say whether a class is the async side of a pair."""
        return name in self._targets

    @cached_property
    def _targets(self) -> frozenset[str]:
        found = (value for target in self.names.values() for value in self._means(target))
        return frozenset(value.cls for value in found if isinstance(value, ClassObject))

    def function(self, value: Value) -> Member | None:
        """Give what is called in place of a function: the name is qualified."""
        target = self.counterpart(value)
        if target is None:
            return None
        weak = self.is_weak(value)
        for found in self._means(target):
            if isinstance(found, FunctionValue):
                function = self._evaluator.index.functions[found.name]
                awaited, gives = self._shape(function)
                return Member(target, awaited, gives, weak=weak)
            if isinstance(found, ClassObject):
                return Member(target, awaited=False, weak=weak)
        if _is_class_name(target.rpartition(".")[2]):
            return Member(target, awaited=False, weak=weak)
        if target in COUNTERPARTS.values() and target.startswith("contextlib."):
            return Member(target, awaited=False, weak=weak)
        return Member(target, weak=weak)

    def member(self, value: Value) -> Member | None:
        """Give what stands for a method that a call resolved to; `None` for other functions."""
        if isinstance(value, FunctionValue):
            function = self._evaluator.index.functions[value.name]
            owner, receiver = function.owner, value.receiver
            if owner is None:
                return None
            cls = receiver.cls if isinstance(receiver, Instance) else owner.name
            return self.of_class(cls, function.facts.bare)
        if isinstance(value, ExternalMethod):
            return self.of_class(value.receiver.cls, value.name)
        return None

    def of_class(self, sync: str, name: str) -> Member | None:
        """Give what stands for the attribute ``name`` of the class ``sync``."""
        for cls in self._ancestry(sync):
            named = self._methods.get((cls, name))
            target = self.names.get(cls) if cls in self.asked else None
            if target is None and named is None:
                if cls.partition(".")[0] in self._mirrored:
                    return MIRRORED.get(cls, {}).get(name) or self._by_data(cls, cls, name, None)
                continue
            found = self._of_pair(cls, target or cls, name, named)
            if found is not None:
                weak = found.weak or (cls not in self.asked and named is None)
                return found._replace(weak=weak)
        return self._of_dual(sync, name)

    def _ancestry(self, cls: str) -> Iterator[str]:
        known = self._evaluator.index.classes.get(cls)
        if known is None:
            name = self._evaluator.libraries.canonical(cls)
            yield name
            yield from self._rulebook.bases(name)
            return
        for base in linearise(self._evaluator, known):
            yield base if isinstance(base, str) else base.name

    def _of_pair(self, sync: str, target: str, name: str, named: str | None) -> Member | None:
        aio = self._class(target)
        if aio is None:
            return self._by_data(sync, target, name, named)
        spelled = (f"a{name}", *_infixed(name))
        names = (named,) if named else (name, ASYNC_NAMES.get(name, ""), *spelled)
        found = [
            (candidate, method)
            for candidate in names
            if candidate
            for method in find_methods(self._evaluator, aio, candidate)
        ]
        for candidate, method in found:
            awaited, gives = self._shape(method)
            if awaited or gives != "value":
                return Member(candidate, awaited, gives)
        return Member(found[0][0], awaited=False) if found else None

    def _by_data(self, sync: str, target: str, name: str, named: str | None) -> Member | None:
        """Answer for an async class whose source is not at hand."""
        if target in ASYNC_CONTEXTS and name in {"__enter__", "__exit__"}:
            return Member(ASYNC_NAMES[name])
        members = MEMBERS.get(target)
        if members is not None:
            found = members.get(name)
            return found and found._replace(target=target)
        native = self._rulebook.native(f"{sync}.{name}")
        if native is not None:
            gives: Gives = "iterator" if native.iterator else "value"
            return Member(named or native.target.rpartition(".")[2], native.awaited, gives)
        blocking = self._rulebook.blocking(f"{sync}.{name}")
        if named is None and blocking is None:
            return None
        result = (blocking[1].result if blocking else None) or ""
        if "Iterator" in result or "Iterable" in result:
            return Member(named or name, awaited=False, gives="iterator")
        return Member(named or name)

    def _of_dual(self, sync: str, name: str) -> Member | None:
        """Answer for a class that offers both sides: ``read`` and ``aread``."""
        cls = self._evaluator.index.classes.get(sync)
        if cls is None or not find_methods(self._evaluator, cls, name):
            return None
        for other in (ASYNC_NAMES.get(name), f"a{name}", *_infixed(name)):
            for method in find_methods(self._evaluator, cls, other) if other else ():
                awaited, gives = self._shape(method)
                if awaited or gives == "iterator":
                    weak = sync not in self.asked
                    return Member(method.facts.bare, awaited, gives, weak=weak)
                if "async" in method.facts.bare:
                    return Member(method.facts.bare, awaited=False, weak=True)
        return None

    # ---- protocols

    def is_context(self, value: Value) -> Member | None:
        """Say how an instance is entered: awaited ``__aenter__``, or as before."""
        return self._protocol(value, "__enter__", ASYNC_CONTEXTS)

    def is_iterator(self, value: Value) -> Member | None:
        """Say whether an instance is read with ``async for``."""
        found = self._protocol(value, "__iter__", ASYNC_ITERATORS)
        return found or self._protocol(value, "__next__", ASYNC_ITERATORS)

    def _protocol(self, value: Value, dunder: str, known: frozenset[str]) -> Member | None:
        if not isinstance(value, Instance):
            return None
        for cls in self._ancestry(value.cls):
            if cls in self.asked and self.names.get(cls) in known:
                return Member(ASYNC_NAMES[dunder])
        found = self.of_class(value.cls, dunder)
        return found if found is not None and found.name == ASYNC_NAMES[dunder] else None

    def _shape(self, function: ProjectFunction) -> tuple[bool, Gives]:
        facts = function.facts
        if function.has_decorator("asynccontextmanager"):
            return False, "context"
        if facts.is_async:
            return (False, "iterator") if facts.is_generator else (True, "value")
        if facts.bare == "__aiter__":
            return False, "iterator"
        for value in returned(self._evaluator, function):
            cls = (
                self._evaluator.index.classes.get(value.cls)
                if isinstance(value, Instance)
                else None
            )
            if cls is not None and find_methods(self._evaluator, cls, "__await__"):
                return True, "context"
        return self._gives_awaitable(function), "value"

    def _gives_awaitable(self, function: ProjectFunction) -> bool:
        """Say whether a plain function is annotated to give something that is awaited."""
        stated = declared(self._evaluator, function.around, function.facts.returns)
        return any(isinstance(value, Instance) and value.cls == AWAITABLE for value in stated)

    def _class(self, name: str) -> ProjectClass | None:
        known = self._evaluator.index.classes.get(name)
        if known is not None:
            return known
        for value in self._means(name):
            if isinstance(value, ClassObject):
                return self._evaluator.index.classes[value.cls]
        return None


def name_of(value: Value | None) -> str | None:
    """Give the canonical name of a class or function."""
    if isinstance(value, ClassObject):
        return value.cls
    if isinstance(value, FunctionValue | External):
        return value.name
    return None


def _infixed(name: str) -> Iterator[str]:
    """Give ``name`` with ``async`` before, between and behind its words."""
    words = name.split("_")
    for at in range(len(words) + 1):
        yield "_".join([*words[:at], "async", *words[at:]])


def _is_class_name(name: str) -> bool:
    return name[:1].isupper()
