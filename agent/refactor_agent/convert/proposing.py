"""Carry out one attempt: edits first, then proof that they left everything else alone."""

from __future__ import annotations

import libcst as cst

from refactor_agent.convert.adding import finish_adding
from refactor_agent.convert.colour import colour, demote
from refactor_agent.convert.coloured import call_coloured
from refactor_agent.convert.entering import finish_entering
from refactor_agent.convert.finalize import finalize
from refactor_agent.convert.generators import finish_generators
from refactor_agent.convert.guard import guarded
from refactor_agent.convert.handlers import map_handlers
from refactor_agent.convert.job import FileWork, Job
from refactor_agent.convert.loops import convert_loop
from refactor_agent.convert.names import expression
from refactor_agent.convert.native import convert_native
from refactor_agent.convert.offload import convert_offloads
from refactor_agent.convert.refused import Refused, refuse
from refactor_agent.convert.vendor import boundary_files, boundary_name
from refactor_agent.domain.plan import ChangeSet, Flag, FunctionRef, Refusal
from refactor_agent.domain.proposal import AssignmentEdit, FunctionEdit, Proposal, RuleAuthor
from refactor_agent.edit import (
    SourceFile,
    SpliceConflictError,
    apply_proposal,
    assignment_source,
    function_source,
)
from refactor_agent.rulebook import RuleBook
from refactor_agent.tree import Tree, sha256

__all__ = ["propose"]


def propose(
    change_set: ChangeSet, attempt: int, tree: Tree, rulebook: RuleBook
) -> Proposal | Refusal:
    """Carry out ``change_set.attempts[attempt]`` on ``tree``, or say why not.

    The proposal changes nothing but the planned calls and functions: it was laid over the tree,
    compiled, and parsed and written back unchanged.
    """
    chosen = change_set.attempts[attempt]
    job = Job(chosen, tree, rulebook)
    try:
        if chosen.flag is not None and chosen.flag.step == "finalize":
            proposal = finalize(change_set, chosen, chosen.flag, tree)
        elif chosen.loop is not None:
            proposal = convert_loop(job, change_set, chosen.loop)
        else:
            _convert(job)
            proposal = _proposal(job, change_set)
        _check(job, proposal)
    except Refused as refused:
        return refused.refusal.model_copy(update={"strategy": chosen.strategy})
    except SpliceConflictError as conflict:
        return Refusal(reason=conflict.reason, message=str(conflict), strategy=chosen.strategy)
    return proposal


def _convert(job: Job) -> None:
    for wanted in job.attempt.colours:
        colour(job, wanted)
    for handler in job.attempt.demotes:
        demote(job, handler)
    for edit in job.attempt.calls:
        work = job.holder(FunctionRef(file=edit.site.file, name=edit.function))
        call = work.source.call_at(edit.site)
        if call in work.edits:
            refuse("moved", f"{edit.site} is planned twice", edit.site)
        work.edits[call] = edit
    for work in job.files.values():
        _convert_calls(job, work)
    for work in job.files.values():
        finish_entering(work)
    finish_generators(job)
    map_handlers(job)
    for work in job.files.values():
        finish_adding(work)


def _convert_calls(job: Job, work: FileWork) -> None:
    for call, edit in work.edits.items():
        if edit.action == "await":
            call_coloured(job, work, call, edit)
        elif edit.action == "native":
            convert_native(job, work, call, edit)
    convert_offloads(job, work)


def _proposal(job: Job, change_set: ChangeSet) -> Proposal:
    functions = [edit for work in list(job.files.values()) for edit in _function_edits(job, work)]
    return Proposal(
        change_set=change_set.id,
        strategy=job.attempt.strategy,
        author=RuleAuthor(rules=job.attempt.rules),
        functions=tuple(functions),
        imports=tuple(edit for work in job.files.values() for edit in work.names.edits),
        assignments=tuple(edit for work in job.files.values() for edit in _assignment_edits(work)),
        new_files=boundary_files(job),
        dependencies=job.attempt.dependencies,
        notes=(*job.attempt.notes, *job.notes),
    )


def _function_edits(job: Job, work: FileWork) -> list[FunctionEdit]:
    """Give the outermost functions that changed, as they stand in the changed file."""
    outermost: dict[cst.FunctionDef, None] = {}
    for node in work.rewrites.touched:
        function = work.source.outermost(node)
        if function is None and any(node is maker for maker in work.shared.values()):
            continue
        if function is None:
            refuse("module-level", "the change is outside every function", work.source.site(node))
        outermost[function] = None
    twins = {job.find(c.function)[1]: c.new_name for c in job.attempt.colours if c.mode == "twin"}
    module = work.rewrites.apply(work.source)
    if job.attempt.flag is not None and (rest := [f for f in outermost if f not in twins]):
        module = guarded(work, module, rest, _question(job, work, job.attempt.flag))
    changed = job.tree.with_changes({work.source.file: module.bytes})
    edits = []
    for function in outermost:
        local = work.source.local_name(function)
        ref = FunctionRef(file=work.source.file, name=f"{work.module}.{local}".lstrip("."))
        before = function_source(job.tree, ref)
        code = function_source(changed, ref).code
        if function in twins:
            code += _twin_code(work, changed, ref, function, twins[function])
        edits.append(FunctionEdit(function=ref, before=before.before_hash, code=code))
    return edits


def _assignment_edits(work: FileWork) -> list[AssignmentEdit]:
    """Give the assignments of shared clients, as they stand in the changed file."""
    if not work.shared:
        return []
    file = work.source.file
    before = SourceFile.decode(file, work.source.module.bytes)
    after = before.with_text(work.rewrites.apply(work.source).code)
    return [
        AssignmentEdit(
            file=file,
            name=name,
            before=sha256(assignment_source(before, name).code.encode()),
            code=assignment_source(after, name).code,
        )
        for name in work.shared
    ]


def _question(job: Job, work: FileWork, flag: Flag) -> cst.BaseExpression:
    """Write ``enabled("checkout", 10)``."""
    arguments = [cst.Arg(cst.SimpleString(f'"{flag.name}"'))]
    if flag.percent:
        arguments.append(cst.Arg(expression(f"{flag.percent:g}")))
    return cst.Call(boundary_name(job, work, "enabled"), arguments)


def _twin_code(
    work: FileWork, changed: Tree, ref: FunctionRef, function: cst.FunctionDef, name: str
) -> str:
    """Give what follows the original: blank lines as the context asks, and the twin."""
    owner = ref.name.rpartition(".")[0]
    twin = function_source(changed, FunctionRef(file=ref.file, name=f"{owner}.{name}".lstrip(".")))
    blank = 1 if isinstance(work.source.parents[function], cst.IndentedBlock) else 2
    return work.source.module.default_newline * (blank + 1) + twin.code


def _check(job: Job, proposal: Proposal) -> None:
    """Raise `Refused` unless the result is valid Python that the tools read back unchanged."""
    for file, data in apply_proposal(job.tree, proposal).items():
        if not file.endswith(".py"):
            continue
        try:
            compile(data, file, "exec", dont_inherit=True)
            module = cst.parse_module(data)
        except (SyntaxError, ValueError, cst.ParserSyntaxError) as error:
            refuse("invalid-result", f"{file} would not compile: {error}")
        if module.bytes != data:
            refuse("no-round-trip", f"the new {file} can't be parsed and written back unchanged")
