"""A lock that its holder may take again, where the async side's lock would wait for itself."""

from __future__ import annotations

import libcst as cst

from refactor_agent.asyncify.edit import Edit

__all__ = ["CLASS_NAME", "is_needed", "reentrant_lock"]

CLASS_NAME = "_ReentrantLock"

_TASKS = {"asyncio.Lock": "asyncio.current_task()", "anyio.Lock": "anyio.get_current_task()"}
"""Lock to what tells the tasks apart that it is taken by."""

_CODE = '''\
class {name}:
    """A lock that the task which holds it may take again."""

    def __init__(self) -> None:
        self._lock = {lock}()
        self._holder: object = None
        self._depth = 0

    async def acquire(self) -> None:
        task = {task}
        if self._holder != task:
            await self._lock.acquire()
            self._holder = task
        self._depth += 1

    def release(self) -> None:
        self._depth -= 1
        if not self._depth:
            self._holder = None
            self._lock.release()

    def locked(self) -> bool:
        return self._depth > 0 and self._holder != {task}

    async def __aenter__(self) -> None:
        await self.acquire()

    async def __aexit__(self, *exc_info: object) -> None:
        self.release()
'''


def is_needed(sync: str, target: str) -> bool:
    """Say whether ``target`` would deadlock where ``sync`` is taken twice."""
    return sync == "threading.RLock" and target in _TASKS


def reentrant_lock(edit: Edit, target: str) -> cst.BaseExpression:
    """Name a reentrant lock made of the lock ``target``; the file gets its class once."""
    if CLASS_NAME not in edit.helpers:
        module, _, name = target.rpartition(".")
        lock = edit.source.module.code_for_node(edit.spelling.from_module(module, name))
        task = _TASKS[target].replace(module, lock.removesuffix(f".{name}"), 1)
        edit.helpers[CLASS_NAME] = _CODE.format(name=CLASS_NAME, lock=lock, task=task)
    return cst.Name(CLASS_NAME)
