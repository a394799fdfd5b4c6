"""Async copies of tests: which ids they get, and which tests they stand for."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from refactor_agent.domain.proposal import TestCopy
from refactor_agent.verify.change import Change

__all__ = ["copied_ids"]


def copied_ids(changes: Iterable[Change], known: Collection[str]) -> Mapping[str, str]:
    """Give the id of each planned copy with the id it is a copy of, for the ids in ``known``.

    Ids name files relative to where pytest begins, which may lie above the project or below.
    """
    all_of_them = (one for change in changes for one in (*change.below, change))
    copies = [copy for change in all_of_them for copy in change.proposal.tests]
    found: dict[str, str] = {}
    for test in known if copies else ():
        for copy in copies:
            name = _as_copy(test, copy)
            if name is not None:
                found[name] = test
    return found


def _as_copy(test: str, copy: TestCopy) -> str | None:
    """Give the id of the copy of ``test``, parameters and all, if ``copy`` is one of it."""
    bare, bracket, parameters = test.partition("[")
    file, _, name = bare.partition("::")
    old_file, _, old_name = copy.of.partition("::")
    new_file, _, new_name = copy.test.partition("::")
    if name != old_name:
        return None
    if old_file == file or old_file.endswith(f"/{file}"):
        above = old_file[: len(old_file) - len(file)]
        new_file = new_file.removeprefix(above)
    elif file.endswith(f"/{old_file}"):
        new_file = file[: len(file) - len(old_file)] + new_file
    else:
        return None
    return f"{new_file}::{new_name}{bracket}{parameters}"
