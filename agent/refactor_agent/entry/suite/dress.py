"""Async tests and fixtures, dressed for the runner that a project has."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import libcst as cst
import libcst.matchers as m

from refactor_agent.domain.plan import Refusal
from refactor_agent.domain.proposal import ImportEdit
from refactor_agent.edit import with_imports
from refactor_agent.entry.suite.runner import Runner
from refactor_agent.tree import Tree

__all__ = ["Dressed", "dress"]

_MARKS = {"pytest-asyncio": "asyncio", "anyio": "anyio"}
_SETUP = {
    "setUp": "asyncSetUp", "tearDown": "asyncTearDown",
    "setUpClass": "", "tearDownClass": "",
}  # fmt: skip
"""Methods of a `TestCase`, and what `IsolatedAsyncioTestCase` awaits in their place."""


@dataclass
class Dressed:
    """A file of tests, and what of it can't be run."""

    data: bytes
    refusals: list[Refusal] = field(default_factory=list)


def dress(tree: Tree, file: str, data: bytes, runner: Runner) -> Dressed:
    """Let every test that is async in ``data``, and not in ``tree``, be run by ``runner``."""
    before = tree.read(file)
    old = {name for name, node in _functions(cst.parse_module(before)) if node.asynchronous}
    dresser = _Dresser(file, runner, old)
    module = cst.parse_module(data).visit(dresser)
    edits = [ImportEdit(file=file, module=name) for name in sorted(dresser.imports)]
    return Dressed(with_imports(tree, file, module.bytes, edits), dresser.refusals)


class _Dresser(cst.CSTTransformer):
    def __init__(self, file: str, runner: Runner, old: set[str]) -> None:
        super().__init__()
        self._file = file
        self._runner = runner
        self._old = old
        self._path: list[str] = []
        self._cases: list[bool] = []
        """Whether each class around is a `TestCase`, the innermost last."""
        self._marked: list[bool] = [False]
        self.imports: set[str] = set()
        self.refusals: list[Refusal] = []

    def visit_Module(self, node: cst.Module) -> None:  # noqa: N802
        self._marked[0] = self._is_all_marked(node.body)

    def visit_ClassDef(self, node: cst.ClassDef) -> None:  # noqa: N802
        self._path.append(node.name.value)
        self._cases.append(any(_last(base.value) == "TestCase" for base in node.bases))
        marked = any(self._is_mark(one) for one in node.decorators)
        self._marked.append(marked or self._is_all_marked(node.body.body))

    def leave_ClassDef(  # noqa: N802
        self, original_node: cst.ClassDef, updated_node: cst.ClassDef
    ) -> cst.ClassDef:
        self._path.pop()
        self._marked.pop()
        is_case = self._cases.pop()
        fresh = [
            node.name.value
            for node in original_node.body.body
            if isinstance(node, cst.FunctionDef)
            and node.asynchronous
            and f"{'.'.join([*self._path, original_node.name.value, node.name.value])}"
            not in self._old
        ]
        if not is_case or not fresh:
            return updated_node
        return updated_node.with_changes(bases=[_isolated(base) for base in updated_node.bases])

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
        if self._cases and self._cases[-1]:
            return self._in_case(updated_node)
        fixture = next((one for one in original_node.decorators if _is_fixture(one)), None)
        if fixture is not None:
            return self._fixture(updated_node)
        if original_node.name.value.startswith("test"):
            return self._test(updated_node)
        return updated_node

    def _in_case(self, node: cst.FunctionDef) -> cst.FunctionDef:
        new = _SETUP.get(node.name.value)
        if new == "":
            self._refuse(f"{node.name.value} runs once for the class, outside the loop of a test")
        return node.with_changes(name=cst.Name(new)) if new else node

    def _test(self, node: cst.FunctionDef) -> cst.FunctionDef:
        if self._runner.kind == "none":
            return _run_inside(node, self.imports)
        if self._runner.auto or any(self._marked) or any(map(self._is_mark, node.decorators)):
            return node
        self.imports.add("pytest")
        mark = cst.Decorator(cst.parse_expression(f"pytest.mark.{self._mark}"))
        return node.with_changes(decorators=[mark, *node.decorators])

    def _fixture(self, node: cst.FunctionDef) -> cst.FunctionDef:
        if self._runner.kind == "none":
            self._refuse(
                f"the fixture {node.name.value} must wait, and the project has no runner for async"
                " fixtures; add pytest-asyncio to its test requirements"
            )
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

    def _refuse(self, message: str) -> None:
        self.refusals.append(Refusal(reason="no-async-runner", message=f"{self._file}: {message}"))


def _run_inside(node: cst.FunctionDef, imports: set[str]) -> cst.FunctionDef:
    """Give a plain test that runs its body as a coroutine: ``asyncio.run(run())``.

    Its docstring, which runners show as the test's name, stays the test's.
    """
    imports.add("asyncio")
    about, body = _docstring_apart(node)
    inner = cst.FunctionDef(
        name=cst.Name("run"),
        params=cst.Parameters(),
        body=body,
        asynchronous=cst.Asynchronous(),
        returns=cst.Annotation(cst.Name("None")) if node.returns is not None else None,
        leading_lines=[cst.EmptyLine(indent=False)] if about else [],
    )
    call = cst.parse_statement("asyncio.run(run())\n")
    outer = cst.IndentedBlock(
        [*about, inner, call.with_changes(leading_lines=[cst.EmptyLine(indent=False)])]
    )
    return node.with_changes(asynchronous=None, body=outer)


def _docstring_apart(node: cst.FunctionDef) -> tuple[Sequence[cst.BaseStatement], cst.BaseSuite]:
    """Give the statement that is the docstring, if any, and the body without it."""
    block = node.body
    if not isinstance(block, cst.IndentedBlock) or node.get_docstring() is None:
        return (), block
    about, *rest = block.body
    if not rest:
        return (), block
    first = rest[0]
    if isinstance(first, cst.SimpleStatementLine | cst.BaseCompoundStatement):
        comments = [line for line in first.leading_lines if line.comment is not None]
        rest[0] = first.with_changes(leading_lines=comments)
    return (about,), block.with_changes(body=rest)


def _isolated(base: cst.Arg) -> cst.Arg:
    value = base.value
    if isinstance(value, cst.Attribute) and value.attr.value == "TestCase":
        new: cst.BaseExpression = value.with_changes(attr=cst.Name("IsolatedAsyncioTestCase"))
        return base.with_changes(value=new)
    if isinstance(value, cst.Name) and value.value == "TestCase":
        return base.with_changes(value=cst.Name("IsolatedAsyncioTestCase"))
    return base


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
