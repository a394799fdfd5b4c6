"""Which locks of threads a ``with`` enters."""

from __future__ import annotations

import libcst as cst

from refactor_agent.asyncify.site import Unit
from refactor_agent.locate.resolve.values import Instance

__all__ = ["locks_entered"]

_LOCKS = frozenset(
    f"threading.{name}" for name in ("Lock", "RLock", "Condition", "Semaphore", "BoundedSemaphore")
)


def locks_entered(unit: Unit, node: cst.With) -> frozenset[str]:
    """Name the classes of the locks that ``node`` takes."""
    found: set[str] = set()
    for item in node.items:
        read = unit.module.term(item.item)
        if read is not None:
            values = unit.module.evaluator.term(read.function, read.term)
            found |= {value.cls for value in values if isinstance(value, Instance)} & _LOCKS
    return frozenset(found)
