"""What dotted names mean: as the code to convert has them, or by their full names."""

from __future__ import annotations

from collections.abc import Sequence

from refactor_agent.asyncify.libraries import LIBRARY
from refactor_agent.locate.resolve.attributes import attribute
from refactor_agent.locate.resolve.evaluate import Evaluator
from refactor_agent.locate.resolve.index import ProjectClass, ProjectModule
from refactor_agent.locate.resolve.names import imported_module, imported_name, module_name
from refactor_agent.locate.resolve.values import (
    ClassObject,
    External,
    FunctionValue,
    ModuleValue,
    Value,
    Values,
)

__all__ = ["Naming", "is_class_name", "name_of"]


class Naming:
    """Resolves names that people write in pairs."""

    def __init__(self, evaluator: Evaluator, modules: Sequence[ProjectModule]) -> None:
        """Take the ``modules`` that are converted: short names mean what they mean there."""
        self._evaluator = evaluator
        self._modules = modules
        self.own = {module.summary.module.partition(".")[0] for module in modules}
        """The project's own packages."""

    def means(self, name: str) -> Values:
        """Give what a dotted name means, through the packages' re-exports."""
        first, *rest = name.split(".")
        if first == "builtins":
            return (External(name),)
        values = self._as_written(first) or imported_module(self._evaluator, first)
        for part in rest:
            values = tuple(found for value in values for found in self._step(value, part))
        return values

    def canonical(self, name: str) -> Value | None:
        """Give the one thing that a name means, where it means any."""
        found = self.means(name)
        return found[0] if found else None

    def qualified(self, name: str) -> str:
        """Give the full name of what is called ``name`` in the code to convert."""
        first, _, rest = name.partition(".")
        for value in self._as_written(first):
            full = name_of(value) or (value.name if isinstance(value, ModuleValue) else None)
            if full is not None:
                return f"{full}.{rest}" if rest else full
        return name

    def public(self, name: str) -> str:
        """Give the shortest name by which a library exports a class; own code keeps its home."""
        if name.partition(".")[0] in self.own:
            homes = [value.cls for value in self.means(name) if isinstance(value, ClassObject)]
            if len(homes) != 1 or not self._is_of_library(homes[0]):
                return homes[0] if len(homes) == 1 else name
        cls = self._evaluator.index.classes.get(name)
        package, last = "", name.rpartition(".")[2]
        for part in name.split(".")[:-1] if cls is not None else ():
            package = f"{package}.{part}" if package else part
            if ClassObject(name) in imported_name(self._evaluator, package, last):
                return f"{package}.{last}"
        return name

    def class_of(self, name: str) -> ProjectClass | None:
        """Give the class of that name whose source is at hand."""
        known = self._evaluator.index.classes.get(name)
        if known is not None:
            return known
        for value in self.means(name):
            if isinstance(value, ClassObject):
                return self._evaluator.index.classes[value.cls]
        return None

    def _is_of_library(self, cls: str) -> bool:
        """Say whether a class is of a library that shares a namespace with the project."""
        return self._evaluator.index.classes[cls].module.file.startswith(LIBRARY)

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


def name_of(value: Value | None) -> str | None:
    """Give the canonical name of a class or function."""
    if isinstance(value, ClassObject):
        return value.cls
    if isinstance(value, FunctionValue | External):
        return value.name
    return None


def is_class_name(name: str) -> bool:
    """Say whether a name is spelled as those of classes are."""
    return name[:1].isupper()
