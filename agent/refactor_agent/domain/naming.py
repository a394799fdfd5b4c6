"""Names of definitions of which a file has several."""

from __future__ import annotations

import re

__all__ = ["plain_name"]

_NUMBER = re.compile(r"#\d+")


def plain_name(name: str) -> str:
    """Give a qualified name without the numbers that tell definitions of one name apart."""
    return _NUMBER.sub("", name) if "#" in name else name
