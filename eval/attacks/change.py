"""Makes the proposal of a case, and the files it gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from eval.attacks.case import Block, Case, CaseError, Theme
from eval.attacks.patching import patched

from refactor_agent.domain.plan import Attempt, ChangeSet, Dependency, FunctionRef, LoopEdit
from refactor_agent.domain.proposal import (
    FunctionEdit,
    ImportEdit,
    ModelAuthor,
    NewFile,
    Proposal,
    RuleAuthor,
)
from refactor_agent.domain.region import Region
from refactor_agent.edit import apply_proposal, function_source
from refactor_agent.tree import Tree, sha256
from refactor_agent.verify import Change

__all__ = ["converted_functions", "make_change"]


@dataclass
class _Draft:
    """A case while its blocks are laid over those of the case it is like."""

    functions: dict[str, str] = field(default_factory=dict)
    imports: list[ImportEdit] = field(default_factory=list)
    new_files: dict[str, str] = field(default_factory=dict)
    whole: dict[str, str] = field(default_factory=dict)
    written: dict[str, str] = field(default_factory=dict)


def make_change(  # noqa: PLR0913 - what a case is laid over, handed on by its one caller
    theme: Theme,
    case: Case,
    tree: Tree,
    modules: Mapping[str, str],
    regions: tuple[Region, ...],
    *,
    planned_sets: tuple[ChangeSet, ...] = (),
) -> Change:
    """Give the change that ``case`` proposes; raises `CaseError` and `PatchConflictError`.

    ``planned_sets`` are those of the real plan: what it refuses for the functions that the case
    edits, it refuses here too.
    """
    draft = _Draft()
    _lay(theme, case, _Ground(tree, modules), draft)
    planned = case.fields["plan"].split() if "plan" in case.fields else theme.plan
    functions = tuple(_reference(target, modules) for target in planned)
    proposal = _proposal(case, draft, tree, modules)
    edited = {_reference(target, modules).name for target in draft.functions}
    attempt = _attempt(case, proposal, modules)
    change_set = ChangeSet(
        id="001-attack",
        title=case.title,
        entries=functions[:1],
        regions=tuple(region.id for region in regions if region.entry in edited),
        functions=functions,
        attempts=(attempt,) if attempt else (),
        refusals=tuple(
            refusal
            for planned_set in planned_sets
            if edited & {entry.name for entry in planned_set.entries}
            for refusal in planned_set.refusals
        ),
    )
    files = dict(apply_proposal(tree, proposal))
    files.update({file: text.encode() for file, text in draft.whole.items()})
    return Change(change_set, proposal, tree, files, attempt)


def converted_functions(
    theme: Theme, case: Case, tree: Tree, modules: Mapping[str, str]
) -> Mapping[str, str]:
    """Give the new source of each function that ``case`` changes, by ``file::Name``."""
    draft = _Draft()
    _lay(theme, case, _Ground(tree, modules), draft)
    return draft.functions


def _attempt(case: Case, proposal: Proposal, modules: Mapping[str, str]) -> Attempt | None:
    if case.fields.get("by") != "rules":
        return None
    if "loop" not in case.fields:
        return Attempt(strategy=proposal.strategy)
    target, line = case.fields["loop"].split()
    loop = LoopEdit(function=_reference(target, modules), line=int(line), limit=8)
    return Attempt(strategy=proposal.strategy, loop=loop)


class _Ground(NamedTuple):
    tree: Tree
    modules: Mapping[str, str]

    def source(self, target: str) -> str:
        return function_source(self.tree, _reference(target, self.modules)).code + "\n"


def _lay(theme: Theme, case: Case, ground: _Ground, draft: _Draft) -> None:
    like = theme.like(case)
    if like is not None:
        _lay(theme, like, ground, draft)
    for block in case.blocks:
        _lay_block(case, block, ground, draft)


def _lay_block(case: Case, block: Block, ground: _Ground, draft: _Draft) -> None:
    how, _, file = block.target.rpartition(" ")
    if block.kind == "imports":
        draft.imports.extend(_import(file, line) for line in block.text.splitlines())
    elif how == "new":
        draft.new_files[file] = block.text
    elif how == "whole":
        draft.whole[file] = block.text
    elif how == "written" and block.kind == "diff":
        known = draft.written.get(file) or ground.tree.read(file).decode()
        draft.written[file] = _patched(case, known, block.text)
    elif how == "written":
        draft.written[file] = block.text
    elif block.kind == "diff":
        known = draft.functions.get(file) or ground.source(file)
        draft.functions[file] = _patched(case, known, block.text)
    elif "::" in file:
        draft.functions[file] = block.text
    else:
        raise CaseError(f"{case.name}: what is `{block.kind} {block.target}`?")


def _patched(case: Case, code: str, diff: str) -> str:
    try:
        return patched(code, diff)
    except ValueError as error:
        raise CaseError(f"{case.name}: {error}") from error


def _reference(target: str, modules: Mapping[str, str]) -> FunctionRef:
    file, _, name = target.partition("::")
    return FunctionRef(file=file, name=f"{modules[file]}.{name}")


def _proposal(case: Case, draft: _Draft, tree: Tree, modules: Mapping[str, str]) -> Proposal:
    by_rules = case.fields.get("by") == "rules"
    depends = case.fields.get("depends", "").split()
    return Proposal.model_validate(
        {
            "change_set": "001-attack",
            "strategy": case.fields.get("strategy", "native"),
            "author": RuleAuthor(rules=("RA101",))
            if by_rules
            else ModelAuthor(model="scripted", template="0" * 64, prompt="0" * 64),
            "functions": tuple(
                _edit(tree, modules, target, code) for target, code in draft.functions.items()
            ),
            "imports": tuple(draft.imports),
            "new_files": tuple(NewFile(file=f, text=text) for f, text in draft.new_files.items()),
            "files": tuple(
                NewFile(file=file, text=text, replaces=sha256(tree.read(file)))
                for file, text in draft.written.items()
            ),
            "dependencies": tuple(Dependency(distribution=name) for name in depends),
        }
    )


def _edit(tree: Tree, modules: Mapping[str, str], target: str, code: str) -> FunctionEdit:
    reference = _reference(target, modules)
    source = function_source(tree, reference)
    return FunctionEdit(
        function=source.function, before=source.before_hash, code=code.removesuffix("\n")
    )


def _import(file: str, line: str) -> ImportEdit:
    """Read ``import a.b as c`` or ``from a import b``; a ``-`` in front drops it if unused."""
    action, words = ("drop_unused", line[1:].split()) if line[0] == "-" else ("add", line.split())
    alias = words[-1] if "as" in words else None
    return ImportEdit.model_validate(
        {
            "file": file,
            "module": words[1],
            "name": words[3] if words[0] == "from" else None,
            "alias": alias,
            "action": action,
        }
    )
