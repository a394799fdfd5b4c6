"""The module that converted code calls, and that is vendored into targets."""

from refactor_agent.boundary.source import BOUNDARY_MODULE, BOUNDARY_VERSION, boundary_source
from refactor_agent.boundary.vendored import boundary_file, vendored_version

__all__ = [
    "BOUNDARY_MODULE",
    "BOUNDARY_VERSION",
    "boundary_file",
    "boundary_source",
    "vendored_version",
]
