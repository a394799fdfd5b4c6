"""The modules that converted code calls, and that are vendored into targets."""

from refactor_agent.boundary.source import (
    BOUNDARY_MODULE,
    BOUNDARY_VERSION,
    CLIENTS_MODULE,
    PROCESS_MODULE,
    VERSIONS,
    boundary_source,
)
from refactor_agent.boundary.vendored import boundary_file, vendored_version

__all__ = [
    "BOUNDARY_MODULE",
    "BOUNDARY_VERSION",
    "CLIENTS_MODULE",
    "PROCESS_MODULE",
    "VERSIONS",
    "boundary_file",
    "boundary_source",
    "vendored_version",
]
