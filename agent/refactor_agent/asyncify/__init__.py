"""Turns whole classes and modules async: from leaves upward, by rules alone."""

from refactor_agent.asyncify.convert import Asyncified, asyncify
from refactor_agent.asyncify.request import MODULE, Request

__all__ = ["MODULE", "Asyncified", "Request", "asyncify"]
