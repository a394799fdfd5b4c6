"""Statements side by side that each wait for the disk: one hop takes them all.

``if path.exists(): return path.read_text()`` looks at the file twice, and a second hop between the
two gives others time to change it. Calls that wait for somebody else keep a hop each: between them
a task can be cancelled.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

import libcst as cst
import libcst.matchers as m

from refactor_agent.convert.job import FileWork, Job
from refactor_agent.convert.kinds import is_stateful, result_kind

__all__ = ["runs_on_disk"]

_PURE = frozenset(
    f"builtins.{name}"
    for name in ("bool", "bytes", "float", "int", "isinstance", "len", "list", "max", "min", "repr",
                 "set", "sorted", "str", "sum", "tuple")
) | {"json.dumps", "json.loads"}  # fmt: skip
_PURE_PACKAGES = ("os.path.", "posixpath.")
_TEXTS = {"str", "bytes"}
_SMALL = cst.Expr | cst.Assign | cst.AnnAssign | cst.Return | cst.Raise | cst.Pass
_WITH_CODE = (
    m.Await() | m.Yield() | m.NamedExpr() | m.Lambda() | m.GeneratorExp() | m.ListComp()
    | m.SetComp() | m.DictComp()
)  # fmt: skip


def runs_on_disk(
    job: Job, work: FileWork, function: cst.FunctionDef, calls: Collection[cst.Call]
) -> Iterator[Sequence[cst.BaseStatement]]:
    """Give the runs of statements that make two or more of ``calls``, the outermost first.

    They do nothing besides that another thread may not do as well: no call that is not known to
    be harmless, and no write to what others can see.
    """
    local = frozenset(call for call in calls if _is_on_disk(job, work, call))
    around = (outer for call in local for outer in work.source.ancestors(call))
    blocks = {
        outer: len([*work.source.ancestors(outer)])
        for outer in around
        if isinstance(outer, cst.IndentedBlock) and work.source.function_around(outer) is function
    }
    for block in sorted(blocks, key=blocks.__getitem__) if len(local) > 1 else ():
        yield from _runs(job, work, block, local)


def _runs(
    job: Job, work: FileWork, block: cst.IndentedBlock, local: Collection[cst.Call]
) -> Iterator[Sequence[cst.BaseStatement]]:
    run: list[cst.BaseStatement] = []
    for statement in (*block.body, None):
        if statement is not None and _fits(job, work, statement, local):
            run.append(statement)
            continue
        several = len(run) > 1 or isinstance(next(iter(run), None), cst.If)
        if several and sum(len(work.edited_in(one)) for one in run) > 1:
            yield run
        run = []


def _fits(
    job: Job, work: FileWork, statement: cst.BaseStatement, local: Collection[cst.Call]
) -> bool:
    """Say whether a statement makes such calls, and nothing but what goes with them."""
    edited = work.edited_in(statement)
    return (
        bool(edited)
        and all(call in local for call in edited)
        and _is_plain(statement)
        and all(_is_harmless(job, work, call) for call in _calls(statement))
    )


def _is_plain(statement: cst.CSTNode) -> bool:
    if isinstance(statement, cst.If | cst.Else):
        branch = statement.orelse if isinstance(statement, cst.If) else None
        inner = statement.body.body if isinstance(statement.body, cst.IndentedBlock) else ()
        test = isinstance(statement, cst.If) and m.findall(statement.test, _WITH_CODE)
        rest = branch is None or _is_plain(branch)
        return bool(inner) and not test and rest and all(_is_plain(one) for one in inner)
    if not isinstance(statement, cst.SimpleStatementLine) or m.findall(statement, _WITH_CODE):
        return False
    return all(isinstance(one, _SMALL) and _binds_names(one) for one in statement.body)


def _binds_names(statement: cst.BaseSmallStatement) -> bool:
    if isinstance(statement, cst.Assign):
        return all(isinstance(target.target, cst.Name) for target in statement.targets)
    return not isinstance(statement, cst.AnnAssign) or isinstance(statement.target, cst.Name)


def _is_on_disk(job: Job, work: FileWork, call: cst.Call) -> bool:
    """Say whether a call waits for the disk, and neither makes nor uses what is kept open."""
    callee = work.edits[call].callee
    found = job.rulebook.blocking(callee)
    if found is None or (found[1].category or found[0].category) != "disk":
        return False
    kinds = (callee.rpartition(".")[0], result_kind(job.rulebook, work.source, call, callee))
    return not any(kind is not None and is_stateful(job.rulebook, kind) for kind in kinds)


def _is_harmless(job: Job, work: FileWork, call: cst.Call) -> bool:
    """Say whether any thread may make ``call``: it is one of those, or works on their text."""
    if call in work.edits or isinstance(work.source.parents[call], cst.Raise):
        return True
    name = work.names.qualified(call.func) or ""
    if name in _PURE or name.startswith(_PURE_PACKAGES):
        return True
    owner = call.func.value if isinstance(call.func, cst.Attribute) else None
    if not isinstance(owner, cst.Call) or owner not in work.edits:
        return False
    return job.rulebook.returns(work.edits[owner].callee) in _TEXTS


def _calls(statement: cst.BaseStatement) -> Sequence[cst.Call]:
    return [cst.ensure_type(call, cst.Call) for call in m.findall(statement, m.Call())]
