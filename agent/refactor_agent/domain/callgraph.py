"""The call graph: what `locate` learns about a project and every later stage asks.

Plain slotted dataclasses, not pydantic: a million lines hold half a million calls, and
the graph never leaves the process.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from refactor_agent.domain.place import Site, Span

__all__ = ["Call", "CallGraph", "Frame", "Function", "Origin", "Reference"]

Origin = Literal["local", "parameter", "self", "class", "module", "result", "unknown"]
"""Where the receiver of a method call comes from, seen from the calling function."""

Frame = Literal[
    "lock",  # inside `with <threading lock>`
    "loop",  # the body of `for` or `while`
    "comprehension",  # list, set or dict comprehension
    "generator_expression",
    "lambda",
    "class_body",
    "signature",  # default value, annotation or decorator: runs at definition time
    "try",  # the body of a `try` with handlers
    "handler",  # an `except` body
    "finally",
    "with",
]
"""Syntax around a call that decides what may be done to it."""


@dataclass(frozen=True, slots=True)
class Function:
    """A function, method or lambda-free callable defined in the project."""

    name: str
    """Qualified: ``pkg.mod.Class.method``; nested functions as ``pkg.mod.outer.inner``."""
    file: str
    span: Span
    """From its first decorator to the end of its body."""
    is_async: bool = False
    is_generator: bool = False
    is_property: bool = False
    nested: bool = False
    """Defined inside another function."""
    owner: str | None = None
    """The qualified name of its class, for methods."""
    decorators: tuple[str, ...] = ()
    """Qualified where they resolve, else their source text."""
    family: tuple[str, ...] = ()
    """The other project methods that are one with it by overriding, either way."""
    open_family: bool = False
    """A base class outside the project may define or call it."""
    exported: bool = False
    """Listed in ``__all__``, or imported by a package's ``__init__``."""
    is_test: bool = False
    writes: tuple[str, ...] = ()
    """Names outside itself that its body rebinds or mutates: ``self.total``, ``pkg.mod.CACHE``."""
    awaits: bool = False
    """Its own body holds ``await``, ``async for`` or ``async with``."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call expression, with what it resolved to."""

    caller: str
    """The innermost function it runs in, or the module's name for module-level code."""
    site: Site
    callees: tuple[str, ...]
    """Qualified names, project functions or library calls; empty when unresolved."""
    receiver: str | None = None
    """The type of the object whose method is called, where known."""
    holder: str | None = None
    """The type of the object of which the receiver is an attribute: of `client` in
    ``client.models.list()``."""
    receiver_origin: Origin = "unknown"
    argument_types: tuple[str, ...] = ()
    """Types of the arguments that are known, in no order."""
    awaited: bool = False
    offloaded: bool = False
    """It runs on a worker thread or in another process, so it does not block the loop."""
    frames: tuple[Frame, ...] = ()
    """Innermost first."""
    blocks: str | None = None
    """The rule of the blocking library call that it makes on its caller's thread; ``None`` where
    the arguments, a comment or an offload say otherwise."""
    weight: int = 0
    """How long it then holds the loop, on the scale of `Region.weight`."""
    ignores: tuple[str, ...] | None = None
    """Rules that a comment on its lines suppresses; all of them where there are none to name."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A project function used as a value: passed, stored, returned or decorated with."""

    target: str
    holder: str
    """The function (or module) in which the reference stands."""
    site: Site
    passed_to: str | None = None
    """The qualified name of the callee it is an argument of."""
    offloaded: bool = False


@dataclass(frozen=True)
class CallGraph:
    """Every function, call and function reference of a project."""

    functions: Mapping[str, Function]
    calls: Sequence[Call]
    references: Sequence[Reference] = ()
    modules: Mapping[str, str] = field(default_factory=dict)
    """Module name to file."""
    imports: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """File to the top-level packages it imports."""

    @cached_property
    def _by_caller(self) -> Mapping[str, tuple[Call, ...]]:
        return _group(self.calls, lambda call: (call.caller,))

    @cached_property
    def _by_callee(self) -> Mapping[str, tuple[Call, ...]]:
        return _group(self.calls, lambda call: call.callees)

    @cached_property
    def _references(self) -> Mapping[str, tuple[Reference, ...]]:
        found: dict[str, list[Reference]] = defaultdict(list)
        for reference in self.references:
            found[reference.target].append(reference)
        return {name: tuple(group) for name, group in found.items()}

    def calls_in(self, function: str) -> tuple[Call, ...]:
        """Give the calls that stand in ``function``, in source order."""
        return self._by_caller.get(function, ())

    def calls_of(self, callee: str) -> tuple[Call, ...]:
        """Give every resolved call of ``callee``."""
        return self._by_callee.get(callee, ())

    def references_to(self, function: str) -> tuple[Reference, ...]:
        """Give every place that uses ``function`` as a value."""
        return self._references.get(function, ())


def _group(
    calls: Sequence[Call], keys: Callable[[Call], tuple[str, ...]]
) -> Mapping[str, tuple[Call, ...]]:
    found: dict[str, list[Call]] = defaultdict(list)
    for call in calls:
        for key in keys(call):
            found[key].append(call)
    return {key: tuple(group) for key, group in found.items()}
