"""How an endpoint can be asked for JSON: found out once, and remembered."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal, NamedTuple

from refactor_agent.domain.values import Value
from refactor_agent.llm.exchange import Rung
from refactor_agent.llm.failure import PARAMETERS, Failure, Parameter
from refactor_agent.store import Store
from refactor_agent.tree import sha256

__all__ = ["RUNGS", "Capability", "Ladder", "Way"]

RUNGS: tuple[Rung, ...] = ("schema", "object", "text")
"""Best first."""
Capability = Literal["schema", "object"] | Parameter
"""What an endpoint may turn down."""
_CAPABILITIES: tuple[Capability, ...] = ("schema", "object", *PARAMETERS)


class Way(NamedTuple):
    """How one call is made."""

    rung: Rung = "schema"
    without: frozenset[Parameter] = frozenset()

    def refused_by(self, failure: Failure) -> Capability | None:
        """Give what the next try must do without; ``None`` where that would not help."""
        if failure.parameter is not None and failure.parameter not in self.without:
            return failure.parameter
        if failure.format_refused and self.rung != "text":
            return self.rung
        return None


class _Refused(Value):
    """The endpoint turned this down, and then answered without it."""

    kind: Literal["capability-refused"] = "capability-refused"
    base_url: str
    model: str
    api: str
    capability: Capability


class Ladder:
    """What one model at one endpoint takes. Does file work."""

    def __init__(self, store: Store, base_url: str, model: str, api: str = "chat") -> None:
        self._store = store
        self._facts = {
            name: _Refused(base_url=base_url, model=model, api=api, capability=name)
            for name in _CAPABILITIES
        }

    def best(self, refused: Collection[Capability] = ()) -> Way:
        """Give the best way that was not turned down, before or just now (``refused``)."""
        closed = {*refused, *self._known()}
        rung = next(rung for rung in RUNGS if rung not in closed)
        return Way(rung, frozenset(name for name in PARAMETERS if name in closed))

    def close(self, *capabilities: Capability) -> None:
        """Remember that the endpoint turned ``capabilities`` down."""
        for name in capabilities:
            self._store.remember(_question(self._facts[name]), self._facts[name])

    def _known(self) -> set[Capability]:
        recalled = (
            (name, self._store.recall(_question(fact), _Refused))
            for name, fact in self._facts.items()
        )
        return {name for name, found in recalled if found is not None}


def _question(fact: _Refused) -> str:
    return sha256(fact.model_dump_json().encode())
