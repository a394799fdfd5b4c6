"""The summary of one file: compact plain data, from which all resolution starts."""

from __future__ import annotations

import marshal
from collections.abc import Mapping, Sequence
from functools import partial
from typing import NamedTuple, TypeAlias

from refactor_agent.locate.outline import Outline
from refactor_agent.locate.terms import Place, Term

__all__ = [
    "ASYNC_SOURCE",
    "COROUTINE_FUNCTION",
    "NEVER",
    "OFF_LOOP",
    "SUMMARY_VERSION",
    "Attribute",
    "Body",
    "CallFacts",
    "ClassFacts",
    "FunctionFacts",
    "Guard",
    "Imports",
    "Load",
    "ModuleSummary",
    "Operation",
    "Parameter",
    "Store",
    "WithFacts",
    "may_hold_loop",
]

SUMMARY_VERSION = 20
"""Goes up whenever a summary of the same bytes would look different."""

FrameMark: TypeAlias = str | int
"""A frame of the call graph, the index of a ``with`` of the same body, or ``would_block``: the
body of a ``try`` that expects to be told when a call would have to wait."""

NEVER: tuple[FrameMark, ...] = ("never",)
"""The frames of a call that no run of the program makes."""

OFF_LOOP = "off_loop"
"""A frame: what is in it runs only where no event loop does."""


ASYNC_SOURCE = "async_source"
"""A frame of a call alone, whose result ``async for`` or ``async with`` takes."""

COROUTINE_FUNCTION = "coroutine_function"
"""A frame of a call alone, of what ``iscoroutinefunction`` was asked about before, and said so."""


def may_hold_loop(frames: tuple[FrameMark, ...]) -> bool:
    """Say whether what stands in these frames runs, and where a loop may."""
    return not frames or (frames != NEVER and OFF_LOOP not in frames)


class CallFacts(NamedTuple):
    """One call expression."""

    func: Term
    args: tuple[Term, ...]
    keywords: tuple[tuple[str, Term], ...]
    starred: bool
    awaited: bool
    frames: tuple[FrameMark, ...]
    place: Place


class Load(NamedTuple):
    """An attribute or name that is read: perhaps a property, perhaps a function as a value."""

    term: Term
    passed_to: int
    """The call whose direct argument it is, or -1."""
    frames: tuple[FrameMark, ...]
    place: Place


class Store(NamedTuple):
    """An attribute, or an item with a constant key, that is set or deleted."""

    base: Term
    name: str
    """The attribute, or the key in brackets: ``[session]``."""
    term: Term
    is_deleted: bool
    place: Place


class Operation(NamedTuple):
    """An operator, subscript or test of truth: it may run a special method."""

    method: str
    left: Term
    right: Term
    place: Place


class WithFacts(NamedTuple):
    """One item of a ``with`` statement."""

    term: Term
    is_async: bool
    frames: tuple[FrameMark, ...]
    place: Place


class Body(NamedTuple):
    """What happens inside one function."""

    calls: tuple[CallFacts, ...]
    loads: tuple[Load, ...]
    definitions: tuple[Term, ...]
    returns: tuple[Term, ...]
    yields: tuple[Term, ...]
    iterations: tuple[tuple[Term, tuple[FrameMark, ...], Place], ...]
    withs: tuple[WithFacts, ...]
    stores: tuple[Store, ...]
    operations: tuple[Operation, ...]
    names: dict[str, tuple[Term, ...]]
    """Every binding of each variable; only kept where nested functions may read it."""

    @staticmethod
    def decode(data: bytes) -> Body:
        """Read what `encode` wrote."""
        row = marshal.loads(data)  # noqa: S302 - see the module
        calls, loads, definitions, returns, yields, iterations, withs = row[:7]
        stores, operations, names = row[7:]
        return Body(
            tuple(map(_CALL, calls)),
            tuple(map(_LOAD, loads)),
            definitions,
            returns,
            yields,
            iterations,
            tuple(map(_WITH, withs)),
            tuple(map(_STORE, stores)),
            tuple(map(_OPERATION, operations)),
            names,
        )

    def encode(self) -> bytes:
        """Write the body so that it takes little room until it is needed."""
        return marshal.dumps(
            (
                tuple(map(tuple, self.calls)),
                tuple(map(tuple, self.loads)),
                self.definitions,
                self.returns,
                self.yields,
                self.iterations,
                tuple(map(tuple, self.withs)),
                tuple(map(tuple, self.stores)),
                tuple(map(tuple, self.operations)),
                self.names,
            )
        )


