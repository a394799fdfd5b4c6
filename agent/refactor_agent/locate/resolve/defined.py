"""What a project defines: its modules, classes and functions, each read when first needed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import NamedTuple

from refactor_agent.locate.naming import bare_name
from refactor_agent.locate.outline import Outline
from refactor_agent.locate.resolve.reads import FactNumbers, Reads
from refactor_agent.locate.summary import (
    Attribute,
    Body,
    ClassFacts,
    FunctionFacts,
    ModuleSummary,
)
from refactor_agent.locate.terms import Term

__all__ = ["FactKinds", "ProjectClass", "ProjectFunction", "ProjectModule", "self_name"]


class FactKinds(NamedTuple):
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
    def of(cls, reads: Reads) -> FactKinds:
        """Give those that ``reads`` knows."""
        return cls._make(reads.numbers(field.replace("_", " ")) for field in cls._fields)


class ProjectModule:
    """A module with its file. What is read of it, and of what it defines, is noted in ``reads``."""

    def __init__(  # noqa: PLR0913 - all but the first three by name
        self,
        file: str,
        name: str,
        read: Callable[[], ModuleSummary],
        *,
        is_test: bool,
        key: str = "",
        outline: Outline | None = None,
    ) -> None:
        """Take a module whose summary ``read`` gives; where its outline is known, when needed."""
        self.file = file
        self.key = key
        """What the summary was made of, hashed; empty where nobody said."""
        self.name = name
        self.is_test = is_test
        self.is_as_before = outline is not None
        """Whether an earlier scan read the same."""
        self._read = read
        if outline is not None:
            self.outline = outline
        self.reads: Reads
        self.facts: FactKinds
        """Both given by the index."""

    @classmethod
    def of(
        cls, file: str, summary: ModuleSummary, *, is_test: bool, key: str = ""
    ) -> ProjectModule:
        """Give the module of a summary that is at hand."""
        return cls(file, summary.module, lambda: summary, is_test=is_test, key=key)

    @cached_property
    def outline(self) -> Outline:
        """What is asked of every module; nobody needs to know."""
        return self._summary.outline

    @cached_property
    def functions(self) -> list[ProjectFunction]:
        """Its functions, by number."""
        return [
            ProjectFunction(self, number, name)
            for number, name in enumerate(self.outline.functions)
        ]

    @cached_property
    def classes(self) -> list[ProjectClass]:
        """Its classes, by number."""
        names = enumerate(self.outline.classes)
        found = [ProjectClass(self, number, name) for number, (name, _) in names]
        for cls in found:
            cls.members = self.reads.numbers("member", cls.name)
        return found

    @cached_property
    def _summary(self) -> ModuleSummary:
        return self._read()

    def note_in(self, reads: Reads, facts: FactKinds) -> None:
        """Note in ``reads``, which gave the numbers ``facts``, what is read from now on."""
        self.reads = reads
        self.facts = facts
        self._bindings = reads.numbers("binding", self.name)
        for cls in self.__dict__.get("classes", ()):
            cls.members = reads.numbers("member", cls.name)

    @property
    def summary(self) -> ModuleSummary:
        """All there is; the other properties tell more exactly what is read."""
        self.reads.add_fact(("module", self.name))
        return self._summary

    @property
    def unnoted(self) -> ModuleSummary:
        """All there is, not noted as read: for comparing it."""
        return self._summary

    @property
    def comments(self) -> Outline:
        """What comments suppress.

        Not noted as read: with any change of a module, all that stands in it is worked out again.
        """
        return self.outline

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

    def callers_of(self, name: str) -> tuple[int, ...]:
        """Give those of the functions that call something by this name."""
        return () if self.is_test else self._summary.callers.get(name, ())


class ProjectFunction:
    """A function, with its body decoded when first asked for."""

    __slots__ = ("_body", "_facts", "bare", "module", "name", "number")

    def __init__(self, module: ProjectModule, number: int, name: str) -> None:
        self.module = module
        self.number = number
        self.name = name
        """Qualified and unique."""
        self.bare = bare_name(name) if number else name
        """Its own name alone; that of a module's code is the module's."""
        self._facts: FunctionFacts | None = None
        self._body: Body | None = None

    @property
    def facts(self) -> FunctionFacts:
        """All but the body."""
        module = self.module
        module.reads.add(module.facts.function[self.name])
        if self._facts is None:
            self._facts = module.unnoted.functions[self.number]
        return self._facts

    @property
    def body(self) -> Body:
        """What happens inside."""
        module = self.module
        module.reads.add(module.facts.body[self.name])
        if self._body is None:
            self._body = Body.decode(module.unnoted.functions[self.number].body)
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

    def __init__(self, module: ProjectModule, number: int, name: str) -> None:
        self.module = module
        self.number = number
        self.name = name
        """Qualified and unique."""
        self.members: FactNumbers
        """Of what is said of its members; the module gives it."""

    @cached_property
    def _facts(self) -> ClassFacts:
        return self.module.unnoted.classes[self.number]

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
