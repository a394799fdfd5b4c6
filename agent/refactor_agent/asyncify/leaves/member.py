"""One attribute of a sync class, as its async counterpart has it."""

from __future__ import annotations

from typing import Literal, NamedTuple

__all__ = ["Gives", "Member"]

Gives = Literal["value", "iterator", "context"]
"""What a call gives: something plain, something for ``async for``, something for ``async with``."""


class Member(NamedTuple):
    """What is written in place of a sync method or function."""

    name: str
    """The new attribute name of a method; the qualified name of a function."""
    awaited: bool = True
    gives: Gives = "value"
    old: str = ""
    """The name it is written in place of; anything else that holds the function keeps its name."""
    weak: bool = False
    """It serves async functions, but is no reason for a function to become async."""
    maybe: bool = False
    """What it gives is awaited only if it can be."""
    target: str = ""
    """The class of asyncio or anyio that it is a method of, for those that take other arguments."""