class Parameter(NamedTuple):
    """A parameter; its terms stand in the body around the function."""

    name: str
    kind: str
    """``positional``, ``keyword``, ``varargs`` or ``kwargs``."""
    annotation: Term
    default: Term
    """``None`` where a call has to give it."""


class Guard(NamedTuple):
    """A place of a function that only runs where a parameter, as it was passed, meets a test."""

    place: Place
    parameter: str
    test: str
    """``true``, ``is``, ``==``, ``in``, or ``isa`` for ``isinstance``."""
    against: str
    """What it is compared with, as source; of ``isa`` the terms of classes."""
    wanted: bool
    """What the test must say for the place to run."""
    in_loop: bool


class FunctionFacts(NamedTuple):
    """One function, method or lambda; index 0 of a summary is the module's own code."""

    name: str
    """Qualified, with a ``#2`` behind the second definition of the same name."""
    bare: str
    span: Place
    parent: int
    """The function around it; -1 for the module itself."""
    owner: int
    """Its class; -1 for none."""
    is_async: bool
    is_lambda: bool
    is_generator: bool
    is_stub: bool
    """Does nothing but raise `NotImplementedError`, pass, or hold a docstring."""
    awaits: bool
    decorators: tuple[tuple[Term, str], ...]
    parameters: tuple[Parameter, ...]
    returns: Term
    """The return annotation, in the body around the function."""
    writes: tuple[str, ...]
    body: bytes
    guards: tuple[Guard, ...] = ()
    flags: tuple[str, ...] = ()
    """Parameters that it tests so, or has a constant default for and passes on."""
    typed: tuple[str, ...] = ()
    """Those of which it tests the class."""
    filling: tuple[Place, ...] = ()
    """The stretches that run only where what they set, which outlives the call, is unset."""


class Attribute(NamedTuple):
    """One assignment or declaration of a class or instance attribute."""

    function: int
    """The function in whose body the terms stand."""
    annotation: Term
    term: Term


class ClassFacts(NamedTuple):
    """One class."""

    name: str
    span: Place
    parent: int
    """The function in whose body its bases and decorators stand."""
    bases: tuple[Term, ...]
    decorators: tuple[Term, ...]
    metaclass: Term
    """Where it is said; it stands beside the bases."""
    methods: dict[str, tuple[int, ...]]
    attributes: Mapping[str, tuple[Attribute, ...]]


# Rows become named tuples by the hundred thousand: `_make` takes three times as long.
_CALL = partial(tuple.__new__, CallFacts)
_LOAD = partial(tuple.__new__, Load)
_WITH = partial(tuple.__new__, WithFacts)
_STORE = partial(tuple.__new__, Store)
_OPERATION = partial(tuple.__new__, Operation)


class ModuleSummary(NamedTuple):
    """Everything `locate` keeps of one file."""

    module: str
    package: bool
    names: Mapping[str, tuple[Term, ...]]
    stars: tuple[str, ...]
    exports: tuple[str, ...] | None
    """``__all__``, where it is a literal."""
    functions: Sequence[FunctionFacts]
    classes: Sequence[ClassFacts]
    imports: tuple[str, ...]
    """Top-level packages."""
    callers: Mapping[str, tuple[int, ...]]
    """Last name of a callee, as written, to the functions that call something so named.

    With ``=`` before it: the name of an attribute that is set from outside its class. With
    ``@``: of a decorator, to the functions it is put on; with ``@@``, to the classes. With ``.``:
    of a class attribute that a call makes.
    """
    ignores: dict[int, tuple[str, ...]]
    """Line to the rule ids that a comment on it suppresses; an empty tuple means all."""
    reasons: dict[int, str]
    """Line to the reason that such a comment gives."""
    at_import: bytes
    """What its import runs, for `Imports.decode`: few scans ask."""
    outline: Outline


class Imports(NamedTuple):
    """What is run whenever a module is imported."""

    loads: tuple[str, ...]
    """Modules, or names in modules, that are imported then."""
    doubts: dict[int, tuple[Place, ...]]
    """By the number of a function, its stretches that need not run when it does."""

    @staticmethod
    def decode(data: bytes) -> Imports:
        """Read what `encode` wrote."""
        return Imports._make(marshal.loads(data)) if data else Imports((), {})  # noqa: S302

    def encode(self) -> bytes:
        """Write it as one piece."""
        return marshal.dumps(tuple(self))
