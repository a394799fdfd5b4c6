"""The project's modules, classes and functions by qualified name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from refactor_agent.locate.resolve.values import Values
from refactor_agent.locate.summary import Body, ClassFacts, FunctionFacts, ModuleSummary

__all__ = ["Index", "ProjectClass", "ProjectFunction", "ProjectModule"]


class ProjectModule:
    """A module with its file."""

    __slots__ = ("classes", "file", "functions", "is_test", "names", "summary")

    def __init__(self, file: str, summary: ModuleSummary, *, is_test: bool) -> None:
        self.file = file
        self.summary = summary
        self.is_test = is_test
        self.functions = [
            ProjectFunction(self, number, facts) for number, facts in enumerate(summary.functions)
        ]
        self.classes = [ProjectClass(self, facts) for facts in summary.classes]
        self.names: dict[str, Values] = {}
        """Resolved module-level names."""


class ProjectFunction:
    """A function, with its body decoded when first asked for."""

    __slots__ = ("_body", "facts", "memo", "module", "number")

    def __init__(self, module: ProjectModule, number: int, facts: FunctionFacts) -> None:
        self.module = module
        self.number = number
        self.facts = facts
        self._body: Body | None = None
        self.memo: dict[object, Values] = {}
        """Values of calls, definitions, parameters and the result, once worked out."""

    @property
    def name(self) -> str:
        """Qualified and unique."""
        return self.facts.name

    @property
    def body(self) -> Body:
        """What happens inside."""
        if self._body is None:
            self._body = Body.decode(self.facts.body)
        return self._body

    @property
    def around(self) -> ProjectFunction:
        """The function in whose body this one is defined."""
        return self.module.functions[max(self.facts.parent, 0)]

    @property
    def owner(self) -> ProjectClass | None:
        """The class it is a method of."""
        return self.module.classes[self.facts.owner] if self.facts.owner >= 0 else None

    def has_decorator(self, *names: str) -> bool:
        """Say whether one of its decorators has one of these last names, as written."""
        return any(text.rpartition(".")[2] in names for _, text in self.facts.decorators)


class ProjectClass:
    """A class; its linearisation is filled in by the class look-up."""

    __slots__ = ("facts", "members", "module", "mro", "subclasses")

    def __init__(self, module: ProjectModule, facts: ClassFacts) -> None:
        self.module = module
        self.facts = facts
        self.mro: tuple[ProjectClass | str, ...] | None = None
        self.subclasses: list[ProjectClass] = []
        self.members: dict[str, Values] = {}

    @property
    def name(self) -> str:
        """Qualified and unique."""
        return self.facts.name

    @property
    def around(self) -> ProjectFunction:
        """The function in whose body its bases stand."""
        return self.module.functions[self.facts.parent]

    def methods(self, name: str) -> list[ProjectFunction]:
        """Give the definitions of a method in this class itself."""
        return [self.module.functions[number] for number in self.facts.methods.get(name, ())]


class Index:
    """Everything that is defined in the project."""

    def __init__(self, modules: Iterable[ProjectModule]) -> None:
        self.modules: dict[str, ProjectModule] = {}
        self.functions: dict[str, ProjectFunction] = {}
        self.classes: dict[str, ProjectClass] = {}
        self.packages: set[str] = set()
        """Module names and all their parents: directories without ``__init__`` too."""
        for module in modules:
            self._add(module)
        self._callers: dict[str, list[ProjectFunction]] | None = None
        self._having: dict[str, list[ProjectClass]] | None = None

    def _add(self, module: ProjectModule) -> None:
        name = module.summary.module
        if name in self.modules:
            return
        self.modules[name] = module
        parts = name.split(".")
        self.packages.update(".".join(parts[:end]) for end in range(1, len(parts) + 1))
        self.functions.update((function.name, function) for function in module.functions)
        self.classes.update((cls.name, cls) for cls in module.classes)

    def classes_with(self, method: str) -> list[ProjectClass]:
        """Give the classes that define a method of this name themselves."""
        if self._having is None:
            self._having = defaultdict(list)
            for cls in self.classes.values():
                for name in cls.facts.methods:
                    self._having[name].append(cls)
        return self._having.get(method, [])

    def callers(self, name: str) -> list[ProjectFunction]:
        """Give the functions, tests apart, that call something whose last name is ``name``."""
        if self._callers is None:
            self._callers = defaultdict(list)
            for module in self.modules.values():
                if not module.is_test:
                    for called, numbers in module.summary.callers.items():
                        functions = (module.functions[number] for number in numbers)
                        self._callers[called].extend(functions)
        return self._callers.get(name, [])
