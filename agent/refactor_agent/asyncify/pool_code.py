"""What a file gets where asyncio has nothing like it: pools of tasks, tasks as they complete.

Source: the references of `concurrent.futures`, `multiprocessing.pool` and `asyncio`, as of Python
3.11. An error that nobody asks for stays unsaid, as it does in threads.
"""

from __future__ import annotations

from typing import NamedTuple

import libcst as cst

from refactor_agent.asyncify.edit import Edit

__all__ = ["is_of_its_own", "of_its_own"]


class _Own(NamedTuple):
    """A definition, and the names that it needs: key to module and name."""

    name: str
    needs: dict[str, tuple[str, str]]
    code: str


_RUN = """
    def _begin(self, function, args, kwargs):
        task = {create_task}(self._run(function, args, kwargs))
        self._tasks.add(task)
        self._waiting.add(task)
        task.add_done_callback(self._end)
        return task

    def _cancel(self, tasks):
        for task in self._waiting.intersection(tasks):
            task.cancel()

    def _end(self, task):
        self._tasks.discard(task)
        self._waiting.discard(task)
        if not task.cancelled():
            task.exception()

    async def _run(self, function, args, kwargs):
        async with self._free:
            self._waiting.discard({current_task}())
            if {iscoroutinefunction}(function):
                return await function(*args, **kwargs)
            result = await {to_thread}(function, *args, **kwargs)
            return await result if {isawaitable}(result) else result

    async def _all_ended(self):
        if self._tasks:
            await {wait}(set(self._tasks))
"""
_NEEDS = {
    name: ("asyncio", name)
    for name in ("Semaphore", "create_task", "current_task", "to_thread", "wait")
} | {name: ("inspect", name) for name in ("isawaitable", "iscoroutinefunction")}

_OWN = {
    "asyncio.TaskPool": _Own(
        "_TaskPool",
        {**_NEEDS, "cpu_count": ("os", "cpu_count")},
        '''\
class _TaskPool:
    """Runs so many tasks at once; a plain function runs in a thread."""

    def __init__(self, max_workers=None, thread_name_prefix=""):
        self._free = {Semaphore}(max_workers or min(32, ({cpu_count}() or 1) + 4))
        self._tasks, self._waiting = set(), set()

    def submit(self, function, /, *args, **kwargs):
        return self._begin(function, args, kwargs)

    def map(self, function, *iterables):
        return self._results([self.submit(function, *args) for args in zip(*iterables)])

    async def shutdown(self, wait=True, *, cancel_futures=False):
        if cancel_futures:
            self._cancel(self._tasks)
        if wait:
            await self._all_ended()

    async def __aenter__(self):
        return self

    async def __aexit__(self, *exc_info):
        await self.shutdown()

    async def _results(self, tasks):
        try:
            for task in tasks:
                yield await task
        finally:
            self._cancel(tasks)
'''
        + _RUN,
    ),
    "asyncio.TaskPoolOfJobs": _Own(
        "_JobPool",
        {**_NEEDS, "cpu_count": ("os", "cpu_count")},
        '''\
class _JobPool:
    """Runs so many tasks at once; a plain function runs in a thread."""

    def __init__(self, processes=None):
        self._free = {Semaphore}(processes or {cpu_count}() or 1)
        self._tasks, self._waiting = set(), set()

    def apply_async(self, function, args=(), kwds=None):
        return self._begin(function, args, kwds or {{}})

    def close(self):
        pass

    def terminate(self):
        self._cancel(self._tasks)

    async def join(self):
        await self._all_ended()
'''
        + _RUN,
    ),
    "asyncio.as_they_complete": _Own(
        "_as_completed",
        {
            name: ("asyncio", name)
            for name in ("FIRST_COMPLETED", "TimeoutError", "get_running_loop", "wait")
        },
        '''\
async def _as_completed(tasks, timeout=None):
    """Give each task once it has ended; raises `TimeoutError` when that takes too long."""
    waiting, clock = set(tasks), {get_running_loop}().time
    end = None if timeout is None else clock() + timeout
    while waiting:
        left = None if end is None else max(end - clock(), 0)
        ended, waiting = await {wait}(waiting, timeout=left, return_when={FIRST_COMPLETED})
        if not ended:
            raise {TimeoutError}
        for task in ended:
            yield task
''',
    ),
}


def is_of_its_own(target: str) -> bool:
    """Say whether what is written for ``target`` is defined in the file that uses it."""
    return target in _OWN


def of_its_own(edit: Edit, target: str) -> cst.BaseExpression:
    """Name what stands for ``target``; the file gets its definition once."""
    own = _OWN[target]
    if own.name not in edit.helpers:
        spelled = {
            key: edit.source.module.code_for_node(edit.spelling.from_module(*need))
            for key, need in own.needs.items()
        }
        edit.helpers[own.name] = own.code.format(**spelled)
    return cst.Name(own.name)
