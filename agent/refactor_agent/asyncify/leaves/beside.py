"""Classes of the project whose async side stands beside them: ``Reader`` and ``AsyncReader``."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from refactor_agent.locate.resolve.index import Index, ProjectClass

__all__ = ["beside"]

_ASYNC = re.compile(r"Async|Aio")


def beside(
    index: Index, files: Collection[str], packages: Collection[str]
) -> Iterator[tuple[str, str]]:
    """Give the pairs of classes of one module that are each other's sync and async side.

    Those of ``files`` are left out: they are what is converted. ``packages`` are the project's own.
    """
    for cls in index.classes.values():
        name = cls.name.rpartition(".")[2]
        own = cls.name.partition(".")[0] in packages and not cls.module.is_test
        if not own or cls.module.file in files or not _ASYNC.search(name):
            continue
        home = cls.name.removesuffix(name)
        for plain in (_ASYNC.sub("", name, count=1), _ASYNC.sub("Sync", name, count=1)):
            sync = index.classes.get(home + plain)
            if sync is not None and sync is not cls and _are_twins(sync, cls):
                yield sync.name, cls.name


def _are_twins(sync: ProjectClass, aio: ProjectClass) -> bool:
    """Say whether what one does plainly the other awaits, under the same name or with an ``a``."""
    if any(method.facts.is_async for name in sync.facts.methods for method in sync.methods(name)):
        return False
    awaited = {
        name for name in aio.facts.methods if any(m.facts.is_async for m in aio.methods(name))
    }
    plain = {name.strip("_").removeprefix("a") for name in awaited} | awaited
    return any(name in plain or name.strip("_") in plain for name in sync.facts.methods)
