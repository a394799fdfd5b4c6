"""Checks a directory of rules more closely than loading does."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from refactor_agent.errors import UsageError
from refactor_agent.rulebook.index import build_index
from refactor_agent.rulebook.load import find_rule_files, read_rule
from refactor_agent.rulebook.rule import Rule
from refactor_agent.rulebook.schema import Native

__all__ = ["check_rules"]


def check_rules(directory: Path) -> tuple[str, ...]:
    """Give one line for each fault of the rules under ``directory``; none when all is well.

    Raises `UsageError` when there is no such directory. The examples are compiled, not run.
    """
    problems: list[str] = []
    rules: list[Rule] = []
    for path in find_rule_files(directory):
        try:
            rules.append(read_rule(path, path.relative_to(directory).as_posix()))
        except UsageError as error:
            problems.append(str(error))
    by_id: dict[str, Rule] = {}
    for rule in rules:
        problems.extend(f"{rule.path}: {problem}" for problem in _faults(rule))
        first = by_id.setdefault(rule.id, rule)
        if first is not rule:
            problems.append(f"{rule.path}: id {rule.id} is already used by {first.path}")
    try:
        build_index(rules)
    except UsageError as error:
        problems.append(str(error))
    return tuple(problems)


def _faults(rule: Rule) -> Iterator[str]:
    shown = [example for example in rule.examples if example.doc]
    if len(shown) != 1:
        yield f"{len(shown)} examples carry {{#doc}}; exactly one stands for the rule"
    if not any(example.of("same") for example in rule.examples):
        yield "no 'same' example shows what must stay quiet"
    yield from _broken_blocks(rule)
    if not any(_imports_under_another_name(code) for code in _sources(rule)):
        yield "no example imports the library under another name"
    yield from _loose_ends(rule)


def _sources(rule: Rule) -> Iterator[str]:
    for example in rule.examples:
        yield from (block.code for block in example.blocks)


def _broken_blocks(rule: Rule) -> Iterator[str]:
    for example in rule.examples:
        for block in example.blocks:
            try:
                compile(block.code, rule.path, "exec")
            except SyntaxError as error:
                line = block.line + (error.lineno or 0)
                yield f"line {line}: the {block.role!r} block is not valid Python: {error.msg}"


def _imports_under_another_name(code: str) -> bool:
    try:
        nodes = list(ast.walk(ast.parse(code)))
    except SyntaxError:
        return False
    return any(isinstance(node, ast.alias) and node.asname is not None for node in nodes)


def _loose_ends(rule: Rule) -> Iterator[str]:
    """Find what the native part says about things the rule does not know."""
    if rule.native is None:
        return
    native, blocks = rule.native, {call.name for call in rule.blocks}
    for name in native.calls:
        if name not in blocks:
            yield f"native.calls: {name!r} is not among the blocking calls"
    for name in native.vendored:
        if name not in native.calls:
            yield f"native.vendored: {name!r} is not among native.calls"
    for name in native.methods:
        if name.rpartition(".")[0] not in native.types:
            yield f"native.methods: the type of {name!r} is not among native.types"
    yield from _loose_clients(rule, native)


def _loose_clients(rule: Rule, native: Native) -> Iterator[str]:
    for name in native.opened:
        if not any(target.startswith(f"{name}.") for target in native.calls.values()):
            yield f"native.opened: no call becomes a method of {name!r}"
    for client in native.halves:
        hanging = [kind for name, kind in rule.returns.items() if name.startswith(f"{client}.")]
        if not any(kind in native.types for kind in hanging):
            yield f"native.halves: nothing that hangs on {client!r} is among native.types"
