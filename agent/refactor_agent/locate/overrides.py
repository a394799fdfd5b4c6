"""What may run when a method is called through a base class."""

from __future__ import annotations

from refactor_agent.locate.resolve.classes import find_methods, is_protocol
from refactor_agent.locate.resolve.evaluate import Evaluator
from refactor_agent.locate.resolve.index import ProjectClass, ProjectFunction, self_name
from refactor_agent.locate.resolve.protocols import implementers
from refactor_agent.locate.resolve.values import ClassObject, FunctionValue, Instance
from refactor_agent.locate.terms import Term

__all__ = ["is_abstract", "overrides"]

_ABSTRACT = ("abstractmethod", "abstractproperty", "abstractclassmethod", "abstractstaticmethod")
_SPECIAL = frozenset({"__init__", "__new__", "__init_subclass__"})


def is_abstract(method: ProjectFunction) -> bool:
    """Say whether ``method`` stands for what other classes define."""
    if method.facts.owner < 0 or method.facts.bare in _SPECIAL:
        return False
    return method.facts.is_stub or method.has_decorator(*_ABSTRACT)


def overrides(
    evaluator: Evaluator,
    value: FunctionValue,
    caller: ProjectFunction | None = None,
    func: Term = None,
) -> list[ProjectFunction]:
    """Give the methods of other classes that calling the method ``value`` may run.

    An abstract method is run by whoever defines it: its subclasses; for a protocol also classes
    that have all its methods, with the same colour and the same parameters, as a name alone is
    no evidence. Any other method may be overridden where no more than a base is known of the
    object: a parameter's annotation, or ``self``. An object that was made here is of its class.

    ``caller`` and ``func``: where it is called and how that is written, because no object of a
    class that overrides the caller too gets to a call on ``self``.
    """
    method, receiver = evaluator.index.functions[value.name], value.receiver
    owner = method.owner
    if owner is None or method.facts.bare in _SPECIAL:
        return []
    known, is_open = owner, False
    if isinstance(receiver, Instance | ClassObject):
        known, is_open = evaluator.index.classes.get(receiver.cls) or owner, receiver.is_open
    abstract = is_abstract(method)
    if not abstract and not is_open:
        return []
    on_self = caller is not None and _is_on_self(caller, func)
    found = [
        other
        for cls in evaluator.index.subclasses(known)
        if not cls.module.is_test or method.module.is_test
        for other in _own(evaluator, cls, method.facts.bare)
        if other is not method and not is_abstract(other)
        if caller is None or not on_self or _keeps(evaluator, cls, caller)
    ]
    if abstract and is_protocol(evaluator, owner):
        bare = method.facts.bare
        found.extend(other for cls in implementers(evaluator, owner) for other in cls.methods(bare))
    return list(dict.fromkeys(found))


def _own(evaluator: Evaluator, cls: ProjectClass, name: str) -> list[ProjectFunction]:
    """Give the methods by which a class may override: its own, or those of another base."""
    found = cls.methods(name)
    return found if found or len(cls.bases) < 2 else find_methods(evaluator, cls, name)


def _is_on_self(caller: ProjectFunction, func: Term) -> bool:
    return func is not None and func[0] == "a" and func[1] == ("p", self_name(caller))


def _keeps(evaluator: Evaluator, cls: ProjectClass, caller: ProjectFunction) -> bool:
    """Say whether objects of a class run ``caller`` as their own method."""
    own = find_methods(evaluator, cls, caller.facts.bare)
    return caller in own or any(map(_calls_super, own))


def _calls_super(method: ProjectFunction) -> bool:
    return any(call.func == ("g", "super") for call in method.body.calls)
