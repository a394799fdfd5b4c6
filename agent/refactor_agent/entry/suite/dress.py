"""Async tests and fixtures, dressed for the runner that a project has."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import libcst as cst
import libcst.matchers as m

from refactor_agent.domain.plan import Refusal
from refactor_agent.domain.proposal import ImportEdit
from refactor_agent.edit import with_imports
from refactor_agent.entry.suite.bound import bound_names
from refactor_agent.entry.suite.cases import Case, Cases
from refactor_agent.entry.suite.in_case import CaseDresser
from refactor_agent.entry.suite.run_inside import run_inside
from refactor_agent.entry.suite.runner import Runner
from refactor_agent.tree import Tree

__all__ = ["Dressed", "dress"]

_MARKS = {"pytest-asyncio": "asyncio", "anyio": "anyio", "tornado": "gen_test"}
_NO_FIXTURE = {
    "none": "the project has no runner for async fixtures; add pytest-asyncio to its test"
    " requirements",
    "anyio": "with several backends of anyio the tests that ask for it would get other names; have"
    " a fixture anyio_backend name one",
    "tornado": "pytest-tornado runs no async fixtures; call what it makes in the tests",
}


@dataclass
class Dressed:
    """A file of tests, and what of it can't be run."""

    data: bytes
    refusals: list[Refusal] = field(default_factory=list)


def dress(tree: Tree, file: str, data: bytes, runner: Runner, cases: Cases) -> Dressed:
    """Let every test that is async in ``data``, and not in ``tree``, be run by ``runner``.

    What stands in one of ``cases`` is run as that kind of case runs what is async.
    """
    before = tree.read(file)
    old = {name for name, node in _functions(cst.parse_module(before)) if node.asynchronous}
    in_cases = CaseDresser(file, dict(bound_names(ast.parse(before))))
    dresser = _Dresser(file, runner, cases, in_cases, old)
    module = cst.parse_module(data).visit(dresser)
    edits = [ImportEdit(file=file, module=name) for name in sorted(dresser.imports)]
    edits += dict.fromkeys(in_cases.edits)
    refusals = [
        Refusal(reason="no-async-runner", message=f"{file}: {message}")
        for message in (*dresser.refused, *in_cases.refused)
    ]
    return Dressed(with_imports(tree, file, module.bytes, edits), refusals)


