"""What `locate` asks of the rules; `refactor_agent.rulebook.RuleBook` answers it."""

from __future__ import annotations

from typing import Protocol

from refactor_agent.domain.category import Category
from refactor_agent.domain.region import Confidence
from refactor_agent.rulebook.schema import BlockingCall, Detector

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

    def category_of(self, call: BlockingCall, /) -> Category:
        """Say what the loop waits for, or computes, in ``call``."""
        ...

    def confidence_of(self, call: BlockingCall, /) -> Confidence:
        """Say how sure it is that ``call`` holds up the loop."""
        ...

    @property
    def weight(self) -> int:
        """The weight of calls that say none, and of what a detector finds."""
        ...

    @property
    def category(self) -> Category:
        """The category of calls that say none, and of what a detector finds."""
        ...


class Rules(Protocol):
    """Knowledge about libraries, by qualified name."""

    def canonical(self, qualified: str, /) -> str:
        """Give the one name that the rules use."""
        ...

    def blocking(self, qualified: str, /) -> tuple[BlockingRule, BlockingCall] | None:
        """Give the rule by which a call blocks; methods are found on base classes too."""
        ...

    def detected_by(self, detector: Detector, /) -> BlockingRule | None:
        """Give the rule whose places a detector finds."""
        ...

    def returns(self, qualified: str, /) -> str | None:
        """Give the type of a call's result or of an attribute."""
        ...

    def bases(self, qualified: str, /) -> tuple[str, ...]:
        """Give the base classes of a library class."""
        ...
