"""What the gate says of a conversion that it did not make: a rival's files, laid as one change."""

from __future__ import annotations

import ast
import asyncio
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from eval.attacks.stand import make_stand

from refactor_agent.domain.plan import ChangeSet, FunctionRef
from refactor_agent.domain.proposal import FunctionEdit, ModelAuthor, Proposal
from refactor_agent.domain.verdict import Verdict
from refactor_agent.edit import SpliceConflictError, function_source
from refactor_agent.rulebook import load_rulebook
from refactor_agent.tree import Tree
from refactor_agent.verify import Change, verify
from refactor_agent.verify.syntax import FunctionNode, Module, parse_module

__all__ = ["foreign_change", "gate_verdict"]

_ID = "001-rival"
_UNKNOWN = "0" * 64


def gate_verdict(root: Path, files: Mapping[str, bytes], command: str, python: str) -> Verdict:
    """Judge ``files``, which a rival made of those at ``root``, by the checks and ``root``'s tests.

    ``command`` runs these tests with the interpreter ``python``.
    """
    return asyncio.run(_judged(root, files, command, python))


async def _judged(root: Path, files: Mapping[str, bytes], command: str, python: str) -> Verdict:
    rulebook = await asyncio.to_thread(load_rulebook)
    stand = await make_stand(root, command, rulebook, asyncio.Semaphore(1), python)
    tree = Tree(stand.target.snapshot)
    change = await asyncio.to_thread(
        foreign_change, tree, stand.target.modules, stand.plan.change_sets, files
    )
    return await verify(change, stand.baseline, stand.target, stand.bench)


def foreign_change(
    tree: Tree,
    modules: Mapping[str, str],
    planned: Sequence[ChangeSet],
    files: Mapping[str, bytes],
) -> Change:
    """Give the change that ``files`` are, as if somebody had planned to edit what differs.

    Whatever a rival does inside functions is taken as planned; outside them only imports may
    differ, as for a model. It is held to the regions of the functions it edits.
    ``modules`` names the module of each file, ``planned`` are the change sets of the real plan.
    """
    edits = tuple(
        edit for file in sorted(files) for edit in _edits(tree, modules, file, files[file])
    )
    author = ModelAuthor(model="none", template=_UNKNOWN, prompt=_UNKNOWN, disclosure="other tool")
    proposal = Proposal(change_set=_ID, strategy="native", author=author, functions=edits)
    return Change(_change_set(planned, proposal), proposal, tree, files)


def _change_set(planned: Sequence[ChangeSet], proposal: Proposal) -> ChangeSet:
    """Give the plan that the edits fit: what the real one refuses for them, it refuses here too."""
    edited = {edit.function.name for edit in proposal.functions}
    touched = [one for one in planned if edited & {entry.name for entry in one.entries}]
    functions = tuple(edit.function for edit in proposal.functions)
    return ChangeSet(
        id=_ID,
        title="What another tool made",
        entries=functions[:1],
        regions=tuple(sorted({region for one in touched for region in one.regions})),
        functions=functions,
        refusals=tuple(refusal for one in touched for refusal in one.refusals),
    )


def _edits(
    tree: Tree, modules: Mapping[str, str], file: str, data: bytes
) -> Iterator[FunctionEdit]:
    """Give the outermost functions of ``file`` that differ; new and vanished ones are no edits."""
    if not tree.exists(file) or file not in modules:
        return
    before, after = parse_module(tree.read(file)), parse_module(data)
    if before is None or after is None:
        return
    for name, node in _outermost(before):
        other = after.functions.get(name)
        if other is not None and ast.dump(node) != ast.dump(other):
            reference = FunctionRef(file=file, name=f"{modules[file]}.{name}")
            try:
                source = function_source(tree, reference)
            except SpliceConflictError:  # of one name with another: the gate finds it unplanned
                continue
            yield FunctionEdit(
                function=source.function, before=source.before_hash, code=_source(after, other)
            )


def _outermost(module: Module) -> Iterator[tuple[str, FunctionNode]]:
    for name, node in module.functions.items():
        if not any(isinstance(above, FunctionNode) for above in module.ancestors(node)):
            yield name, node


def _source(module: Module, node: FunctionNode) -> str:
    start = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
    lines = module.source.decode().splitlines()
    return "\n".join(lines[start - 1 : node.end_lineno])
