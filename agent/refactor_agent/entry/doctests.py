"""Doctests in docstrings that call what is async now: they run it, or a note names them."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from refactor_agent.convert.scope import yields
from refactor_agent.edit import SourceFile, lines_of

__all__ = ["Shown", "with_run_examples"]

_Function = ast.FunctionDef | ast.AsyncFunctionDef
_EXAMPLE = re.compile(r"(?P<indent>\s*)(?P<prompt>>>>|\.\.\.) (?P<code>.*)")


_PROMPT = len(">>> ")


class Shown(NamedTuple):
    """A file whose docstrings were gone through."""

    data: bytes
    notes: tuple[tuple[str, str], ...]
    """Examples that a person must rewrite: whose docstring it is, and one line with its place."""


class _Known(NamedTuple):
    """What is async in a module, and was not before, by bare name."""

    functions: frozenset[str]
    methods: Mapping[str, frozenset[str]]
    """By class."""
    read: frozenset[str]
    """Functions and methods that are read or entered, and not awaited."""
    entered: frozenset[str]
    """Classes whose objects are entered with ``async with``."""


def with_run_examples(file: str, before: bytes, data: bytes, faces: Collection[str] = ()) -> Shown:
    """Let examples run the coroutines of their module: ``>>> asyncio.run(load(1))``.

    A doctest has no loop, and each `asyncio.run` makes one. So an object's methods are run where
    the example makes the object itself, or asks it once: what an object keeps, such as connections,
    belongs to one loop. ``before`` is the file as it was; ``faces`` are functions at the top that
    stay plain.
    """
    tree = ast.parse(data)
    known = _known(tree, {*faces, *_names(ast.parse(before))})
    source = SourceFile.decode(file, data)
    lines = lines_of(source.text)
    notes: list[tuple[str, str]] = []
    for owner, node in _docstrings(tree):
        begin, end = node.lineno - 1, node.end_lineno or node.lineno
        done, left = _rewritten(lines[begin:end], known)
        for at, text in left:
            place = f"{file}:{begin + 1 + at}"
            told = f"{place}: the example `{text}` shows what has to wait now: rewrite it"
            notes.append((owner, told))
        lines[begin:end] = done
    return Shown(source.with_text("".join(lines)).encode(), tuple(notes))


def _known(tree: ast.Module, old: Collection[str]) -> _Known:
    found = [item for item in _all_async(tree) if ".".join(filter(None, item[:2])) not in old]
    owners = {owner for owner, _, _ in found if owner}
    return _Known(
        frozenset(name for owner, name, waits in found if waits and not owner),
        {o: frozenset(n for owner, n, waits in found if waits and owner == o) for o in owners},
        frozenset(name for _, name, waits in found if not waits),
        frozenset(owner for owner, name, _ in found if name == "__aenter__"),
    )


def _names(tree: ast.Module) -> Iterator[str]:
    for owner, name, _ in _all_async(tree):
        yield f"{owner}.{name}" if owner else name


def _all_async(tree: ast.Module) -> Iterator[tuple[str, str, bool]]:
    yield from (("", name, waits) for name, waits in _async(tree.body))
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            yield from ((node.name, name, waits) for name, waits in _async(node.body))


def _async(body: Sequence[ast.stmt]) -> Iterator[tuple[str, bool]]:
    """Give the async functions of a body, and whether a call of one is awaited."""
    for node in body:
        if isinstance(node, ast.AsyncFunctionDef):
            yield node.name, not yields(node)


def _docstrings(tree: ast.Module) -> list[tuple[str, ast.expr]]:
    """Give the docstrings with examples, the last first, so that lines keep their numbers."""
    return sorted(_documented(tree, ""), key=lambda found: -found[1].lineno)


def _documented(node: ast.AST, name: str) -> Iterator[tuple[str, ast.expr]]:
    """Give the docstrings in ``node``, called ``name``, with the names of what they are of."""
    if isinstance(node, ast.Module | ast.ClassDef | _Function) and node.body:
        first = node.body[0]
        text = ast.get_docstring(node, clean=False)
        if isinstance(first, ast.Expr) and text is not None and ">>> " in text:
            yield name, first.value
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _documented(child, f"{name}.{child.name}".lstrip("."))
        else:
            yield from _documented(child, name)


class _Example(NamedTuple):
    at: int
    lines: tuple[str, ...]
    """Its code, without prompts."""
    tree: ast.Module


def _rewritten(lines: Sequence[str], known: _Known) -> tuple[list[str], list[tuple[int, str]]]:
    """Give the lines of a docstring with its examples run, and the examples that are left."""
    examples = list(_examples(lines))
    made = dict(_made(examples, known))
    runs = [
        (one, call, receiver)
        for one in examples
        for call in ast.walk(one.tree)
        if isinstance(call, ast.Call) and (receiver := _receiver(call, known, made)) is not None
    ]
    asked = Counter(receiver for _, _, receiver in runs if receiver)
    left = {one.at: one for one in examples if _is_beyond(one, known, made)}
    for one, call, receiver in runs:
        if asked[receiver] > 1 or call.lineno != call.end_lineno or _holds(call, runs):
            left[one.at] = one
    if left:
        return list(lines), [(at, one.lines[0]) for at, one in sorted(left.items())]
    done = list(lines)
    for one, call, _ in sorted(runs, key=lambda run: (run[0].at, *_end(run[1])), reverse=True):
        row = one.at + call.lineno - 1
        text = done[row]
        indent = len(text) - len(text.lstrip()) + _PROMPT
        first, last = indent + call.col_offset, indent + (call.end_col_offset or 0)
        done[row] = f"{text[:first]}asyncio.run({text[first:last]}){text[last:]}"
    if runs and not any("import asyncio" in one.lines for one in examples):
        at = min(one.at for one, _, _ in runs)
        text = lines[at]
        ending = text[len(text.rstrip("\r\n")) :]
        done.insert(at, f"{text[: len(text) - len(text.lstrip())]}>>> import asyncio{ending}")
    return done, []


def _is_beyond(one: _Example, known: _Known, made: Mapping[str, str]) -> bool:
    """Say whether an example reads or enters what is async now, or asks nobody knows whom."""
    for node in ast.walk(one.tree):
        if isinstance(node, ast.With):
            kinds = {_kind(item.context_expr, made) for item in node.items}
            if kinds & known.entered:
                return True
        elif isinstance(node, ast.Call) and _bare(node) in known.read:
            return True
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value
            methods = frozenset[str]().union(*known.methods.values())
            if isinstance(owner, ast.Name) and owner.id not in made and node.func.attr in methods:
                return True
    return not all(line.isascii() for line in one.lines) and _speaks(one, known)


def _speaks(one: _Example, known: _Known) -> bool:
    """Say whether a call may be of what is async now; its columns are not those of the line."""
    names = known.functions.union(*known.methods.values())
    return any(isinstance(n, ast.Call) and _bare(n) in names for n in ast.walk(one.tree))


def _kind(node: ast.expr, made: Mapping[str, str]) -> str:
    if isinstance(node, ast.Name):
        return made.get(node.id, "")
    return _bare(node) if isinstance(node, ast.Call) else ""


def _holds(call: ast.Call, runs: Sequence[tuple[_Example, ast.Call, str]]) -> bool:
    within = {id(part) for part in ast.walk(call)} - {id(call)}
    return any(id(other) in within for _, other, _ in runs)


def _examples(lines: Sequence[str]) -> Iterator[_Example]:
    at = 0
    while at < len(lines):
        found = _EXAMPLE.match(lines[at].rstrip("\r\n"))
        begin, code = at, []
        at += 1
        if found is None or found["prompt"] != ">>>":
            continue
        code.append(found["code"])
        while at < len(lines) and lines[at].lstrip().startswith("..."):
            more = _EXAMPLE.match(lines[at].rstrip("\r\n"))
            code.append(more["code"] if more else "")
            at += 1
        try:
            tree = ast.parse("\n".join(code))
        except SyntaxError:
            continue
        yield _Example(begin, tuple(code), tree)


def _made(examples: Sequence[_Example], known: _Known) -> Iterator[tuple[str, str]]:
    """Give the names that examples bind to objects of the module's classes."""
    for one in examples:
        for node in ast.walk(one.tree):
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
                kind = _bare(node.value)
                for target in node.targets if kind in known.methods else ():
                    if isinstance(target, ast.Name):
                        yield target.id, kind


def _receiver(call: ast.Call, known: _Known, made: Mapping[str, str]) -> str | None:
    """Say whose coroutine a call makes: an object's by its name, or nobody's (empty)."""
    func = call.func
    if isinstance(func, ast.Name):
        return "" if func.id in known.functions else None
    if not isinstance(func, ast.Attribute):
        return None
    owner = func.value
    if isinstance(owner, ast.Name) and func.attr in known.methods.get(made.get(owner.id, ""), ()):
        return owner.id
    if isinstance(owner, ast.Call) and func.attr in known.methods.get(_bare(owner), ()):
        return ""
    return None


def _bare(call: ast.Call) -> str:
    func = call.func
    if isinstance(func, ast.Attribute):
        return func.attr
    return func.id if isinstance(func, ast.Name) else ""


def _end(call: ast.Call) -> tuple[int, int]:
    return call.end_lineno or 0, call.end_col_offset or 0
