"""The project's modules, classes and functions by qualified name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Protocol

from refactor_agent.locate.resolve.defined import (
    FactKinds,
    ProjectClass,
    ProjectFunction,
    ProjectModule,
    self_name,
)
from refactor_agent.locate.resolve.reads import Reads
from refactor_agent.locate.resolve.tables import Definitions, Packages, Table

__all__ = ["Called", "Index", "ProjectClass", "ProjectFunction", "ProjectModule", "self_name"]


class Called(Protocol):
    """Who calls what, as an earlier scan read it."""

    def get(self, name: str, /) -> Iterable[tuple[str, tuple[int, ...]]]:
        """Give the modules that call something so named, and the numbers of their functions."""
        ...


_Callers = list[tuple[ProjectModule, tuple[int, ...]]]


class Index:
    """Everything that is defined in the project."""

    def __init__(self, modules: Iterable[ProjectModule], called: Called | None = None) -> None:
        """Take all modules; ``called`` knows of those that are as before who calls what."""
        self.reads = Reads()
        """What is read of the project from now on, until it is diverted."""
        self._facts = FactKinds.of(self.reads)
        self._modules: dict[str, ProjectModule] = {}
        self._functions = Definitions[ProjectFunction](lambda module: module.functions)
        self._classes = Definitions[ProjectClass](lambda module: module.classes)
        self.modules = Table("is module", self.reads, self._modules)
        self.functions = Table("is function", self.reads, self._functions)
        self.classes = Table("is class", self.reads, self._classes)
        self.packages = Packages(self.reads)
        """Module names and all their parents: directories without ``__init__`` too."""
        for module in modules:
            self._add(module)
        self._before = called
        self._callers: dict[str, _Callers] | None = None
        self._having: dict[str, list[tuple[ProjectModule, int]]] | None = None
        self._decorated: frozenset[str] | None = None
        self._subclasses: Mapping[str, Sequence[str]] = {}
        self._below: dict[str, Sequence[ProjectClass]] = {}

    def _add(self, module: ProjectModule) -> None:
        name = module.name
        if name in self._modules:
            return
        module.note_in(self.reads, self._facts)
        self._modules[name] = module
        self.packages.add(name)
        for function in module.outline.functions:
            self._functions.put(function, module)
        for cls, _ in module.outline.classes:
            self._classes.put(cls, module)

    def module_of(self, function: str) -> ProjectModule:
        """Give the module of a function; nobody needs to know."""
        return self._functions.module_of(function)

    def asynchronous(self) -> Iterator[str]:
        """Give the names of the async functions outside tests; nobody needs to know."""
        for module in self._modules.values():
            outline = module.outline
            for number in () if module.is_test else outline.asynchronous:
                name = outline.functions[number]
                if self._functions.module_of(name) is module:
                    yield name

    def classes_with(self, method: str) -> list[ProjectClass]:
        """Give the classes that define a method of this name themselves."""
        self.reads.add(self._facts.classes_with[method])
        if self._having is None:
            self._having = defaultdict(list)
            for module in self._modules.values():
                for number, (_, methods) in enumerate(module.outline.classes):
                    for name in methods:
                        self._having[name].append((module, number))
        return [module.classes[number] for module, number in self._having.get(method, ())]

    def decorated(self, name: str) -> list[ProjectFunction]:
        """Give the functions, tests apart, with a decorator whose last name is ``name``."""
        return self.callers(f"@{name}")

    def decorated_classes(self, name: str) -> list[ProjectClass]:
        """Give the classes, tests apart, with a decorator whose last name is ``name``."""
        found = self._called(f"@@{name}")
        return [module.classes[number] for module, numbers in found for number in numbers]

    def descriptors(self, name: str) -> list[ProjectFunction]:
        """Give the code, tests apart, in which a class body makes an attribute so named."""
        return self.callers(f".{name}")

    def setters(self, name: str) -> list[ProjectFunction]:
        """Give the functions, tests apart, that set an attribute so named on another object."""
        return self.callers(f"={name}")

    def callers(self, name: str) -> list[ProjectFunction]:
        """Give the functions, tests apart, that call something whose last name is ``name``."""
        found = self._called(name)
        return [module.functions[number] for module, numbers in found for number in numbers]

    def calling(self, name: str) -> list[tuple[ProjectModule, int]]:
        """Give the same by module and number: of who is known already, no more need be read."""
        return [(module, number) for module, numbers in self._called(name) for number in numbers]

    def _called(self, name: str) -> Sequence[tuple[ProjectModule, tuple[int, ...]]]:
        self.reads.add(self._facts.callers[name])
        if self._callers is None:
            self._callers = {} if self._before is not None else self.all_callers()
        if self._before is not None and name not in self._callers:
            self._callers[name] = self._called_by_now(name, self._before)
        return self._callers.get(name, ())

    def all_callers(self) -> dict[str, _Callers]:
        """Give who calls what, of all modules in turn."""
        found: dict[str, _Callers] = defaultdict(list)
        for module in self._modules.values():
            for called, numbers in module.callers():
                found[called].append((module, numbers))
        return dict(found)

    def _called_by_now(self, name: str, before: Called) -> _Callers:
        found = dict(before.get(name))
        names = {module for module in found if self._is_as_before(module)}
        names.update(module.name for module in self.changed if module.callers_of(name))
        order = self._order
        return [
            (module, found[module.name] if module.is_as_before else module.callers_of(name))
            for module in map(self._modules.__getitem__, sorted(names, key=order.__getitem__))
        ]

    def _is_as_before(self, name: str) -> bool:
        module = self._modules.get(name)
        return module is not None and module.is_as_before

    @cached_property
    def _order(self) -> Mapping[str, int]:
        return {name: number for number, name in enumerate(self._modules)}

    @cached_property
    def changed(self) -> Sequence[ProjectModule]:
        """The modules of which no earlier scan read the same."""
        return [module for module in self._modules.values() if not module.is_as_before]

    def is_decorated_method(self, name: str) -> bool:
        """Say whether any class has a decorated method of this name."""
        self.reads.add(self._facts.decorated_method[name])
        if self._decorated is None:
            every = (module.outline.decorated for module in self._modules.values())
            self._decorated = frozenset(bare for names in every for bare in names)
        return name in self._decorated

    def subclasses(self, cls: ProjectClass) -> Sequence[ProjectClass]:
        """Give the classes below ``cls``, near and far, once they are linked."""
        self.reads.add(self._facts.subclasses[cls.name])
        below = self._below.get(cls.name)
        if below is None:
            below = [self._classes[name] for name in self._subclasses.get(cls.name, ())]
            self._below[cls.name] = below
        return below

    @property
    def linked(self) -> Mapping[str, Sequence[str]]:
        """The names of the subclasses of each class that has some."""
        return self._subclasses

    def link(self, subclasses: Mapping[str, Sequence[str]]) -> None:
        """Take what `subclasses` gives, by name."""
        self._subclasses = subclasses
        self._below.clear()
