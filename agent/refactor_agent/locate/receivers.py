"""Which object a method is called on, and which methods an object of its class runs.

A method of a base class that calls itself runs what the object's own class defines, not what any
other subclass does. What is known of the object is one word: the name of its class, with ``=``
before it where the object is of that class and of none below it.
"""

from __future__ import annotations

from refactor_agent.locate.resolve.classes import find_methods, is_protocol
from refactor_agent.locate.resolve.evaluate import Evaluator
from refactor_agent.locate.resolve.index import ProjectClass, ProjectFunction, self_name
from refactor_agent.locate.resolve.values import ClassObject, FunctionValue, Instance, Value
from refactor_agent.locate.summary import CallFacts

__all__ = ["ITSELF", "SUPER", "Receivers", "receiver_of"]

ITSELF = "self"
"""The object whose method makes the call, by its own name."""
SUPER = "super"
"""The same, with ``super()``."""

_EXACTLY = "="


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


class Receivers:
    """Knows what objects of a class run when a method of theirs calls another."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator
        self._known: dict[tuple[str, str], frozenset[str] | None] = {}

    def of(self, function: ProjectFunction) -> str:
        """Give what is known of the object of a method that anybody may call."""
        owner = function.owner
        return owner.name if owner is not None else ""

    def run_by(self, on: str, receiver: str, target: ProjectFunction) -> str | None:
        """Give the receiver of a call; ``None`` where no object in question runs ``target``.

        ``on`` is what `receiver_of` says of the call, ``receiver`` what is known of the object
        whose method makes it.
        """
        if on not in {ITSELF, SUPER} or not receiver:
            return "" if on in {ITSELF, SUPER} else on
        if on == SUPER or target.owner is None:
            return receiver
        run = self._run(receiver, target.facts.bare)
        if run is not None and target.name not in run:
            return None
        below = {cls.name for cls in self._classes(receiver)[1:]}
        return target.owner.name if target.owner.name in below else receiver

    def _run(self, receiver: str, name: str) -> frozenset[str] | None:
        """Give the methods of a name that such objects have; ``None`` where that is open."""
        if (receiver, name) not in self._known:
            classes = self._classes(receiver)
            is_open = not classes or is_protocol(self._evaluator, classes[0])
            methods = (find_methods(self._evaluator, cls, name) for cls in classes)
            names = frozenset(method.name for group in methods for method in group)
            self._known[receiver, name] = None if is_open else names
        return self._known[receiver, name]

    def _classes(self, receiver: str) -> list[ProjectClass]:
        index = self._evaluator.index
        cls = index.classes.get(receiver.removeprefix(_EXACTLY))
        if cls is None:
            return []
        return [cls] if receiver.startswith(_EXACTLY) else [cls, *index.subclasses(cls)]
