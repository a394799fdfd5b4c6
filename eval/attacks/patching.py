"""Changes written as groups of lines, taken out and put in."""

from __future__ import annotations

__all__ = ["patched"]


def patched(code: str, diff: str) -> str:
    """Replace, group by group, the lines marked ``-`` or unmarked by those marked ``+`` or not.

    Raises `ValueError` when what a group takes out does not stand in ``code`` exactly once.
    """
    for group in diff.strip("\n").split("\n\n"):
        lines = group.splitlines()
        old = "".join(f"{line[1:]}\n" for line in lines if line[0] in "- ")
        new = "".join(f"{line[1:]}\n" for line in lines if line[0] in "+ ")
        if code.count(old) != 1:
            raise ValueError(f"stands there {code.count(old)} times:\n{old}")
        code = code.replace(old, new)
    return code
