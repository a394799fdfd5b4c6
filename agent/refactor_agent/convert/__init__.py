"""Convert: carry out an attempt of a change set by rule."""

from refactor_agent.convert.proposing import propose

__all__ = ["propose"]
