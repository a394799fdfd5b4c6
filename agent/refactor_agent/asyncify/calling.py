"""Which functions became async, and how a call is written because of it."""

from __future__ import annotations

from collections.abc import Collection

from refactor_agent.asyncify.by_use import ByUse
from refactor_agent.asyncify.callees import container, is_handed, last_name
from refactor_agent.asyncify.duck import by_name_alone
from refactor_agent.asyncify.holes import find_holes
from refactor_agent.asyncify.leaves import Member
from refactor_agent.asyncify.origins import Origins
from refactor_agent.asyncify.special import ASYNC_NAMES
from refactor_agent.asyncify.stubs import are_asked, stub_call
from refactor_agent.asyncify.whence import ITERABLES, Whence
from refactor_agent.asyncify.world import CallSite, World
from refactor_agent.locate.resolve.attributes import attribute
from refactor_agent.locate.resolve.classes import find_methods, linearise
from refactor_agent.locate.resolve.decorators import decoration
from refactor_agent.locate.resolve.index import ProjectFunction
from refactor_agent.locate.resolve.values import (
    ClassObject,
    External,
    ExternalMethod,
    FunctionValue,
    Instance,
    Partial,
    Value,
    Values,
    join,
)
from refactor_agent.locate.terms import Term

__all__ = ["ITERATING", "Calling"]

ITERATING = ("__iter__", "__next__")
"""The methods by which Python iterates over an object."""
_DATA = frozenset(
    f"builtins.{name}"
    for name in ("bool", "bytes", "dict", "float", "int", "list", "set", "str", "tuple")
)
"""Types of objects that can't be called."""


