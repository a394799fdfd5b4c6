"""What stands in braces in tox's settings, as far as it is known without tox."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from refactor_agent.verify.stated.statement import unknown

__all__ = ["Around", "filled"]

_INNERMOST = re.compile(r"\{([^{}]*)\}")
_ROOTS = frozenset({"toxinidir", "tox_root"})
_TURNS = 20


class Around(NamedTuple):
    """What a setting may speak of."""

    environment: str
    look_up: Callable[[str, str], str | None]
    """Gives the value of a key of a section."""
    root: str = "."
    """The project's root, from where commands run."""


def filled(text: str, around: Around) -> str:
    """Put values in place of ``{posargs:tests}`` and the like; what is not known is marked."""
    for _ in range(_TURNS):
        match = _INNERMOST.search(text)
        if match is None:
            return text
        value = _value(match[1], around)
        text = text[: match.start()] + value + text[match.end() :]
    return unknown(_INNERMOST.sub("", text))


def _value(inside: str, around: Around) -> str:
    name, _, default = inside.partition(":")
    simple = {"posargs": default, "envpython": "python", "env_python": "python",
              "envname": around.environment, "env_name": around.environment,
              **dict.fromkeys(_ROOTS, around.root)}  # fmt: skip
    if inside in {"/", ":"}:
        return inside
    found: str | None = simple.get(name)
    if name == "env" and ":" in default:
        found = default.partition(":")[2]
    elif name.startswith("["):
        section, _, key = name[1:].partition("]")
        found = around.look_up(section, key)
    return unknown(f"({inside})") if found is None else found
