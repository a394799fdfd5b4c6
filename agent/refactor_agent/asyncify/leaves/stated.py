"""What words say of a method that has no other name on the async side.

``http.Reply.parts: async iteration of the parts`` says that what ``parts`` gives is read with
``async for``; ``http.Reply.text: a coroutine`` that it is awaited.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from refactor_agent.asyncify.leaves.member import Member

__all__ = ["stated"]

_METHOD = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+")
_ITERATOR = re.compile(r"\basync\w* (?:iter|gener)|\biterat\w+.*\basync", re.IGNORECASE)
_AWAITED = re.compile(r"\b(?:coroutine|await)", re.IGNORECASE)


def stated(prose: Mapping[str, str]) -> dict[str, Member]:
    """Read the pairs whose first half is a method's name and whose second half is in words."""
    found = {}
    for key, words in prose.items():
        name = key.rpartition(".")[2]
        if not _METHOD.fullmatch(key):
            continue
        if _ITERATOR.search(words):
            found[key] = Member(name, awaited=False, gives="iterator")
        elif _AWAITED.search(words):
            found[key] = Member(name)
    return found
