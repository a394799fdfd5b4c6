"""Constructors that would have to wait: what they wait for is done before the object is first used.

Python does not await ``__init__``. Where the statements that wait depend on nothing that changes
later in it, they move to a function of their own, which the first method that waits runs, once:

    def __init__(self, connection):          def __init__(self, connection):
        connection.execute("PRAGMA ...")         async def prepare():
                                                     await connection.execute("PRAGMA ...")

                                                 self._ready = _Once(prepare)

    def rows(self):                          async def rows(self):
        ...                                      await self._ready()
                                                 ...

What was raised when the object was made is raised by that method then, which is told.
"""

from __future__ import annotations

from refactor_agent.asyncify.constructors.deferral import Deferral, find_deferrals
from refactor_agent.asyncify.constructors.write import write_deferral, write_guard

__all__ = ["Deferral", "find_deferrals", "write_deferral", "write_guard"]
