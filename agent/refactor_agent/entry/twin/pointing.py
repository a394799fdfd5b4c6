"""How an import in one module names another."""

from __future__ import annotations

__all__ = ["named_from"]


def named_from(home: str, target: str, *, is_package: bool, relative: bool) -> str:
    """Give ``target`` as an import in the module ``home`` writes it: ``..models``, ``shop.models``.

    ``is_package``: ``home`` is the ``__init__`` of a package.
    """
    here = home.split(".") if is_package else home.split(".")[:-1]
    there = target.split(".")
    common = 0
    while common < min(len(here), len(there)) and here[common] == there[common]:
        common += 1
    if not relative or not common:
        return target
    return "." * (len(here) - common + 1) + ".".join(there[common:])
