"""The texts that targets get, under a stamp by which a later version knows them again."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

from refactor_agent.tree import sha256

__all__ = [
    "BOUNDARY_MODULE",
    "BOUNDARY_VERSION",
    "CLIENTS_MODULE",
    "PROCESS_MODULE",
    "VERSIONS",
    "Stamp",
    "boundary_source",
    "read_stamp",
]

BOUNDARY_MODULE = "_async_adapters"
"""The module with the bounds, by its name in a target."""

PROCESS_MODULE = "_async_process"
"""The module with child processes, for targets that start any."""

BOUNDARY_VERSION = "2.0"

CLIENTS_MODULE = "_async_clients"
"""The module with clients that modules share, for targets that have any."""

VERSIONS = {BOUNDARY_MODULE: BOUNDARY_VERSION, CLIENTS_MODULE: "1.1", PROCESS_MODULE: "1.1"}
"""Module to its version: those of one major number offer at least what the earlier ones did."""

_STAMP = "# Vendored by refactor-agent: version {version}, sha256 {digest}\n"
_STAMPED = re.compile(
    r"# Vendored by refactor-agent: version (\d+\.\d+), sha256 ([0-9a-f]{24})\n(.*)", re.DOTALL
)
_DIGITS = 24
"""Of the hash: 96 bits tell a changed file, and the line stays below 79 columns."""

_WITHOUT_STAMP = {"955c33d7bd275fbd8ac24e0b4465f5d0b7b79b68b1a0378b4c359c3a677d0098": "1.0"}
"""Hash to version of what was vendored before there were stamps."""


class Stamp(NamedTuple):
    """What a file in the module's place says of itself."""

    version: str
    intact: bool
    """It is as it was vendored, but perhaps for its line ends."""


@cache
def boundary_source(module: str = BOUNDARY_MODULE) -> str:
    """Give the text of ``module`` that a target gets, the same for every target."""
    text = (Path(__file__).parent / f"{module}.py").read_text(encoding="utf-8")
    return _STAMP.format(version=VERSIONS[module], digest=_digest(text)) + text


def read_stamp(data: bytes) -> Stamp | None:
    """Read the stamp of ``data``; ``None`` for a file that this tool did not write."""
    plain = data.replace(b"\r\n", b"\n")  # a checkout may have converted its line ends
    known = _WITHOUT_STAMP.get(sha256(plain))
    if known is not None:
        return Stamp(known, intact=True)
    match = _STAMPED.fullmatch(plain.decode("utf-8", "replace"))
    if match is None:
        return None
    version, digest, text = match.groups()
    return Stamp(version, intact=_digest(text) == digest)


def _digest(text: str) -> str:
    return sha256(text.encode())[:_DIGITS]