class _Dresser(cst.CSTTransformer):
    def __init__(
        self, file: str, runner: Runner, cases: Cases, in_cases: CaseDresser, old: set[str]
    ) -> None:
        super().__init__()
        self._file = file
        self._runner = runner
        self._known = cases
        self._in_cases = in_cases
        self._old = old
        self._path: list[str] = []
        self._cases: list[tuple[Case | None, frozenset[str]]] = []
        """What kind of case each class around is, and its methods; the innermost last."""
        self._marked: list[bool] = [False]
        self.imports: set[str] = set()
        self.refused: list[str] = []

    def visit_Module(self, node: cst.Module) -> None:  # noqa: N802
        self._marked[0] = self._is_all_marked(node.body)

    def visit_ClassDef(self, node: cst.ClassDef) -> None:  # noqa: N802
        self._path.append(node.name.value)
        methods = frozenset(
            one.name.value for one in node.body.body if isinstance(one, cst.FunctionDef)
        )
        self._cases.append((self._known.of(self._file, ".".join(self._path)), methods))
        marked = any(self._is_mark(one) for one in node.decorators)
        self._marked.append(marked or self._is_all_marked(node.body.body))

    def leave_ClassDef(  # noqa: N802
        self, original_node: cst.ClassDef, updated_node: cst.ClassDef
    ) -> cst.ClassDef:
        name = ".".join(self._path)
        self._path.pop()
        self._marked.pop()
        case, _ = self._cases.pop()
        fresh = any(
            isinstance(node, cst.FunctionDef)
            and node.asynchronous
            and f"{name}.{node.name.value}" not in self._old
            for node in original_node.body.body
        )
        return self._in_cases.bases(updated_node, case) if case and fresh else updated_node

    def visit_FunctionDef(self, node: cst.FunctionDef) -> None:  # noqa: N802
        self._path.append(node.name.value)

    def leave_FunctionDef(  # noqa: N802
        self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef
    ) -> cst.FunctionDef:
        name = ".".join(self._path)
        self._path.pop()
        fresh = updated_node.asynchronous is not None and name not in self._old
        if not fresh or len(self._path) > len(self._cases):
            return updated_node
        case, methods = self._cases[-1] if self._cases else (None, frozenset[str]())
        if case is not None:
            return self._in_cases.method(updated_node, case, self._path[-1], methods)
        fixture = next((one for one in original_node.decorators if _is_fixture(one)), None)
        if fixture is not None:
            return self._fixture(updated_node)
        if original_node.name.value.startswith("test"):
            return self._test(updated_node)
        return updated_node

    def _test(self, node: cst.FunctionDef) -> cst.FunctionDef:
        if self._runner.kind == "none" or self._runner.renames:
            self.imports.add("asyncio")
            return run_inside(node)
        if self._runner.auto or any(self._marked) or any(map(self._is_mark, node.decorators)):
            return node
        self.imports.add("pytest")
        mark = cst.Decorator(cst.parse_expression(f"pytest.mark.{self._mark}"))
        return node.with_changes(decorators=[mark, *node.decorators])

    def _fixture(self, node: cst.FunctionDef) -> cst.FunctionDef:
        kind = self._runner.kind
        if kind in _NO_FIXTURE and (kind != "anyio" or self._runner.renames):
            self.refused.append(f"the fixture {node.name.value} must wait, and {_NO_FIXTURE[kind]}")
        if self._runner.kind != "pytest-asyncio" or self._runner.auto:
            return node
        self.imports.add("pytest_asyncio")
        decorators = [
            one.with_changes(decorator=_asyncio_fixture(one.decorator)) if _is_fixture(one) else one
            for one in node.decorators
        ]
        return node.with_changes(decorators=decorators)

    @property
    def _mark(self) -> str:
        return _MARKS.get(self._runner.kind, "asyncio")

    def _is_all_marked(self, body: Sequence[cst.CSTNode]) -> bool:
        """Say whether ``pytestmark``, a mark or a list of marks, holds the runner's."""
        mark = m.Attribute(value=m.Attribute(attr=m.Name("mark")), attr=m.Name(self._mark))
        given = m.Assign(targets=[m.AssignTarget(m.Name("pytestmark"))]) | m.AnnAssign(
            target=m.Name("pytestmark")
        )
        small = (
            part for line in body if isinstance(line, cst.SimpleStatementLine) for part in line.body
        )
        return any(m.matches(part, given) and m.findall(part, mark) for part in small)

    def _is_mark(self, node: cst.Decorator) -> bool:
        return _last(node.decorator) == self._mark


def _is_fixture(node: cst.Decorator) -> bool:
    return _last(node.decorator) == "fixture"


def _asyncio_fixture(node: cst.BaseExpression) -> cst.BaseExpression:
    if isinstance(node, cst.Call):
        return node.with_changes(func=_asyncio_fixture(node.func))
    return cst.parse_expression("pytest_asyncio.fixture")


def _last(node: cst.BaseExpression) -> str:
    """Give the last name of a decorator or a base: ``pytest.fixture(...)`` is a ``fixture``."""
    if isinstance(node, cst.Call):
        return _last(node.func)
    if isinstance(node, cst.Attribute):
        return node.attr.value
    return node.value if isinstance(node, cst.Name) else ""


def _functions(node: cst.CSTNode, path: str = "") -> Iterator[tuple[str, cst.FunctionDef]]:
    for child in node.children:
        if isinstance(child, cst.FunctionDef | cst.ClassDef):
            name = f"{path}{child.name.value}"
            if isinstance(child, cst.FunctionDef):
                yield name, child
            yield from _functions(child, f"{name}.")
        else:
            yield from _functions(child, path)
