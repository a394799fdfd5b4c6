"""The rules, and behind them what the libraries' own code says."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from refactor_agent.locate.deep.summary import Cause, LibrarySummary
from refactor_agent.locate.rules_port import BlockingRule
from refactor_agent.rulebook import RuleBook
from refactor_agent.rulebook.schema import BlockingCall, Detector

__all__ = ["LibraryRules"]

_MOST_ALIASES = 12
"""Re-exports of re-exports; more are a circle."""


class LibraryRules:
    """Answers `locate` as the rules do; where they are silent, from summaries of libraries.

    What a rule says of an API ends the search there: nothing is reported twice, and a rule that
    knows a call to return at once is believed.
    """

    def __init__(
        self, rules: RuleBook, summaries: Callable[[str], Sequence[LibrarySummary]]
    ) -> None:
        """Take the rules, and what gives the summaries that may define a dotted name."""
        self._rules = rules
        self._summaries = summaries
        self._found: dict[str, tuple[LibrarySummary, str] | None] = {}

    def canonical(self, qualified: str) -> str:
        """Give the one name that the rules use."""
        return self._rules.canonical(qualified)

    def blocking(self, qualified: str) -> tuple[BlockingRule, BlockingCall] | None:
        """Give the rule by which a call blocks: its own, or that of what the library calls."""
        known = self._known(qualified)
        if known is not None:
            return self._rules.blocking(known)
        cause = self.cause(qualified)
        if cause is None or not self._rules.enables(cause.rule):
            return None
        result = (self.returns(qualified) or "object").replace("typing.Self", "object")
        stub = BlockingCall(
            call=f"{qualified}(*args, **kwargs) -> {result}",
            weight=cause.weight,
            category=cause.category,
            confidence="high" if cause.certain else "medium",
        )
        return self._rules.rule(cause.rule), stub

    def returns(self, qualified: str) -> str | None:
        """Give the type of a call's result or of an attribute."""
        owner = qualified.rpartition(".")[0]
        known = self._known(qualified)
        if known is not None:
            found = self._rules.returns(known)
            return owner if found == known.rpartition(".")[0] else found
        for name in self._lookups(qualified):
            home = self._home(name)
            if home is None:
                continue
            summary, defined = home
            if defined in summary.bases:
                return summary.public.get(defined, defined)
            found = summary.types.get(defined)
            if found is not None:
                return found.replace("typing.Self", owner)
        return None

    def bases(self, qualified: str) -> tuple[str, ...]:
        """Give the base classes of a library class."""
        home = self._home(qualified)
        known = self._rules.bases(qualified)
        return known or (home[0].bases.get(home[1], ()) if home is not None else ())

    def detected_by(self, detector: Detector) -> BlockingRule | None:
        """Give the rule whose findings a piece of Python makes."""
        return self._rules.detected_by(detector)

    def cause(self, qualified: str) -> Cause | None:
        """Say why a call blocks, where a library's own code says it and no rule does."""
        if self._known(qualified) is not None:
            return None
        for name in self._lookups(qualified):
            home = self._home(name)
            if home is None:
                continue
            summary, defined = home
            if defined in summary.bases:
                return self.cause(f"{defined}.__init__")
            if defined in summary.causes:
                return summary.causes[defined]
            owner, _, attribute = defined.rpartition(".")
            if attribute in summary.members.get(owner, ()):
                return None
        return None

    def _known(self, qualified: str) -> str | None:
        """Give the name under which a rule speaks of a call: its own, or an inherited one."""
        for name in self._lookups(qualified):
            if self._rules.knows(name):
                return name
            home = self._home(name)
            if home is not None and _defines(*home):
                return None
        return None

    def _lookups(self, qualified: str) -> Iterator[str]:
        """Give the name itself, and for a method the names it has on the bases of its class."""
        yield qualified
        owner, _, attribute = qualified.rpartition(".")
        for base in self.bases(owner) if owner else ():
            yield f"{base}.{attribute}"

    def _home(self, qualified: str) -> tuple[LibrarySummary, str] | None:
        """Give the summary that defines a name, and the name under which it does."""
        if qualified not in self._found:
            self._found[qualified] = self._find(qualified)
        return self._found[qualified]

    def _find(self, qualified: str) -> tuple[LibrarySummary, str] | None:
        name = qualified
        for _ in range(_MOST_ALIASES):
            for summary in self._summaries(name):
                moved = _unaliased(summary, name)
                if moved is None:
                    if _defines(summary, name):
                        return summary, name
                    continue
                name = moved
                break
            else:
                return None
        return None


def _unaliased(summary: LibrarySummary, name: str) -> str | None:
    """Replace the longest prefix of ``name`` that stands for something defined elsewhere."""
    head, tail = name, ""
    while head:
        target = summary.aliases.get(head)
        if target is not None:
            return target + tail
        head, _, last = head.rpartition(".")
        tail = f".{last}{tail}"
    return None


def _defines(summary: LibrarySummary, name: str) -> bool:
    owner, _, attribute = name.rpartition(".")
    return (
        name in summary.causes
        or name in summary.types
        or name in summary.bases
        or attribute in summary.members.get(owner, ())
    )
