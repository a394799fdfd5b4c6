"""Attempts made by hand: calls are named by their text, functions by their name."""

from __future__ import annotations

import ast
import tempfile
from functools import cache
from pathlib import Path
from textwrap import dedent
from typing import Literal, NamedTuple

import libcst as cst

from refactor_agent.convert import propose
from refactor_agent.domain.place import Site, Span
from refactor_agent.domain.plan import (
    Attempt,
    CallEdit,
    ChangeSet,
    Colour,
    Demote,
    FunctionRef,
    Refusal,
)
from refactor_agent.domain.proposal import Proposal
from refactor_agent.edit import apply_proposal
from refactor_agent.rulebook import (
    Arguments,
    BlockingCall,
    Native,
    Rule,
    RuleBook,
    load_rulebook,
)
from refactor_agent.tree import Tree

__all__ = ["Edit", "attempt_of", "convert", "converted", "refused", "rulebook"]

_REQUEST = Arguments(rename={"allow_redirects": "follow_redirects"}, refuse=("params",))
OLDWEB = Rule(
    id="XY901",
    name="oldweb",
    since="0.1",
    weight=9,
    applicability="review",
    library="oldweb",
    distribution="oldweb",
    blocks=(
        BlockingCall(call="oldweb.get(url, params=None, **kwargs) -> oldweb.Response"),
        BlockingCall(call="oldweb.post(url, **kwargs) -> oldweb.Response"),
    ),
    returns={"oldweb.Response.text": "str", "oldweb.Response.json": "object"},
    native=Native(
        distribution="newweb",
        calls={"oldweb.get": "newweb.AsyncClient.get", "oldweb.post": "newweb.AsyncClient.post"},
        opened={
            "newweb.AsyncClient": Arguments(add={"follow_redirects": "True", "timeout": "None"})
        },
        arguments={"oldweb.get": _REQUEST, "oldweb.post": _REQUEST},
        exceptions={
            "oldweb.Timeout": ("newweb.TimeoutException",),
            "oldweb.HTTPError": ("newweb.HTTPStatusError",),
            "oldweb.RequestException": ("newweb.HTTPError", "json.JSONDecodeError"),
        },
        missing=("oldweb.Response.ok", "oldweb.Response.url"),
    ),
    title="",
    does="",
    why="",
    examples=(),
    path="oldweb.md",
    version="0",
)
"""A library whose async form is another library, with drift between them."""


@cache
def rulebook() -> RuleBook:
    """Give the shipped rules and one for a library that does not exist."""
    return RuleBook([*load_rulebook().rules, OLDWEB])


class Edit(NamedTuple):
    """One call edit: ``text`` is the call's source, ``nth`` counts equal texts from 0."""

    action: Literal["await", "native", "offload"]
    text: str
    callee: str
    nth: int = 0
    file: str = "app.py"


def attempt_of(
    files: dict[str, str],
    edits: list[Edit],
    in_place: tuple[str, ...] = (),
    twins: dict[str, str] | None = None,
    demotes: tuple[str, ...] = (),
) -> Attempt:
    """Build an attempt; functions are given as ``module.name`` of a file ``module.py``."""
    colours = [
        Colour(function=_ref(name, files), mode="in_place", new_name=name.rpartition(".")[2])
        for name in in_place
    ]
    colours += [
        Colour(function=_ref(name, files), mode="twin", new_name=new)
        for name, new in (twins or {}).items()
    ]
    calls = [_call_edit(files, edit) for edit in edits]
    strategies = {edit.action for edit in edits}
    return Attempt(
        strategy="demote" if demotes else "offload" if "offload" in strategies else "native",
        colours=tuple(colours),
        calls=tuple(calls),
        demotes=tuple(Demote(function=_ref(name, files)) for name in demotes),
        rules=("RA101",),
    )


def convert(
    files: dict[str, str], attempt: Attempt, functions: tuple[FunctionRef, ...] = ()
) -> tuple[Proposal | Refusal, dict[str, str]]:
    """Propose over files in a directory; give the outcome and the changed files."""
    change_set = ChangeSet(
        id="001", title="", entries=(), regions=(), functions=functions, attempts=(attempt,)
    )
    with tempfile.TemporaryDirectory() as directory:
        root = Path(directory)
        for file, text in files.items():
            (root / file).parent.mkdir(parents=True, exist_ok=True)
            (root / file).write_bytes(text.encode())
        tree = Tree(root)
        outcome = propose(change_set, 0, tree, rulebook())
        if isinstance(outcome, Refusal):
            return outcome, {}
        return outcome, {f: data.decode() for f, data in apply_proposal(tree, outcome).items()}


def converted(before: str, *edits: Edit, **options: object) -> str:
    """Convert ``app.py`` and give its new text; fails on a refusal."""
    before = dedent(before)
    attempt = attempt_of({"app.py": before}, list(edits), **options)  # type: ignore[arg-type]
    outcome, files = convert({"app.py": before}, attempt)
    assert not isinstance(outcome, Refusal), f"{outcome.reason}: {outcome.message}"
    after = files["app.py"]
    compile(after, "app.py", "exec")
    assert cst.parse_module(after).code == after
    return after


def refused(before: str, *edits: Edit, **options: object) -> str:
    """Convert ``app.py``, which must be refused, and give the reason."""
    before = dedent(before)
    attempt = attempt_of({"app.py": before}, list(edits), **options)  # type: ignore[arg-type]
    outcome, _ = convert({"app.py": before}, attempt)
    assert isinstance(outcome, Refusal), outcome
    assert outcome.message
    return outcome.reason


def _ref(name: str, files: dict[str, str]) -> FunctionRef:
    parts = name.split(".")
    for length in range(len(parts) - 1, 0, -1):
        for file in ("/".join(parts[:length]) + ".py", "/".join(parts[:length]) + "/__init__.py"):
            if file in files:
                return FunctionRef(file=file, name=name)
    raise AssertionError(f"no file for {name}")


def _call_edit(files: dict[str, str], edit: Edit) -> CallEdit:
    text = files[edit.file]
    tree = ast.parse(text)
    found = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.get_source_segment(text, node) == edit.text
    ]
    found.sort(key=lambda node: (node.lineno, node.col_offset))
    node = found[edit.nth]
    span = Span(node.lineno, node.col_offset, node.end_lineno or 0, node.end_col_offset or 0)
    module = edit.file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    holder = _holder(tree, node)
    return CallEdit(
        site=Site(edit.file, span),
        function=f"{module}.{holder}",
        callee=edit.callee,
        action=edit.action,
        rule="RA101",
    )


def _holder(tree: ast.AST, call: ast.Call) -> str:
    """Give the innermost function around ``call``; a class body counts as its surroundings."""

    def search(node: ast.AST, names: tuple[str, ...], holder: str) -> str | None:
        if node is call:
            return holder
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names = (*names, node.name)
            holder = holder if isinstance(node, ast.ClassDef) else ".".join(names)
        children = ast.iter_child_nodes(node)
        found = (search(child, names, holder) for child in children)
        return next((name for name in found if name is not None), None)

    return search(tree, (), "") or ""
