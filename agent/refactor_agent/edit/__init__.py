"""A proposal laid over a tree; bytes that no edit names stay as they are."""

from refactor_agent.edit.apply import apply_proposal
from refactor_agent.edit.assignments import assignment_source
from refactor_agent.edit.blocks import Block, Key, blocks_of, lines_of, members_of, same_head
from refactor_agent.edit.concurrent import concurrent_loop
from refactor_agent.edit.conflict import SpliceConflictError
from refactor_agent.edit.declared import (
    declared_distributions,
    declared_ranges,
    optional_ranges,
    read_pyproject,
    read_toml,
)
from refactor_agent.edit.dependencies import DependencyChanges, dependency_changes
from refactor_agent.edit.exported import exported_names, with_export
from refactor_agent.edit.file_imports import is_own, with_imports
from refactor_agent.edit.flags import resolve_flag
from refactor_agent.edit.functions import FunctionSource, function_source
from refactor_agent.edit.joining import Path, restricted
from refactor_agent.edit.ranges import are_apart
from refactor_agent.edit.requirement import normalized
from refactor_agent.edit.source import SourceFile

__all__ = [
    "Block",
    "DependencyChanges",
    "FunctionSource",
    "Key",
    "Path",
    "SourceFile",
    "SpliceConflictError",
    "apply_proposal",
    "are_apart",
    "assignment_source",
    "blocks_of",
    "concurrent_loop",
    "declared_distributions",
    "declared_ranges",
    "dependency_changes",
    "exported_names",
    "function_source",
    "is_own",
    "lines_of",
    "members_of",
    "normalized",
    "optional_ranges",
    "read_pyproject",
    "read_toml",
    "resolve_flag",
    "restricted",
    "same_head",
    "with_export",
    "with_imports",
]
