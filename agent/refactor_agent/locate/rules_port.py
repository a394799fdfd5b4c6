"""What `locate` asks of the rules; `refactor_agent.rulebook.RuleBook` answers it."""

from __future__ import annotations

from typing import Protocol

from refactor_agent.rulebook.schema import BlockingCall

__all__ = ["BlockingRule", "Rules"]


class BlockingRule(Protocol):
    """A rule, as far as a finding needs it."""

    @property
    def id(self) -> str:
        """Such as ``RA101``."""
        ...

    def weight_of(self, call: BlockingCall, /) -> int:
        """Give how long ``call`` typically holds the loop, from 1 to 10."""
        ...


class Rules(Protocol):
    """Knowledge about libraries, by qualified name."""

    def canonical(self, qualified: str, /) -> str:
        """Give the one name that the rules use."""
        ...

    def blocking(self, qualified: str, /) -> tuple[BlockingRule, BlockingCall] | None:
        """Give the rule by which a call blocks; methods are found on base classes too."""
        ...

    def returns(self, qualified: str, /) -> str | None:
        """Give the type of a call's result or of an attribute."""
        ...

    def bases(self, qualified: str, /) -> tuple[str, ...]:
        """Give the base classes of a library class."""
        ...