class Calling:
    """Answers how a call is written, given the functions that are async."""

    def __init__(self, world: World, scope: Collection[str]) -> None:
        self.world = world
        self.evaluator = world.evaluator
        self.scope = frozenset(scope)
        """The functions that may become async."""
        self.origins = Origins(self.evaluator)
        self.whence = Whence(world)
        callers = [f for module in world.modules.values() for f in module.facts.functions]
        self._by_use = ByUse(self.evaluator, world.leaves, callers)
        self.opened: set[tuple[str, int]] = set()
        """Calls, by function and number, of what an entry point must wait for."""
        self._stubs = are_asked(world.request.leaves)
        self._holes = find_holes(world.leaves.prose)
        self._asked: set[str] = set()
        """Functions that are being asked for what they give, which may call themselves."""
        self.coloured: set[str] = set()
        """The functions that wait for what became async: those that were async before as well."""
        self.renamed: dict[str, str] = {}
        """Functions that get another name though they stay plain: ``__iter__``."""
        self.streams: set[str] = set()
        """Abstract methods that stay plain, and whose implementations give async iterators."""
        self.tasks = world.leaves.tasks
        """Whether threads become tasks."""
        self.threads = False
        """Whether some threads stay threads."""
        self.of_either_colour = False
        """Whether some tasks send what they run to a thread."""
        self.wrapping = self.whence.decorated.wrappers
        """Wrappers that the project's decorators make, whose colour is that of what they wrap."""
        self.in_both: set[str] = set()
        """Those of them that lie around plain functions as well, and so stay plain for these."""
        self.relied_on: set[str] = set()
        """The async functions that were found behind what was asked."""

    def called(self, function: ProjectFunction, term: Term) -> Member | None:
        """Say how a call of what ``term`` means is written; `None`: as before."""
        values = everything = self.whence.callables(function, term)
        if len(values) > 1:  # an object that may be another callable as well says little
            values = tuple(value for value in values if not isinstance(value, Instance)) or values
            if all(isinstance(value, Instance) for value in values):
                found = [self.of(value) for value in values]
                return found[0] if None not in found else None
        found = [self.of(value) for value in values]
        if not values and term is not None and term[0] == "a":
            used = self._by_use.method(function, term)
            if used is not None:
                return self.of(used)
            return by_name_alone(self.evaluator, self.world.leaves, term[2], self._method)
        known = next((member for member in found if member is not None), None)
        if known is None and term is not None and term[0] == "a" and term[2] in ASYNC_NAMES:
            return self._special(function, term[1], term[2])
        if known is not None and known.awaited and self._may_be_plain(function, everything):
            return known._replace(maybe=True)
        return known

    def over_grpc(self, function: ProjectFunction, term: Term) -> Member | None:
        """Say how a callee is called that a channel made."""
        return stub_call(self.evaluator, function, term) if self._stubs else None

    def _special(self, function: ProjectFunction, term: Term, name: str) -> Member | None:
        """Say how a special method is called that a leaf has from a base in the stdlib."""
        receivers = (v for v in self.whence.values(function, term) if isinstance(v, Instance))
        found = (self.world.leaves.of_class(value.cls, name) for value in receivers)
        member = next(filter(None, found), None)
        return member and member._replace(old=name)

    def _may_be_plain(self, function: ProjectFunction, values: Values) -> bool:
        if function.name in self.wrapping:
            return False  # what stays plain has a plain wrapper
        return any(map(self._stays_plain, values))

    def _stays_plain(self, value: Value) -> bool:
        """Say whether ``value`` is a callable to convert that is kept somewhere, and stays sync."""
        if isinstance(value, Instance) and value.cls in self.evaluator.index.classes:
            methods = attribute(self.evaluator, value, "__call__")
            return bool(methods) and self.of(value) is None
        if not isinstance(value, FunctionValue) or value.receiver is not None:
            return False
        function = self.evaluator.index.functions[value.name]
        is_open = function.name in self.scope and not function.facts.is_async
        is_plain = (is_open and function.owner is None) or function.facts.is_lambda
        return is_plain and self.of(value) is None

    def _method(self, function: ProjectFunction) -> Member | None:
        owner = function.owner
        receiver = Instance(owner.name) if owner is not None else None
        return self.of(FunctionValue(function.name, receiver))

    def hole(self, site: CallSite, name: str) -> Member | None:
        """Say how a callable is called of which nothing is known but its ``name``."""
        function, term = site.function, site.facts.func
        if (function.name, site.number) in self.opened:
            return Member(name, maybe=not self.whence.is_unknown(function, term))
        holes = self._holes
        known = (name, container(function, term))
        said = next((word for word in known if holes.name(word)), "")
        if not said or not is_handed(function, term):
            return None
        if not self.whence.is_unknown(function, term) and not (
            holes.is_maybe(said) and self._may_be_another(function, term)
        ):
            return None
        values = self.whence.callables(function, term)
        given = join(v.arguments[0] for v in values if isinstance(v, Instance) and v.arguments)
        if any(isinstance(value, Instance) and value.cls in ITERABLES for value in given):
            return Member(name, awaited=False, gives="iterator")
        return Member(name, maybe=holes.is_maybe(said))

    def _may_be_another(self, function: ProjectFunction, term: Term) -> bool:
        """Say whether a caller may give another function than those the project gives.

        An object of a class that can be called is no function: what it does is known, and where
        nothing but such objects is given, nothing else is meant. One of a class that can't be
        called is not what is called.
        """
        values = self.whence.callables(function, term)
        return self.origins.is_open(function, term) and (
            all(self._is_another(value) or self._is_no_callable(value) for value in values)
            or any(map(self._is_another, values))
        )

    def _is_another(self, value: Value) -> bool:
        return (
            isinstance(value, FunctionValue)
            or self.whence.is_vague(value)
            or ((member := self.of(value)) is not None and member.awaited)
        )

    def _is_no_callable(self, value: Value) -> bool:
        if not isinstance(value, Instance):
            return False
        if value.cls in _DATA:
            return True
        cls = self.evaluator.index.classes.get(value.cls)
        return (
            cls is not None
            and not any(
                isinstance(base, str) and base != "builtins.object"
                for base in linearise(self.evaluator, cls)
            )
            and not find_methods(self.evaluator, cls, "__call__")
        )

    def is_said(self, name: str) -> bool:
        """Say whether words name callables of this name that are coroutine functions, or may be."""
        return self._holes.name(name)

    def may_be_plain(self, site: CallSite, name: str) -> bool:
        """Say whether a callee that is known to be async may be a plain function as well."""
        term = site.facts.func
        return name in self._holes.maybe and term is not None and term[0] in "phx"

    def of(self, value: Value) -> Member | None:
        """Say how a call of ``value`` is written."""
        found = self._of(value)
        return found if found is None or found.old else found._replace(old=self._old(value))

    def _old(self, value: Value) -> str:
        if isinstance(value, FunctionValue):
            return self.evaluator.index.functions[value.name].facts.bare
        name = value.name if isinstance(value, External | ExternalMethod) else ""
        return name.rpartition(".")[2]

    def _of(self, value: Value) -> Member | None:
        if isinstance(value, Partial):
            return next(filter(None, map(self.of, value.inner)), None)
        if isinstance(value, FunctionValue):
            return self._function(value)
        if isinstance(value, ExternalMethod):
            return self.world.leaves.member(value)
        if isinstance(value, External | ClassObject):
            return self.world.leaves.function(value)
        if isinstance(value, Instance):
            methods = attribute(self.evaluator, value, "__call__")
            found = (self.of(m) for m in methods if isinstance(m, FunctionValue))
            return next(filter(None, found), None)
        return None

    def _function(  # noqa: PLR0911 - one for each manner of giving
        self, value: FunctionValue
    ) -> Member | None:
        function = self.evaluator.index.functions[value.name]
        if function.name in self.world.request.faces:
            return None
        if function.facts.is_lambda:
            return self._lambda(function)
        wrappers = decoration(self.evaluator, function).wrappers
        if self.turned(function.name):
            self.relied_on.add(function.name)
            bare = self.new_name(function)
            if not function.facts.is_generator:
                return Member(bare)
            if function.has_decorator("contextmanager"):
                return Member(bare, awaited=False, gives="context")
            return Member(bare, awaited=False, gives="iterator")
        if function.name in self.streams:
            return Member(function.facts.bare, awaited=False, gives="iterator")
        if any(self.turned(name) for name in wrappers if name not in self.wrapping):
            return Member(function.facts.bare)
        if function.name in self.scope:
            return None
        return self.world.leaves.member(value) or self.world.leaves.function(value)

    def makes_async(self, function: ProjectFunction) -> bool:
        """Say whether a decorator, or what gives one, puts none but async wrappers around."""
        within = f"{function.name}."
        made = {
            name
            for name, wrapper in self.wrapping.items()
            if wrapper.maker is function or wrapper.maker.name.startswith(within)
        }
        return bool(made) and all(self.turned(n) and n not in self.in_both for n in made)

    def _lambda(self, function: ProjectFunction) -> Member | None:
        """Say whether a lambda gives what a call in it gives, and that has to be awaited."""
        if function.name in self._asked:
            return None
        self._asked.add(function.name)
        try:
            for term in function.body.returns:
                if term is not None and term[0] == "k":
                    site = CallSite(function, term[1])
                    name = last_name(function, site.facts.func)
                    found = self.called(function, site.facts.func) or self.hole(site, name)
                    if found is not None and found.awaited:
                        return Member(function.facts.bare, maybe=found.maybe)
        finally:
            self._asked.discard(function.name)
        return None

    def turned(self, name: str) -> bool:
        """Say whether a function became async, so that who calls it has to be rewritten."""
        return name in self.coloured and not self.evaluator.index.functions[name].facts.is_async

    def new_name(self, function: ProjectFunction) -> str:
        """Give the name a function gets: that of the async protocol or base class it serves."""
        bare = function.facts.bare
        if function.name in self.renamed:
            return self.renamed[function.name]
        if function.name not in self.coloured:
            return bare
        if bare in ASYNC_NAMES:
            return ASYNC_NAMES[bare]
        owner = function.owner
        if bare == "close" and owner is not None and self.own(Instance(owner.name), *ITERATING):
            return "aclose"
        for base in linearise(self.evaluator, owner) if owner is not None else ():
            name = base if isinstance(base, str) else base.name
            if self.world.leaves.is_asked(name):
                member = self.world.leaves.of_class(name, bare)
                if member is not None:
                    return member.name
        return self.world.request.names.get(bare, bare) if owner is not None else bare

    def own(self, value: Instance, *names: str) -> Member | None:
        """Say whether a method of the object's class, one of ``names``, became async."""
        cls = self.evaluator.index.classes.get(value.cls)
        for name in names if cls is not None else ():
            for method in find_methods(self.evaluator, cls, name) if cls else ():
                if method.name in self.coloured or method.name in self.renamed:
                    self.relied_on.add(method.name)
                    return Member(name)
        return None
