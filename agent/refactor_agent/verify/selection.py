"""Which tests reach a change, by the baseline's line map."""

from __future__ import annotations

import ast
import difflib
from collections.abc import Collection, Iterator, Mapping

from refactor_agent.tree import Tree
from refactor_agent.verify.baseline import Baseline
from refactor_agent.verify.ranges import parse_ranges

__all__ = ["select_tests"]

_Function = ast.FunctionDef | ast.AsyncFunctionDef


def select_tests(
    baseline: Baseline, snapshot: Tree, files: Mapping[str, bytes]
) -> frozenset[str] | None:
    """Give the ids of the tests that reach what ``files`` change against ``snapshot``.

    ``None`` when the map can't say, so that the whole suite must run: a file that was not
    watched, or a change of module-level code other than imports.
    """
    selected: set[str] = set()
    for file, data in files.items():
        if not file.endswith(".py") or not snapshot.exists(file):
            continue  # a new file is reached through the files that use it
        if file not in baseline.watched:
            return None
        lines = _lines_to_reach(snapshot.read(file), data)
        if lines is None:
            return None
        selected.update(_tests_on(baseline, file, lines))
        selected.update(test for test in baseline.outcomes if _is_in(test, file))
    return frozenset(selected & baseline.collected)


def _is_in(test: str, file: str) -> bool:
    path = test.partition("::")[0]
    return path == file or file.endswith("/" + path)


def _tests_on(baseline: Baseline, file: str, lines: Collection[int]) -> Iterator[str]:
    for test, text in baseline.lines.get(file, {}).items():
        if test and not parse_ranges(text).isdisjoint(lines):
            yield test


def _lines_to_reach(before: bytes, after: bytes) -> frozenset[int] | None:
    tree = ast.parse(before)
    functions = [node for node in ast.walk(tree) if isinstance(node, _Function)]
    imports = _import_lines(tree)
    lines: set[int] = set()
    for touched in _touched(before.splitlines(), after.splitlines()):
        inside = [node for node in functions if _start(node) <= touched.line <= _end(node)]
        if inside:
            innermost = max(inside, key=_start)
            lines.update(range(innermost.body[0].lineno, _end(innermost) + 1))
        elif touched.removed and touched.text.strip() and touched.line not in imports:
            return None
    return frozenset(lines)


class _Touched:
    """A line of the file before that was removed, or that something was put beside."""

    def __init__(self, line: int, text: bytes, *, removed: bool) -> None:
        self.line = line
        self.text = text
        self.removed = removed


def _touched(before: list[bytes], after: list[bytes]) -> Iterator[_Touched]:
    matcher = difflib.SequenceMatcher(a=before, b=after, autojunk=False)
    for kind, start, end, _, _ in matcher.get_opcodes():
        if kind == "equal":
            continue
        if kind == "insert":
            around = (start, start + 1)
            lines = [line for line in around if 1 <= line <= len(before)]
        else:
            lines = list(range(start + 1, end + 1))
        for line in lines:
            yield _Touched(line, before[line - 1], removed=kind != "insert")


def _import_lines(tree: ast.Module) -> frozenset[int]:
    lines: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            lines.update(range(node.lineno, _end(node) + 1))
    return frozenset(lines)


def _start(node: _Function) -> int:
    return min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])


def _end(node: ast.stmt) -> int:
    return node.end_lineno or node.lineno
