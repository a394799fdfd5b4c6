"""Run the iterations of a planned loop at once, within a bound."""

from __future__ import annotations

from refactor_agent.convert.job import Job
from refactor_agent.convert.vendor import boundary_files, boundary_name
from refactor_agent.domain.plan import ChangeSet, LoopEdit
from refactor_agent.domain.proposal import FunctionEdit, Proposal, RuleAuthor
from refactor_agent.edit import concurrent_loop, function_source

__all__ = ["convert_loop"]


def convert_loop(job: Job, change_set: ChangeSet, planned: LoopEdit) -> Proposal:
    """Give the function with its loop handed to the ordered map."""
    work, _ = job.find(planned.function)
    file = planned.function.file
    spelled = work.source.module.code_for_node(boundary_name(job, work, "ordered_map"))
    data = concurrent_loop(file, job.tree.read(file), planned.line, spelled, planned.limit)
    changed = job.tree.with_changes({file: data})
    before = function_source(job.tree, planned.function)
    edit = FunctionEdit(
        function=before.function,
        before=before.before_hash,
        code=function_source(changed, planned.function).code,
    )
    return Proposal(
        change_set=change_set.id,
        strategy=job.attempt.strategy,
        author=RuleAuthor(rules=()),
        functions=(edit,),
        imports=tuple(work.names.edits),
        new_files=boundary_files(job),
        notes=job.attempt.notes,
    )
