"""The boundary module's place in the target."""

from __future__ import annotations

from pathlib import PurePosixPath

import libcst as cst

from refactor_agent.boundary import BOUNDARY_MODULE, boundary_source
from refactor_agent.convert.job import FileWork, Job
from refactor_agent.convert.refused import refuse
from refactor_agent.domain.proposal import NewFile

__all__ = ["boundary_files", "offload_name"]


def offload_name(job: Job, work: FileWork) -> cst.BaseExpression:
    """Write ``offload``, imported from the boundary module of the file's package."""
    file, module = _place(work)
    job.new_files.setdefault(file, NewFile(file=file, text=boundary_source()))
    return work.names.spell_from(module, "offload")


def boundary_files(job: Job) -> tuple[NewFile, ...]:
    """Give the files to add; raises `Refused` rather than replace a file of another origin."""
    added = []
    for file, new in sorted(job.new_files.items()):
        if not job.tree.exists(file):
            added.append(new)
        elif job.tree.read(file) != new.text.encode():
            refuse("boundary-taken", f"{file} is there with other content")
    return tuple(added)


def _place(work: FileWork) -> tuple[str, str]:
    """Give the boundary's file and module: in the top-level package, else beside the module."""
    path = PurePosixPath(work.source.file)
    package, dot, _ = work.module.partition(".")
    if path.name == "__init__.py":
        directory = path.parents[work.module.count(".")]
        return f"{directory / BOUNDARY_MODULE}.py", f"{package}.{BOUNDARY_MODULE}"
    if not dot:
        return f"{path.parent / BOUNDARY_MODULE}.py", BOUNDARY_MODULE
    directory = path.parents[work.module.count(".") - 1]
    return f"{directory / BOUNDARY_MODULE}.py", f"{package}.{BOUNDARY_MODULE}"
