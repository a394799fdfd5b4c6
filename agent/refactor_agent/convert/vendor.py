"""The place in the target of the modules that are vendored."""

from __future__ import annotations

from pathlib import PurePosixPath

import libcst as cst

from refactor_agent.boundary import BOUNDARY_MODULE, boundary_file
from refactor_agent.convert.job import FileWork, Job
from refactor_agent.convert.refused import refuse
from refactor_agent.domain.plan import Refusal
from refactor_agent.domain.proposal import NewFile

__all__ = ["boundary_files", "boundary_name", "vendored_function"]


def boundary_name(
    job: Job, work: FileWork, name: str, vendored: str = BOUNDARY_MODULE
) -> cst.BaseExpression:
    """Write ``name``, imported from the ``vendored`` module of the file's package."""
    file, module = _place(work, vendored)
    job.boundary.add(file)
    return work.names.spell_from(module, name)


def vendored_function(
    job: Job, work: FileWork, call: cst.Call, vendored: str
) -> cst.BaseExpression:
    """Write the function of a vendored module that stands for what ``call`` calls.

    Raises `Refused` where arguments have no name: it takes the first alone by position.
    """
    for number, argument in enumerate(call.args):
        if argument.star == "*" or (number and not argument.star and argument.keyword is None):
            site = work.source.site(call)
            refuse("unknown-arguments", "arguments given by position have no name there", site)
    module, _, name = vendored.rpartition(".")
    work.names.drop(call.func)
    return boundary_name(job, work, name, module)


def boundary_files(job: Job) -> tuple[NewFile, ...]:
    """Give the copies to write; raises `Refused` where another file is in the way."""
    found = [boundary_file(job.tree, file) for file in sorted(job.boundary)]
    for one in found:
        if isinstance(one, Refusal):
            refuse(one.reason, one.message)
    return tuple(one for one in found if isinstance(one, NewFile))


def _place(work: FileWork, vendored: str) -> tuple[str, str]:
    """Give the module's file and full name: in the top-level package, else beside the module."""
    path = PurePosixPath(work.source.file)
    package, dot, _ = work.module.partition(".")
    if path.name == "__init__.py":
        directory = path.parents[work.module.count(".")]
        return f"{directory / vendored}.py", f"{package}.{vendored}"
    if not dot:
        return f"{path.parent / vendored}.py", vendored
    directory = path.parents[work.module.count(".") - 1]
    return f"{directory / vendored}.py", f"{package}.{vendored}"
