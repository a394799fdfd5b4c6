"""Which statements a change added or altered, and whether a passing test executed them."""

from __future__ import annotations

import ast
import dataclasses
import difflib
from collections.abc import Collection, Iterator, Mapping

from refactor_agent.boundary import VERSIONS, boundary_source
from refactor_agent.domain.place import Site, Span
from refactor_agent.locate import is_test_file
from refactor_agent.tree import Tree
from refactor_agent.verify.probe_log import SuiteRun
from refactor_agent.verify.ranges import parse_ranges

__all__ = ["Coverage", "measure_coverage"]


@dataclasses.dataclass(frozen=True)
class Coverage:
    """What the tests say about the changed statements."""

    tests: tuple[str, ...]
    """Passing tests that executed at least one of them."""
    uncovered: tuple[Site, ...]
    """Those that no passing test executed."""
    decisive: tuple[Site, ...]
    """The uncovered ones that make a call or wait: what the change is about."""


def measure_coverage(
    before: Tree, files: Mapping[str, bytes], run: SuiteRun, passed: Collection[str]
) -> Coverage:
    """Compare ``files`` with ``before``: all of a new file is changed.

    New tests count by what they run, and what is vendored has tests of its own.
    """
    vendored = {boundary_source(module).encode() for module in VERSIONS}
    tests: set[str] = set()
    uncovered: list[Site] = []
    decisive: list[Site] = []
    for file, data in sorted(files.items()):
        old = before.read(file) if before.exists(file) else b""
        if not file.endswith(".py") or data in vendored or (not old and is_test_file(file)):
            continue
        executed = _executed(run, file, passed)
        for statement in _changed_statements(old, data):
            reached = {test for test, lines in executed.items() if lines & statement.lines}
            tests |= reached
            if not reached:
                site = Site(file, statement.span)
                uncovered.append(site)
                decisive.extend([site] if statement.decisive else [])
    return Coverage(tuple(sorted(tests)), tuple(uncovered), tuple(decisive))


def _executed(run: SuiteRun, file: str, passed: Collection[str]) -> Mapping[str, frozenset[int]]:
    lines = run.lines.get(file, {})
    return {test: parse_ranges(text) for test, text in lines.items() if test in passed}


@dataclasses.dataclass(frozen=True)
class _Statement:
    span: Span
    lines: frozenset[int]
    decisive: bool


def _changed_statements(before: bytes, after: bytes) -> Iterator[_Statement]:
    changed = _changed_lines(before.splitlines(), after.splitlines())
    for function in ast.walk(ast.parse(after)):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            header = _header_of(function)
            if changed & header.lines:
                yield dataclasses.replace(header, lines=_body_lines(function))
            for node in _own_statements(function):
                statement = _statement(node)
                if changed & statement.lines and not _is_inert(node):
                    yield statement


def _header_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> _Statement:
    """The ``def`` line runs at import; that it changed is shown by running the body.

    A body of words alone does nothing that running it could show; who calls it is looked at.
    """
    end = max(function.lineno, function.body[0].lineno - 1)
    span = Span(function.lineno, function.col_offset, end, 0)
    lines = frozenset(range(function.lineno, end + 1))
    return _Statement(span, lines, decisive=not all(map(_is_word, function.body)))


def _body_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> frozenset[int]:
    end = function.end_lineno or function.lineno
    return frozenset(range(function.body[0].lineno, end + 1))


def _changed_lines(before: list[bytes], after: list[bytes]) -> frozenset[int]:
    matcher = difflib.SequenceMatcher(a=before, b=after, autojunk=False)
    lines: set[int] = set()
    for kind, _, _, start, end in matcher.get_opcodes():
        if kind in {"replace", "insert"}:
            lines.update(range(start + 1, end + 1))
    return frozenset(lines)


def _own_statements(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[ast.stmt]:
    pending: list[ast.AST] = list(function.body)
    while pending:
        node = pending.pop()
        if isinstance(node, ast.stmt):
            yield node
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                continue
        pending.extend(
            child
            for child in ast.iter_child_nodes(node)
            if isinstance(child, ast.stmt | ast.excepthandler | ast.match_case)
        )


def _statement(node: ast.stmt) -> _Statement:
    end = node.end_lineno or node.lineno
    body = _first_line_of_body(node)
    if body is not None:
        end = max(node.lineno, body - 1)
    span = Span(node.lineno, node.col_offset, end, node.end_col_offset or 0)
    return _Statement(span, frozenset(range(node.lineno, end + 1)), _is_decisive(node))


def _first_line_of_body(node: ast.stmt) -> int | None:
    body = getattr(node, "cases" if isinstance(node, ast.Match) else "body", None)
    if not body:
        return None
    first = body[0].pattern if isinstance(node, ast.Match) else body[0]
    return int(first.lineno)


def _is_inert(node: ast.stmt) -> bool:
    """Statements that leave no trace when they run."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return True  # their bodies are looked at on their own
    if isinstance(node, ast.Global | ast.Nonlocal | ast.Try):
        return True
    return _is_word(node)


def _is_word(node: ast.stmt) -> bool:
    """A docstring, ``...`` or ``pass``."""
    return isinstance(node, ast.Pass) or (
        isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    )


def _is_decisive(node: ast.stmt) -> bool:
    if isinstance(node, ast.AsyncWith | ast.AsyncFor):
        return True
    return any(isinstance(part, ast.Call | ast.Await | ast.Yield) for part in _header(node))


def _header(node: ast.stmt) -> Iterator[ast.AST]:
    """The expressions of a statement, without the statements under it."""
    pending = [child for child in ast.iter_child_nodes(node) if not isinstance(child, ast.stmt)]
    while pending:
        part = pending.pop()
        if isinstance(part, ast.excepthandler | ast.match_case):
            continue
        yield part
        if not isinstance(part, ast.Lambda):
            pending.extend(ast.iter_child_nodes(part))
