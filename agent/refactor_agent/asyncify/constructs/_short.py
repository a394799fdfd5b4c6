"""``any`` and ``all`` stop early, and so must what stands for them: ``await _any_of(...)``."""

from __future__ import annotations

import libcst as cst

from refactor_agent.asyncify.awaiting import await_
from refactor_agent.asyncify.edit import Edit

__all__ = ["stop_early", "stops_early"]

_HELPERS = {
    "any": (
        "_any_of",
        '''\
async def _any_of(items):
    """Say whether one of ``items`` is true; those after it are not asked for."""
    async for item in items:
        if item:
            return True
    return False
''',
    ),
    "all": (
        "_all_of",
        '''\
async def _all_of(items):
    """Say whether all ``items`` are true; those after one that is not are not asked for."""
    async for item in items:
        if not item:
            return False
    return True
''',
    ),
}


def stops_early(node: cst.Call) -> bool:
    """Say whether a call may leave some of what it reads unread."""
    return isinstance(node.func, cst.Name) and node.func.value in _HELPERS and len(node.args) == 1


def stop_early(edit: Edit, node: cst.Call) -> None:
    """Write a call of ``any`` or ``all`` for an async iterable."""
    name, code = _HELPERS[cst.ensure_type(node.func, cst.Name).value]
    edit.helpers[name] = code
    edit.change(node.func, lambda _: cst.Name(name))
    await_(edit, node)
