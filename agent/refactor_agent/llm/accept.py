"""An answer, held against the plan and turned into edits."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from refactor_agent.domain.plan import Strategy
from refactor_agent.domain.proposal import FunctionEdit, ImportEdit, ModelAuthor, Proposal
from refactor_agent.domain.verdict import CheckFailure
from refactor_agent.llm.answer import Answer, AnsweredFunction, fault
from refactor_agent.llm.conformity import Conforming, check_function
from refactor_agent.llm.effects import unplanned_effect
from refactor_agent.llm.imports import import_edits
from refactor_agent.llm.layout import indent, keep_strings
from refactor_agent.llm.redaction import Vault
from refactor_agent.llm.request import FunctionPart, ModelRequest

__all__ = ["Accepted", "accept"]

_OFFLOADERS = frozenset({"to_thread", "run_in_executor", "run_sync", "run_in_threadpool"})


class Accepted(NamedTuple):
    """An answer that stays within the plan."""

    functions: tuple[Conforming, ...]
    imports: tuple[ImportEdit, ...]
    assumptions: tuple[str, ...]

    def proposal(self, request: ModelRequest, vault: Vault, author: ModelAuthor) -> Proposal:
        """Make the proposal, with each secret back in its place."""
        offload = request.conventions.offload
        called = {name for function in self.functions for name in _called(function.node)}
        strategy: Strategy = "native"
        if called & (_OFFLOADERS | ({offload.name} if offload else set())):
            strategy = "offload"
        module = offload.new_file if offload and offload.name in called else None
        return Proposal(
            change_set=request.change_set,
            strategy=strategy,
            author=author,
            functions=tuple(_edit(function, vault) for function in self.functions),
            imports=self.imports,
            new_files=(module,) if module else (),
            notes=tuple(f"the model assumes: {each}" for each in self.assumptions),
        )


def accept(request: ModelRequest, answer: Answer, vault: Vault) -> Accepted | CheckFailure:
    """Give the answer's functions and imports, or the first way in which it leaves the plan."""
    parts = {part.ref.name: part for part in request.functions}
    accepted: dict[str, Conforming] = {}
    for function in answer.functions:
        found = _conforming(request, parts, function, vault)
        if isinstance(found, CheckFailure):
            return found
        if found.part.ref.name in accepted:
            return fault("duplicate-function", f"{function.name} was answered twice.")
        accepted[found.part.ref.name] = found
    changed = tuple(each for each in accepted.values() if _differs(each, vault))
    if not changed:
        return fault("unchanged", "No function was changed. Change one, or refuse and say why.")
    imports = import_edits(request, changed, answer.imports)
    if isinstance(imports, CheckFailure):
        return imports
    return Accepted(changed, imports, tuple(" ".join(each.split()) for each in answer.assumptions))


def _conforming(
    request: ModelRequest,
    parts: Mapping[str, FunctionPart],
    function: AnsweredFunction,
    vault: Vault,
) -> Conforming | CheckFailure:
    part = _find(parts, function.name)
    if part is None:
        allowed = ", ".join(parts)
        return fault("outside-plan", f"{function.name} is not in the task; only {allowed}.")
    before = vault.hide(part.code)
    found = check_function(part, before, function.code)
    if isinstance(found, CheckFailure):
        return found
    moved = vault.moved(before, found.code)
    if moved:
        return fault("moved-secret", f"{part.ref.name}: {moved[0]} must stay where it is.")
    old = ast.parse(before)
    return unplanned_effect(request, part.ref.name, before, found.code, (old, found.node)) or found


def _find(parts: Mapping[str, FunctionPart], name: str) -> FunctionPart | None:
    """Find the planned function; the end of its name is enough where only one ends so."""
    name = name.strip().strip("`")
    if name in parts:
        return parts[name]
    near = [part for full, part in parts.items() if full.endswith(f".{name}")]
    return near[0] if len(near) == 1 else None


def _differs(function: Conforming, vault: Vault) -> bool:
    old = ast.parse(vault.hide(function.part.code))
    return function.part.change == "twin" or ast.dump(old.body[0]) != ast.dump(function.node)


def _edit(function: Conforming, vault: Vault) -> FunctionEdit:
    part = function.part
    code = keep_strings(indent(vault.restore(function.code), part.indent), part.source)
    if part.change == "twin":
        gap = "\n\n" if part.indent else "\n\n\n"
        code = part.source.rstrip("\r\n") + gap + code
    return FunctionEdit(function=part.ref, before=part.before, code=code)


def _called(tree: ast.AST) -> Sequence[str]:
    calls = (node.func for node in ast.walk(tree) if isinstance(node, ast.Call))
    return [
        func.id if isinstance(func, ast.Name) else func.attr
        for func in calls
        if isinstance(func, ast.Name | ast.Attribute)
    ]
