"""Qualified names as people write them."""

from __future__ import annotations

from refactor_agent.domain.naming import plain_name

__all__ = ["bare_name", "plain_name", "short_name"]


def bare_name(name: str) -> str:
    """Give the last part of a qualified name, without the number of its variant."""
    return name.rpartition(".")[2].partition("#")[0]


def short_name(name: str) -> str:
    """Give the last two parts of a qualified name: the class and its method."""
    return ".".join(plain_name(name).split(".")[-2:])
