"""What is left to do about a flagged run once its new path has proved itself."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pydantic import BaseModel

from refactor_agent.domain.plan import Attempt, ChangeSet, Colour, Flag, Plan, Refusal
from refactor_agent.domain.proposal import FunctionEdit, Proposal
from refactor_agent.edit import SpliceConflictError, function_source
from refactor_agent.emit.names import short_name
from refactor_agent.errors import UsageError
from refactor_agent.run.directory import RunDirectory
from refactor_agent.run.options import RunOptions
from refactor_agent.store import Store
from refactor_agent.tree import Tree

__all__ = ["finalize_options", "plan_finalize"]


def finalize_options(earlier: RunDirectory) -> RunOptions:
    """Give the options of a run that takes the old path of ``earlier`` out.

    Raises `UsageError` unless that run was made with a flag, and is applied.
    """
    options = earlier.record().options
    if options.finalize is not None:
        raise UsageError(
            f"run {earlier.id} takes out the old path of run {options.finalize}; apply it with"
            f" `refactor-agent apply {earlier.id}`, or finalize {options.finalize}"
        )
    if options.flag is None:
        raise UsageError(
            f"run {earlier.id} has no flag: only what `run --flag NAME` made has an old path"
        )
    store = Store(earlier.project_state / "store")
    if not plan_finalize(Tree(earlier.target), earlier, store).change_sets:
        raise UsageError(
            f"nothing of run {earlier.id} asks for the flag {options.flag.name} in"
            f" {earlier.target}: its old path is out already, or it is not applied"
            f" (`refactor-agent apply {earlier.id}`)"
        )
    flag = options.flag.model_copy(update={"step": "finalize"})
    chosen = {"flag": flag, "finalize": earlier.id, "model": None, "escalate": ()}
    return options.model_copy(update=chosen)


def plan_finalize(tree: Tree, earlier: RunDirectory, store: Store) -> Plan:
    """Make a change set of each patch of ``earlier`` whose flag ``tree`` still asks for.

    One whose functions are no longer as that run left them is refused.
    """
    flag = earlier.record().options.flag
    if flag is None:
        raise UsageError(f"run {earlier.id} has no flag")
    report = _report(earlier)
    found = (_change_set(tree, one, flag, earlier.id, store) for one in report.changes if one.patch)
    return Plan(change_sets=tuple(one for one in found if one is not None))


class _ChangeSetName(BaseModel):
    id: str


class _Decision(BaseModel):
    proposal: str | None = None


class _Change(BaseModel):
    change_set: _ChangeSetName
    decision: _Decision
    patch: str | None = None


class _Report(BaseModel):
    """What is asked of an earlier report; a later version of the tool may have written more."""

    changes: tuple[_Change, ...]


def _report(earlier: RunDirectory) -> _Report:
    path = earlier.results / "report.json"
    try:
        return _Report.model_validate_json(path.read_bytes())
    except FileNotFoundError as error:
        raise UsageError(
            f"run {earlier.id} is not over; finish it with `refactor-agent resume {earlier.id}`"
        ) from error
    except ValueError as error:
        raise UsageError(f"{path} is damaged or of another version of refactor-agent") from error


def _change_set(
    tree: Tree, change: _Change, flag: Flag, run: str, store: Store
) -> ChangeSet | None:
    try:
        proposal = store.get(change.decision.proposal or "", Proposal)
    except (OSError, ValueError) as error:
        raise UsageError(
            f"what run {run} proposed is no longer stored here; take the flag {flag.name} out by"
            " hand"
        ) from error
    question = f'"{flag.name}"'
    edits = [edit for edit in proposal.functions if question in edit.code]
    if not edits or not any(_asks(tree, edit, question) for edit in edits):
        return None
    originals = tuple(_originals(tree, proposal))
    moved = tuple(_moved(tree, edits, run, flag))
    attempt = Attempt(
        strategy=proposal.strategy,
        rules=proposal.author.rules if proposal.author.kind == "rules" else (),
        flag=flag.model_copy(update={"step": "finalize"}),
        colours=originals,
    )
    return ChangeSet(
        id=change.change_set.id,
        title=f"Take the old path of {flag.name} out of {short_name(edits[0].function)}",
        entries=tuple(edit.function for edit in edits),
        regions=(),
        functions=(
            *(edit.function for edit in edits),
            *(colour.function for colour in originals),
        ),
        attempts=() if moved else (attempt,),
        refusals=moved,
    )


def _originals(tree: Tree, proposal: Proposal) -> Iterator[Colour]:
    """Name the sync functions beside which the run put a twin, where they are as it left them."""
    for edit in proposal.functions:
        twins = [name for kind, name in _DEFINED.findall(edit.code) if kind]
        try:
            now = function_source(tree, edit.function).code
        except SpliceConflictError:
            continue
        if len(twins) == 1 and now != edit.code and edit.code.startswith(now):
            yield Colour(function=edit.function, mode="twin", new_name=twins[0])


_DEFINED = re.compile(r"^[ \t]*(async )?def (\w+)", re.MULTILINE)


def _asks(tree: Tree, edit: FunctionEdit, question: str) -> bool:
    try:
        return question in function_source(tree, edit.function).code
    except SpliceConflictError:
        return False


def _moved(tree: Tree, edits: list[FunctionEdit], run: str, flag: Flag) -> Iterator[Refusal]:
    """Refuse functions that are not as the run left them: somebody went on with both paths."""
    for edit in edits:
        try:
            now = function_source(tree, edit.function).code
        except SpliceConflictError as conflict:
            yield Refusal(reason=conflict.reason, message=str(conflict))
            continue
        if not _plain(edit.code).startswith(_plain(now)):
            yield Refusal(
                reason="code-moved",
                message=f"{edit.function.name} is not as run {run} left it; put the change aside,"
                f" or take the flag {flag.name} out of it by hand",
            )


def _plain(code: str) -> str:
    return "\n".join(code.splitlines()).rstrip()
