"""Which object a method is called on, and which methods an object of its class runs.

A method of a base class that calls itself runs what the object's own class defines, not what any
other subclass does. What is known of the object is one word: the name of its class, with ``=``
before it where the object is of that class and of none below it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple, Protocol, TypeVar

from refactor_agent.locate.resolve.classes import find_methods, is_protocol
from refactor_agent.locate.resolve.evaluate import Evaluator
from refactor_agent.locate.resolve.index import ProjectFunction, self_name
from refactor_agent.locate.resolve.values import ClassObject, FunctionValue, Instance, Value
from refactor_agent.locate.summary import CallFacts

__all__ = ["ITSELF", "SUPER", "Method", "Receivers", "receiver_of"]

T = TypeVar("T")

ITSELF = "self"
"""The object whose method makes the call, by its own name."""
SUPER = "super"
"""The same, with ``super()``."""

_EXACTLY = "="


class Kept(Protocol):
    """What `refactor_agent.locate.effects.Effects.kept` does."""

    def __call__(self, question: str, work: Callable[[], T], /) -> T:
        """Give the result of ``work``, plain data."""
        ...


def receiver_of(function: ProjectFunction, call: CallFacts, value: Value) -> str:
    """Say on what ``call`` in the body of ``function`` runs ``value``; empty where unknown."""
    if isinstance(value, ClassObject):
        return value.cls if value.is_open else _EXACTLY + value.cls
    receiver = value.receiver if isinstance(value, FunctionValue) else None
    if not isinstance(receiver, Instance | ClassObject):
        return ""
    owner, func = function.owner, call.func
    if owner is not None and func is not None and func[0] == "a" and receiver.cls == owner.name:
        base = func[1]
        if base == ("p", self_name(function)):
            return ITSELF
        if base is not None and base[0] == "k" and _is_super(function, base[1]):
            return SUPER
    return receiver.cls if receiver.is_open else _EXACTLY + receiver.cls


def _is_super(function: ProjectFunction, number: int) -> bool:
    return function.body.calls[number].func == ("g", "super")


class Method(NamedTuple):
    """A function; of a method also its class and its own name."""

    name: str
    owner: str
    """Empty where it is none."""
    bare: str


class Receivers:
    """Knows what objects of a class run when a method of theirs calls another."""

    def __init__(self, evaluator: Evaluator, kept: Kept) -> None:
        """``kept`` gives an answer that an earlier scan may have found already."""
        self._evaluator = evaluator
        self._kept = kept
        self._runs: dict[tuple[str, str], frozenset[str] | None] = {}
        self._classes_of: dict[str, tuple[str, ...]] = {}

    def run_by(self, on: str, receiver: str, target: Method) -> str | None:
        """Give the receiver of a call; ``None`` where no object in question runs ``target``.

        ``on`` is what `receiver_of` says of the call, ``receiver`` what is known of the object
        whose method makes it.
        """
        if on not in {ITSELF, SUPER} or not receiver:
            return "" if on in {ITSELF, SUPER} else on
        if on == SUPER or not target.owner:
            return receiver
        run = self._run(receiver, target.bare)
        if run is not None and target.name not in run:
            return None
        return target.owner if target.owner in self._classes(receiver)[1:] else receiver

    def _run(self, receiver: str, name: str) -> frozenset[str] | None:
        """Give the methods of a name that such objects have; ``None`` where that is open."""
        if (receiver, name) not in self._runs:
            question = f"methods {name} of {receiver}"
            found = self._kept(question, partial(self._methods, receiver, name))
            self._runs[receiver, name] = None if found is None else frozenset(found)
        return self._runs[receiver, name]

    def _methods(self, receiver: str, name: str) -> tuple[str, ...] | None:
        classes = [self._evaluator.index.classes[cls] for cls in self._below(receiver)]
        if not classes or is_protocol(self._evaluator, classes[0]):
            return None
        groups = (find_methods(self._evaluator, cls, name) for cls in classes)
        return tuple(sorted({method.name for group in groups for method in group}))

    def _classes(self, receiver: str) -> tuple[str, ...]:
        """Give the class that is known, and those below it that the object may be of."""
        known = self._classes_of.get(receiver)
        if known is None:
            known = self._kept(f"classes of {receiver}", partial(self._below, receiver))
            self._classes_of[receiver] = known
        return known

    def _below(self, receiver: str) -> tuple[str, ...]:
        index = self._evaluator.index
        cls = index.classes.get(receiver.removeprefix(_EXACTLY))
        if cls is None:
            return ()
        below = () if receiver.startswith(_EXACTLY) else index.subclasses(cls)
        return (cls.name, *(other.name for other in below))
