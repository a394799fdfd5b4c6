"""The rules of a run, and the look-ups that the stages ask of them."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import takewhile

from refactor_agent.domain.values import Value
from refactor_agent.errors import UsageError
from refactor_agent.rulebook.index import Index, build_index
from refactor_agent.rulebook.preference import preferred
from refactor_agent.rulebook.rule import Rule
from refactor_agent.rulebook.schema import Arguments, BlockingCall, Detector, Native, Thread
from refactor_agent.tree import sha256

__all__ = ["CHEAP", "AsyncType", "NativeCall", "RuleBook", "unknown_rule"]

_SELF = re.compile(r"\bSelf\b")


CHEAP = 2
"""Weights up to this (a ``stat``, a small write) cost less than a hop to a thread and back, about
55 microseconds on a slow core, measured with an idle pool."""


class NativeCall(Value):
    """The async equivalent of one blocking call."""

    rule: str
    callee: str
    """The blocking call, as the rule names it."""
    target: str
    """What is awaited: a function, or a method of the async type."""
    types: tuple[str, str] | None = None
    """For methods: the sync type and the async type the receiver must become."""
    half: str | None = None
    """The attribute of a client by which its methods are reached that are awaited; the client stays
    what it is, and ``types`` are those of what hangs on it."""
    opened: tuple[str, Arguments] | None = None
    """For module-level functions: the async type that is opened with ``async with`` around the
    call (``target`` is its method), and what its constructor must be given."""
    arguments: Arguments = Arguments()
    vendored: str | None = None
    """A function of a vendored module that does the same as the blocking call, by way of
    ``target``: arguments, result and exceptions stay."""
    awaited: bool = True
    """``False``: the call gives an async iterator and is not awaited."""
    iterator: bool = False
    """What the call gives is read with ``async for``."""
    distribution: str | None = None
    versions: str = ""


class AsyncType(Value):
    """The async equivalent of a class."""

    rule: str
    name: str
    """The async class."""
    arguments: Arguments = Arguments()
    """What its constructor must be given."""
    distribution: str | None = None
    versions: str = ""


class RuleBook:
    """Rules with fast look-ups by qualified name."""

    def __init__(self, rules: Sequence[Rule], disabled: Collection[str] = ()) -> None:
        """Take ``rules``; raises `UsageError` where two of them say different things.

        What a disabled rule knows of types stays, for the receivers of other rules.
        """
        ordered = sorted(rules, key=lambda rule: rule.id)
        self.rules = tuple(rule for rule in ordered if rule.id not in disabled)
        self._by_id = {rule.id: rule for rule in self.rules}
        self._index: Index = build_index(ordered)
        self._all = tuple(ordered)
        self._preferring: dict[tuple[str, ...], RuleBook] = {}
        enabled = " ".join(rule.version for rule in self.rules)
        known = " ".join(rule.version for rule in ordered)
        self.fingerprint = sha256(f"{enabled}, {known}".encode())
        """Changes when any rule does, or is disabled."""

    def rule(self, rule_id: str) -> Rule:
        """Give the rule; raises `UsageError` that names the nearest ids."""
        try:
            return self._by_id[rule_id]
        except KeyError:
            raise unknown_rule(rule_id, self._by_id) from None

    def preferring(self, declared: Collection[str]) -> RuleBook:
        """Give the rules as a project gets them that depends on the ``declared`` distributions."""
        chosen = tuple(preferred(rule, declared) for rule in self._all)
        changed = tuple(new for old, new in zip(self._all, chosen, strict=True) if new is not old)
        if not changed:
            return self
        key = tuple(rule.id + (rule.native.distribution or "") for rule in changed if rule.native)
        if key not in self._preferring:
            disabled = {rule.id for rule in self._all} - set(self._by_id)
            self._preferring[key] = RuleBook(chosen, disabled)
        return self._preferring[key]

    def enables(self, rule_id: str) -> bool:
        """Say whether there is a rule with this id that is not disabled."""
        return rule_id in self._by_id

    def canonical(self, qualified: str) -> str:
        """Give the name that the rules use for ``qualified``: ``requests.sessions.Session``."""
        return self._index.canonical(qualified)

    def blocking(self, qualified: str) -> tuple[Rule, BlockingCall] | None:
        """Give the rule and the call that ``qualified`` blocks by.

        Methods are also looked up on the bases of their type; ``type.*`` covers the public
        methods for which neither a stub line nor ``returns`` says otherwise.
        """
        for name in self._names(self.canonical(qualified)):
            found = self._index.blocks.get(name)
            if found is not None:
                return (self._by_id[found[0]], found[1]) if found[0] in self._by_id else None
            if name in self._index.returns:
                return None
        return None

    def is_cheap(self, qualified: str) -> bool:
        """Say whether a blocking call costs less than handing it to a thread."""
        found = self.blocking(qualified)
        return found is not None and (found[1].weight or found[0].weight) <= CHEAP

    def blocking_methods(self) -> frozenset[str]:
        """Give the bare names of the methods by which objects block."""
        return frozenset(
            method
            for name, (rule_id, _) in self._index.blocks.items()
            if rule_id in self._by_id
            for owner, _, method in [name.rpartition(".")]
            if owner.rpartition(".")[2][:1].isupper() or owner in self._index.types
        )

    def knows(self, qualified: str) -> bool:
        """Say whether any rule, a disabled one too, speaks of this call or attribute."""
        index = self._index
        names = self._names(self.canonical(qualified))
        return any(name in index.blocks or self._result(name) is not None for name in names)

    def returns(self, qualified: str) -> str | None:
        """Give the type of a call's result or of an attribute, where a rule says it.

        A class name gives itself. Items stand in brackets: ``list[pathlib.Path]``.
        """
        asked = self.canonical(qualified)
        for name in self._names(asked):
            result = self._result(name)
            if result is not None:
                owner = asked.rpartition(".")[0]
                return None if result == "None" else _SELF.sub(owner, result)
        return None

    def gives_nothing(self, qualified: str) -> bool:
        """Say whether this call, which has one name on both sides, neither waits nor gives."""
        names = tuple(self._names(self.canonical(qualified)))
        renamed = any(name in one.methods for one in self._index.natives.values() for name in names)
        return not renamed and any(self._index.returns.get(name) == "None" for name in names)

    def bases(self, qualified: str) -> tuple[str, ...]:
        """Give the direct bases of a library class, where a rule says them."""
        return self._index.bases.get(self.canonical(qualified), ())

    def thread(self, qualified: str) -> Thread:
        """Say how an object of this type may be used from threads; ``any`` when not named."""
        for name in self._ancestry(self.canonical(qualified)):
            if name in self._index.threads:
                return self._index.threads[name]
        return "any"

    def detected_by(self, detector: Detector) -> Rule | None:
        """Give the rule whose places ``detector`` finds; `None` where it is disabled."""
        return next((rule for rule in self.rules if rule.detector == detector), None)

    def checked_ranges(self, rule_id: str) -> tuple[tuple[str, str], ...]:
        """Give the distributions beside the async one that a rule's equivalents were checked on.

        With the range of their versions.
        """
        return tuple(self._index.natives[rule_id].beside.items())

    def native(self, qualified: str) -> NativeCall | None:
        """Give the async equivalent of a blocking call, or `None` where there is none."""
        found = self.blocking(qualified)
        if found is None:
            return None
        rule, _ = found
        if rule.id not in self._index.natives or self.lacks(qualified):
            return None
        names = self._names(self.canonical(qualified))
        return next(filter(None, (self._native(rule, name) for name in names)), None)

    def async_type(self, qualified: str) -> AsyncType | None:
        """Give the async equivalent of a class, or of a function that makes its instances."""
        asked = self.canonical(qualified)
        for rule_id, native in self._index.natives.items():
            if asked in native.types and rule_id in self._by_id:
                target = native.types[asked]
                distribution = _distribution(self._by_id[rule_id], native, target)
                twins = self._by_id[rule_id].twins
                return AsyncType(
                    rule=rule_id,
                    name=target,
                    arguments=native.arguments.get(asked, Arguments()),
                    distribution=distribution,
                    versions=twins.get(distribution or "", native.versions),
                )
        return None

    def half(self, qualified: str) -> str | None:
        """Give the attribute by which a client of this type is used asynchronously, if one is."""
        name = self.canonical(qualified)
        found = (native.halves.get(name) for native in self._index.natives.values())
        return next(filter(None, found), None)

    def door(self, rule_id: str, attribute: str) -> str | None:
        """Give the type of what ``attribute`` of a client with two halves leads to."""
        native = self._index.natives[rule_id]
        found = (self.returns(f"{client}.{attribute}") for client in native.halves)
        return next((kind for kind in found if kind and self.async_type(kind)), None)

    def arguments(self, qualified: str) -> Arguments:
        """Say what differs in the arguments of a call that does not block, such as a factory."""
        name = self.canonical(qualified)
        found = (native.arguments.get(name) for native in self._index.natives.values())
        return next(filter(None, found), Arguments())

    def exception(self, qualified: str) -> tuple[str, ...] | None:
        """Give the async side's counterparts of an exception class, where a rule says them."""
        asked = self.canonical(qualified)
        if asked in self._index.exceptions:
            return self._index.exceptions[asked]
        for pattern, others in self._index.exceptions.items():
            package = pattern.removesuffix("*")
            if pattern != package and asked.startswith(package):
                found = tuple(other.removesuffix("*") + asked[len(package) :] for other in others)
                return (qualified,) if found == (asked,) else found
        return None

    def lacks(self, qualified: str) -> bool:
        """Say whether the async side lacks this call or attribute: ``requests.Response.ok``."""
        return any(name in self._index.missing for name in self._names(self.canonical(qualified)))

    def leaks(self, qualified: str) -> tuple[str, ...]:
        """Name the packages whose exceptions come through this call, but not its async form."""
        native = self.native(qualified)
        described = self._index.natives[native.rule] if native is not None else None
        return described.leaks if described is not None else ()

    def expiry(self, qualified: str) -> str:
        """Name the exception by which this call says that its time is up; empty: none is told."""
        names = tuple(self._names(self.canonical(qualified)))
        natives = self._index.natives.values()
        found = (native.expires.get(name) for native in natives for name in names)
        return next(filter(None, found), "")

    def is_entered(self, qualified: str) -> bool:
        """Say whether ``async with`` takes the async form of this call as it is."""
        names = {self.canonical(qualified), *self._names(self.canonical(qualified))}
        return any(not names.isdisjoint(native.entered) for native in self._index.natives.values())

    def closes_itself(self, qualified: str) -> bool:
        """Say whether the async form of this type closes its connections when it is let go of."""
        name = self.canonical(qualified)
        natives = self._index.natives.values()
        return any(name in (*native.self_closing, *native.stateless) for native in natives)

    def connects_by(self, qualified: str) -> str | None:
        """Name the method that is awaited on what the async form of this call makes, if one is."""
        name = self.canonical(qualified)
        found = (native.connects.get(name) for native in self._index.natives.values())
        return next(filter(None, found), None)

    def is_held(self, qualified: str) -> bool:
        """Say whether the async form of this type, which a client makes, must be closed itself."""
        name = self.canonical(qualified)
        return any(name in native.held for native in self._index.natives.values())

    def is_late(self, qualified: str) -> bool:
        """Say whether the async form of this type connects at its first call only."""
        name = self.canonical(qualified)
        return any(name in native.late for native in self._index.natives.values())

    def is_stateless(self, qualified: str) -> bool:
        """Say whether the async form of this type holds nothing open between its calls."""
        name = self.canonical(qualified)
        return any(name in native.stateless for native in self._index.natives.values())

    def ended_by(self, qualified: str) -> tuple[str, ...]:
        """Give the methods that wait for the end of an object of this type; none: it is closed."""
        name = self.canonical(qualified)
        found = (native.ended_by.get(name, ()) for native in self._index.natives.values())
        return next(filter(None, found), ())

    def result_text(self, qualified: str) -> str | None:
        """Give what is written for a member of a result that has another name there."""
        name = self.canonical(qualified)
        found = (native.results.get(name) for native in self._index.natives.values())
        return next(filter(None, found), None)

    def read_by(self, qualified: str) -> str | None:
        """Name the method by which a result of this type is read while its client is open."""
        name = self.canonical(qualified)
        found = (native.read.get(name) for native in self._index.natives.values())
        return next(filter(None, found), None)

    def _native(self, rule: Rule, name: str) -> NativeCall | None:
        native = self._index.natives[rule.id]
        owner, _, method = name.rpartition(".")
        types = (owner, native.types[owner]) if owner in native.types else None
        if name in native.calls:
            target = native.calls[name]
        elif types and method != "*":
            target = f"{types[1]}.{native.methods.get(name, method)}"
        elif name in native.types and name in native.entered:
            target = native.types[name]
        else:
            return None
        client = target.rpartition(".")[0]
        names = tuple(self._names(name))
        streams = not set(names).isdisjoint(native.streams)
        opened = name in native.calls and client in native.opened
        distribution = _distribution(rule, native, target)
        return NativeCall(
            rule=rule.id,
            callee=name,
            target=target,
            types=types,
            half=next(iter(native.halves.values()), None) if types else None,
            opened=(client, native.opened[client]) if opened else None,
            arguments=next(
                (native.arguments[one] for one in names if one in native.arguments), Arguments()
            ),
            vendored=native.vendored.get(name)
            or (target if _is_vendored(native, target) else None),
            awaited=not streams and target != native.types.get(name),
            iterator=streams or not set(names).isdisjoint(native.iterators),
            distribution=distribution,
            versions=rule.twins.get(distribution or "", native.versions),
        )

    def _result(self, name: str) -> str | None:
        if name in self._index.returns:
            return self._index.returns[name]
        if name in self._index.blocks:
            return self._index.blocks[name][1].result
        return name if name in self._index.types else None

    def _names(self, name: str) -> Iterator[str]:
        """Give the names under which a rule may speak of ``name``, nearest first."""
        yield name
        owner, _, attribute = name.rpartition(".")
        public = not attribute.startswith("_")
        for ancestor in self._ancestry(owner):
            if ancestor != owner:
                yield f"{ancestor}.{attribute}"
            if public:
                yield f"{ancestor}.*"

    def _ancestry(self, name: str) -> Iterator[str]:
        """Give a class and its known ancestors, each once, nearest first."""
        waiting, seen = [name], set[str]()
        while waiting:
            current = waiting.pop(0)
            if current in seen:
                continue
            seen.add(current)
            yield current
            waiting.extend(self._index.bases.get(current, ()))


def _distribution(rule: Rule, native: Native, target: str) -> str | None:
    """Say what must be installed for ``target``; of packages with the same API each is its own."""
    package = target.partition(".")[0]
    return package if package in rule.twins else native.distribution


def _is_vendored(native: Native, target: str) -> bool:
    """Say whether ``target`` is part of a module that is vendored for the sake of a rule."""
    modules = {function.partition(".")[0] for function in native.vendored.values()}
    return target.partition(".")[0] in modules


def unknown_rule(rule_id: str, known: Collection[str] | Mapping[str, Rule]) -> UsageError:
    """Make the fault for an id that no rule has, naming the nearest ones."""
    wanted = rule_id.upper()
    alike = difflib.get_close_matches(wanted, list(known), n=len(known) or 1, cutoff=0.5)
    near = sorted(alike, key=lambda one: _alike_at_the_start(one, wanted), reverse=True)[:3]
    hint = f"did you mean {', '.join(near)}?" if near else "`rules list` shows them all"
    return UsageError(f"there is no rule {rule_id!r}; {hint}")


def _alike_at_the_start(one: str, other: str) -> int:
    pairs = zip(one, other, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
