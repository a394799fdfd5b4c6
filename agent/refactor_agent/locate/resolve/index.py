"""The project's modules, classes and functions by qualified name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeVar

from refactor_agent.locate.resolve.reads import FactNumbers, Reads
from refactor_agent.locate.summary import (
    Attribute,
    Body,
    ClassFacts,
    FunctionFacts,
    ModuleSummary,
)
from refactor_agent.locate.terms import Term

__all__ = ["Index", "ProjectClass", "ProjectFunction", "ProjectModule", "self_name"]

T = TypeVar("T")


class _Facts(NamedTuple):
    """The numbers of facts by their kind, and the name of what they are about."""

    function: FactNumbers
    body: FactNumbers
    bases: FactNumbers
    stars: FactNumbers
    subclasses: FactNumbers
    classes_with: FactNumbers
    callers: FactNumbers
    decorated_method: FactNumbers

    @classmethod
    def of(cls, reads: Reads) -> _Facts:
        """Give those that ``reads`` knows."""
        return cls._make(reads.numbers(field.replace("_", " ")) for field in cls._fields)


class ProjectModule:
    """A module with its file. What is read of it, and of what it defines, is noted in ``reads``."""

    __slots__ = (
        "_bindings", "_summary", "classes", "facts", "file", "functions", "is_test", "key", "name",
        "reads",
    )  # fmt: skip

    def __init__(self, file: str, summary: ModuleSummary, *, is_test: bool, key: str = "") -> None:
        self.file = file
        self.key = key
        """What the summary was made of, hashed; empty where nobody said."""
        self.name = summary.module
        self.is_test = is_test
        self._summary = summary
        self.functions = [
            ProjectFunction(self, number, facts) for number, facts in enumerate(summary.functions)
        ]
        self.classes = [ProjectClass(self, facts) for facts in summary.classes]
        reads = Reads()
        self.note_in(reads, _Facts.of(reads))

    def note_in(self, reads: Reads, facts: _Facts) -> None:
        """Note in ``reads``, which gave the numbers ``facts``, what is read from now on."""
        self.reads = reads
        self.facts = facts
        self._bindings = reads.numbers("binding", self.name)
        for cls in self.classes:
            cls.members = reads.numbers("member", cls.name)

    @property
    def summary(self) -> ModuleSummary:
        """All there is; the other properties tell more exactly what is read."""
        self.reads.add_fact(("module", self.name))
        return self._summary

    @property
    def unnoted(self) -> ModuleSummary:
        """All there is, not noted as read: for comparing it, or for what it says of lines.

        With any change of a module, all that stands in it is worked out again.
        """
        return self._summary

    @property
    def package(self) -> str:
        """The package from which its relative imports start."""
        return self.name if self._summary.package else self.name.rpartition(".")[0]

    @property
    def stars(self) -> tuple[str, ...]:
        """The modules whose names it takes over."""
        self.reads.add(self.facts.stars[self.name])
        return self._summary.stars

    @property
    def exports(self) -> tuple[str, ...] | None:
        """``__all__``, where it is a literal."""
        self.reads.add(self.facts.stars[self.name])
        return self._summary.exports

    def binding(self, name: str) -> tuple[Term, ...] | None:
        """Give what a module-level name is bound to; ``None`` where nothing binds it."""
        self.reads.add(self._bindings[name])
        return self._summary.names.get(name)

    def callers(self) -> Iterable[tuple[str, tuple[int, ...]]]:
        """Give each name that something is called by, and the numbers of the functions that do.

        There are none in tests.
        """
        return () if self.is_test else self._summary.callers.items()


class ProjectFunction:
    """A function, with its body decoded when first asked for."""

    __slots__ = ("_body", "_facts", "bare", "module", "name", "number")

    def __init__(self, module: ProjectModule, number: int, facts: FunctionFacts) -> None:
        self.module = module
        self.number = number
        self.name = facts.name
        """Qualified and unique."""
        self.bare = facts.bare
        """Its own name alone."""
        self._facts = facts
        self._body: Body | None = None

    @property
    def facts(self) -> FunctionFacts:
        """All but the body."""
        self.module.reads.add(self.module.facts.function[self.name])
        return self._facts

    @property
    def is_decorated_method(self) -> bool:
        """Say whether it is a method with decorators."""
        return self._facts.owner >= 0 and bool(self._facts.decorators)

    @property
    def body(self) -> Body:
        """What happens inside."""
        self.module.reads.add(self.module.facts.body[self.name])
        if self._body is None:
            self._body = Body.decode(self._facts.body)
        return self._body

    @property
    def around(self) -> ProjectFunction:
        """The function in whose body this one is defined."""
        return self.module.functions[max(self.facts.parent, 0)]

    @property
    def owner(self) -> ProjectClass | None:
        """The class it is a method of."""
        owner = self.facts.owner
        return self.module.classes[owner] if owner >= 0 else None

    def has_decorator(self, *names: str) -> bool:
        """Say whether one of its decorators has one of these last names, as written."""
        return any(text.rpartition(".")[2] in names for _, text in self.facts.decorators)


def self_name(function: ProjectFunction) -> str | None:
    """Give the name by which a method knows its object (or class)."""
    if function.facts.owner < 0 or function.has_decorator("staticmethod"):
        return None
    for item in function.facts.parameters:
        return item.name if item.kind == "positional" else None
    return None


class ProjectClass:
    """A class."""

    __slots__ = ("_facts", "members", "module", "name")

    def __init__(self, module: ProjectModule, facts: ClassFacts) -> None:
        self.module = module
        self.name = facts.name
        """Qualified and unique."""
        self._facts = facts
        self.members: FactNumbers
        """Of what is said of its members; the module gives it."""

    @property
    def facts(self) -> ClassFacts:
        """All there is; the other properties tell more exactly what is read."""
        self.module.reads.add_fact(("class", self.name))
        return self._facts

    @property
    def bases(self) -> tuple[Term, ...]:
        """Its bases, as terms of the function `around`."""
        self.module.reads.add(self.module.facts.bases[self.name])
        return self._facts.bases

    @property
    def metaclass(self) -> Term:
        """What it says its metaclass is, as a term of the function `around`."""
        self.module.reads.add(self.module.facts.bases[self.name])
        return self._facts.metaclass

    @property
    def around(self) -> ProjectFunction:
        """The function in whose body its bases stand."""
        self.module.reads.add(self.module.facts.bases[self.name])
        return self.module.functions[self._facts.parent]

    @property
    def method_names(self) -> Iterable[str]:
        """The names of the methods it defines itself."""
        return self._facts.methods

    def methods(self, name: str) -> list[ProjectFunction]:
        """Give the definitions of a method in this class itself."""
        self.module.reads.add(self.members[name])
        return [self.module.functions[number] for number in self._facts.methods.get(name, ())]

    def attributes(self, name: str) -> tuple[Attribute, ...]:
        """Give the assignments and declarations of an attribute in this class itself."""
        self.module.reads.add(self.members[name])
        return self._facts.attributes.get(name, ())

    def accessors(self, name: str) -> list[ProjectFunction]:
        """Give the setters and deleters of a property of this class itself."""
        self.module.reads.add(self.members[name])
        return [
            function
            for function in self.module.functions
            if function.bare == name
            and function.owner is self
            and function.has_decorator("setter", "deleter")
        ]


Defined = TypeVar("Defined", ProjectFunction, ProjectClass)


class _Table(Mapping[str, T]):
    """Things by qualified name; every look-up is noted."""

    def __init__(self, kind: str, reads: Reads) -> None:
        self._facts = reads.numbers(kind)
        self._reads = reads
        self.known: dict[str, T] = {}
        """The same, for those whose look-ups nobody needs to know of."""

    def get(self, name: str, default: T | None = None, /) -> T | None:  # type: ignore[override]
        """Give what has this name, or ``default``."""
        self._reads.add(self._facts[name])
        return self.known.get(name, default)

    def __getitem__(self, name: str) -> T:
        found = self.get(name)
        if found is None:
            raise KeyError(name)
        return found

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self.get(name) is not None

    def __iter__(self) -> Iterator[str]:
        return iter(self.known)

    def __len__(self) -> int:
        return len(self.known)


class _Packages:
    """Names of modules and all their parents; every look-up is noted."""

    def __init__(self, reads: Reads) -> None:
        self._reads = reads
        self._facts = reads.numbers("package")
        self._names: set[str] = set()

    def add(self, module: str) -> None:
        parts = module.split(".")
        self._names.update(".".join(parts[:end]) for end in range(1, len(parts) + 1))

    def __contains__(self, name: object) -> bool:
        if isinstance(name, str):
            self._reads.add(self._facts[name])
        return name in self._names


class Index:
    """Everything that is defined in the project."""

    def __init__(self, modules: Iterable[ProjectModule]) -> None:
        self.reads = Reads()
        """What is read of the project from now on, until it is diverted."""
        self._facts = _Facts.of(self.reads)
        self.modules = _Table[ProjectModule]("is module", self.reads)
        self.functions = _Table[ProjectFunction]("is function", self.reads)
        self.classes = _Table[ProjectClass]("is class", self.reads)
        self.packages = _Packages(self.reads)
        """Module names and all their parents: directories without ``__init__`` too."""
        for module in modules:
            self._add(module)
        self._callers: dict[str, list[tuple[ProjectModule, tuple[int, ...]]]] | None = None
        self._having: dict[str, list[ProjectClass]] | None = None
        self._decorated: frozenset[str] | None = None
        self._subclasses: Mapping[str, Sequence[ProjectClass]] = {}

    def _add(self, module: ProjectModule) -> None:
        name = module.name
        if name in self.modules.known:
            return
        module.note_in(self.reads, self._facts)
        self.modules.known[name] = module
        self.packages.add(name)
        for function in module.functions:
            _put(self.functions.known, function)
        for cls in module.classes:
            _put(self.classes.known, cls)

    def classes_with(self, method: str) -> list[ProjectClass]:
        """Give the classes that define a method of this name themselves."""
        self.reads.add(self._facts.classes_with[method])
        if self._having is None:
            self._having = defaultdict(list)
            for module in self.modules.known.values():
                for cls in module.classes:
                    for name in cls.method_names:
                        self._having[name].append(cls)
        return self._having.get(method, [])

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

    def _called(self, name: str) -> Sequence[tuple[ProjectModule, tuple[int, ...]]]:
        self.reads.add(self._facts.callers[name])
        if self._callers is None:
            self._callers = defaultdict(list)
            for module in self.modules.known.values():
                for called, numbers in module.callers():
                    self._callers[called].append((module, numbers))
        return self._callers.get(name, ())

    def is_decorated_method(self, name: str) -> bool:
        """Say whether any class has a decorated method of this name."""
        self.reads.add(self._facts.decorated_method[name])
        if self._decorated is None:
            self._decorated = frozenset(
                function.bare
                for module in self.modules.known.values()
                for function in module.functions
                if function.is_decorated_method
            )
        return name in self._decorated

    def subclasses(self, cls: ProjectClass) -> Sequence[ProjectClass]:
        """Give the classes below ``cls``, near and far, once they are linked."""
        self.reads.add(self._facts.subclasses[cls.name])
        return self._subclasses.get(cls.name, ())

    @property
    def linked(self) -> Mapping[str, Sequence[ProjectClass]]:
        """The subclasses of each class that has some."""
        return self._subclasses

    def link(self, subclasses: Mapping[str, Sequence[ProjectClass]]) -> None:
        """Take what `subclasses` gives."""
        self._subclasses = subclasses


def _put(table: dict[str, Defined], thing: Defined) -> None:
    """Enter a definition; of two of one name, the one in the innermost module counts."""
    other = table.get(thing.name)
    if other is None or len(other.module.name) < len(thing.module.name):
        table[thing.name] = thing
