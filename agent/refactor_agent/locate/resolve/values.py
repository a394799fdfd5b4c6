"""Values: what an expression may be, as far as it is known.

A set of possible values is a tuple without duplicates; the empty tuple is the unknown. Each kind
carries a tag so that values of different kinds never compare equal.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple, TypeAlias

__all__ = [
    "Bindings",
    "ClassObject",
    "External",
    "ExternalMethod",
    "FunctionValue",
    "GeneratorValue",
    "Instance",
    "ModuleValue",
    "Offloaded",
    "Partial",
    "Record",
    "Super",
    "TupleValue",
    "TypeVariable",
    "Value",
    "Values",
    "awaitable",
    "is_function",
    "join",
]

MOST = 32
"""So many possible values are as good as none: the expression is dynamic."""


class Instance(NamedTuple):
    """An object of a class, of the project or from outside, with type arguments."""

    cls: str
    arguments: tuple[Values, ...] = ()
    variables: Bindings = ()
    """What its project class was given for its type variables."""
    is_open: bool = False
    """A class of the project of which it may as well be a subclass: all that is said is a base."""
    tag: str = "instance"


class ClassObject(NamedTuple):
    """A class of the project."""

    cls: str
    variables: Bindings = ()
    is_open: bool = False
    """It may as well be a subclass: ``type[Base]``."""
    tag: str = "class"


class TypeVariable(NamedTuple):
    """A type variable in an annotation, until it is known what it stands for."""

    name: str
    bound: Values = ()
    tag: str = "variable"


class FunctionValue(NamedTuple):
    """A function of the project, with the object it is bound to."""

    name: str
    receiver: Value | None = None
    tag: str = "function"


class ModuleValue(NamedTuple):
    """A module of the project."""

    name: str
    tag: str = "module"


class External(NamedTuple):
    """Something from outside the project, by its qualified name."""

    name: str
    tag: str = "external"


class ExternalMethod(NamedTuple):
    """An attribute of an object whose class is outside the project."""

    receiver: Instance
    name: str
    tag: str = "method"

    @property
    def qualified(self) -> str:
        """``requests.Session.get``."""
        return f"{self.receiver.cls}.{self.name}"


class Partial(NamedTuple):
    """`functools.partial` of something."""

    inner: Values
    tag: str = "partial"


class Offloaded(NamedTuple):
    """A callable that runs another one on a worker thread and gives an awaitable."""

    inner: Values
    tag: str = "offloaded"


class Super(NamedTuple):
    """What ``super()`` gives in a method of ``cls``."""

    cls: str
    receiver: Value | None = None
    tag: str = "super"


class TupleValue(NamedTuple):
    """A tuple of known length."""

    items: tuple[Values, ...]
    tag: str = "tuple"


class Record(NamedTuple):
    """A dict display with constant keys."""

    items: tuple[tuple[str, Values], ...]
    value: Values
    tag: str = "record"


class GeneratorValue(NamedTuple):
    """What calling a generator function gives: its body runs when it is consumed."""

    function: str
    element: Values
    is_async: bool = False
    tag: str = "generator"


Value: TypeAlias = (
    Instance | ClassObject | TypeVariable | FunctionValue | ModuleValue | External | ExternalMethod
    | Partial | Offloaded | Super | TupleValue | Record | GeneratorValue
)  # fmt: skip
Values: TypeAlias = tuple[Value, ...]
Bindings: TypeAlias = "tuple[tuple[str, Values], ...]"
"""Names of type variables, with what they stand for."""

AWAITABLE = "typing.Awaitable"


def awaitable(result: Values) -> Values:
    """Give what has to be awaited to get ``result``."""
    return (Instance(AWAITABLE, (result,)),)


def is_function(value: Value, name: str) -> bool:
    """Say whether a value is the function of this name, bound or not."""
    return isinstance(value, FunctionValue) and value.name == name


def join(groups: Iterable[Values]) -> Values:
    """Give every value of ``groups`` once; too many are unknown."""
    found: Values = ()
    for group in groups:
        if group and group != found:
            found = tuple(dict.fromkeys((*found, *group))) if found else group
    return found if len(found) <= MOST else ()
