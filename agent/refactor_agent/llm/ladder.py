"""How an endpoint can be asked for JSON: found out once, and remembered."""

from __future__ import annotations

from typing import Literal

from refactor_agent.domain.values import Value
from refactor_agent.llm.exchange import Rung
from refactor_agent.store import Store
from refactor_agent.tree import sha256

__all__ = ["RUNGS", "Ladder"]

RUNGS: tuple[Rung, ...] = ("schema", "object", "text")
"""Best first."""


class _Refused(Value):
    """The endpoint turned this rung down, and then answered on a lower one."""

    kind: Literal["rung-refused"] = "rung-refused"
    base_url: str
    model: str
    rung: Rung


class Ladder:
    """The rungs of one model at one endpoint. Does file work."""

    def __init__(self, store: Store, base_url: str, model: str) -> None:
        self._store = store
        self._facts = {
            rung: _Refused(base_url=base_url, model=model, rung=rung) for rung in RUNGS[:-1]
        }

    def open_rungs(self) -> tuple[Rung, ...]:
        """Give the rungs that the endpoint has not turned down, best first."""
        return tuple(
            rung
            for rung in RUNGS
            if rung not in self._facts
            or self._store.recall(_question(self._facts[rung]), _Refused) is None
        )

    def close(self, *rungs: Rung) -> None:
        """Remember that the endpoint turned ``rungs`` down."""
        for rung in rungs:
            self._store.remember(_question(self._facts[rung]), self._facts[rung])


def _question(fact: _Refused) -> str:
    return sha256(fact.model_dump_json().encode())
