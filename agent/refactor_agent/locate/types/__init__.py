"""Asks a type server about the receivers that `locate` itself can't resolve."""

from refactor_agent.locate.types.locating import Asked, Environment, locate_with_types

__all__ = ["Asked", "Environment", "locate_with_types"]
