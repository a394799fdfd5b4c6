"""Both paths of a function behind one question: the converted statements, else the old ones."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import partial

import libcst as cst

from refactor_agent.convert.breaking import Bracketed
from refactor_agent.convert.job import FileWork
from refactor_agent.convert.layout import Layout
from refactor_agent.convert.refused import refuse
from refactor_agent.convert.rewrite import Rewrites
from refactor_agent.convert.source import parse

__all__ = ["guarded"]

_Statement = cst.BaseStatement


def guarded(
    work: FileWork,
    changed: cst.Module,
    functions: Sequence[cst.FunctionDef],
    question: cst.BaseExpression,
) -> cst.Module:
    """Give ``changed`` with the new and the old code of ``functions`` side by side.

    ``functions`` are nodes of the file as it was. Only the run of statements that differs stands
    twice. Raises `Refused` where a function has no statements to choose between.
    """
    wanted = {work.source.local_name(function): function for function in functions}
    result = changed.visit(_Guarding(work, wanted, question))
    assert isinstance(result, cst.Module)  # noqa: S101 - a module has no sentinel
    return _fitted(work, result, wanted)


def _fitted(work: FileWork, module: cst.Module, wanted: Collection[str]) -> cst.Module:
    """Break the calls of ``wanted`` whose lines became too long by standing further in."""
    source = parse(work.source.file, module.bytes)
    layout, rewrites = Layout(source, work.layout.width), Rewrites()
    for node in source.parents:
        if not isinstance(node, Bracketed) or layout.outermost(node) is not node:
            continue
        function = source.outermost(node)
        if function is None or source.local_name(function) not in wanted:
            continue
        fitted = layout.fitted(node, node, 0)
        if fitted is not node:
            rewrites.change(node, partial(_becomes, fitted))
    return rewrites.apply(source)


def _becomes(new: cst.CSTNode, old: cst.CSTNode) -> cst.CSTNode:
    del old
    return new


class _Guarding(cst.CSTTransformer):
    def __init__(
        self,
        work: FileWork,
        wanted: Mapping[str, cst.FunctionDef],
        question: cst.BaseExpression,
    ) -> None:
        super().__init__()
        self._work = work
        self._wanted = wanted
        self._question = question
        self._names: list[str] = []

    def visit_ClassDef(self, node: cst.ClassDef) -> None:  # noqa: N802
        self._names.append(node.name.value)

    def leave_ClassDef(  # noqa: N802
        self, original_node: cst.ClassDef, updated_node: cst.ClassDef
    ) -> cst.ClassDef:
        del original_node
        self._names.pop()
        return updated_node

    def visit_FunctionDef(self, node: cst.FunctionDef) -> bool:  # noqa: N802
        self._names.append(node.name.value)
        return False

    def leave_FunctionDef(  # noqa: N802
        self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef
    ) -> cst.FunctionDef:
        name = ".".join(self._names)
        self._names.pop()
        old = self._wanted.get(name)
        if old is None:
            return updated_node
        if _header(self._work, old) != _header(self._work, original_node):
            refuse("flag-signature", f"{name} itself changes", self._work.source.site(old))
        body = self._merged(old, old.body, updated_node.body)
        return updated_node.with_changes(body=body)

    def _merged(
        self, holder: cst.CSTNode, old: cst.BaseSuite, new: cst.BaseSuite
    ) -> cst.IndentedBlock:
        if not (isinstance(old, cst.IndentedBlock) and isinstance(new, cst.IndentedBlock)):
            site = self._work.source.site(holder)
            refuse("flag-one-line", "there is no room for a flag on one line", site)
        start, old_end, new_end = self._difference(old.body, new.body)
        before, after = old.body[start:old_end], new.body[start:new_end]
        inner = self._inside(before, after)
        chosen = inner if inner is not None else self._choice(before, after)
        return new.with_changes(body=(*new.body[:start], chosen, *new.body[new_end:]))

    def _difference(
        self, old: Sequence[_Statement], new: Sequence[_Statement]
    ) -> tuple[int, int, int]:
        """Give where the statements begin to differ, and where either run of them ends."""
        code = self._work.source.module.code_for_node
        olds, news = [code(one) for one in old], [code(one) for one in new]
        start = 0
        while start < min(len(olds), len(news)) and olds[start] == news[start]:
            start += 1
        end = 0
        while end < min(len(olds), len(news)) - start and olds[-1 - end] == news[-1 - end]:
            end += 1
        return start, len(olds) - end, len(news) - end

    def _inside(self, old: Sequence[_Statement], new: Sequence[_Statement]) -> _Statement | None:
        """Go into a block whose head stays: less stands twice. Loops would ask at every turn."""
        if len(old) != 1 or len(new) != 1:
            return None
        was, becomes = old[0], new[0]
        goes_in = cst.FunctionDef | cst.If | cst.Try | cst.With
        if not isinstance(was, goes_in) or type(was) is not type(becomes):
            return None
        assert isinstance(becomes, goes_in)  # noqa: S101 - of one type with `was`
        if _header(self._work, was) != _header(self._work, becomes):
            return None
        return becomes.with_changes(body=self._merged(was, was.body, becomes.body))

    def _choice(self, old: Sequence[_Statement], new: Sequence[_Statement]) -> cst.If:
        first = (*new, *old)[0]
        above = first.leading_lines if hasattr(first, "leading_lines") else ()
        return cst.If(
            test=self._question,
            body=_block(new, above),
            orelse=cst.Else(body=_block(old, above)) if old else None,
            leading_lines=above,
        )


def _block(statements: Sequence[_Statement], above: Sequence[cst.EmptyLine]) -> cst.IndentedBlock:
    """Make a block; the comment ``above`` its first statement goes over the ``if``."""
    if not statements:
        return cst.IndentedBlock([cst.SimpleStatementLine([cst.Pass()])])
    first, *rest = statements
    own: Sequence[cst.EmptyLine] = getattr(first, "leading_lines", ())
    same = len(own) == len(above) and all(a.deep_equals(b) for a, b in zip(own, above, strict=True))
    if isinstance(first, cst.FunctionDef) and same:
        first = first.with_changes(leading_lines=(cst.EmptyLine(indent=False),))
    elif same:
        first = first.with_changes(leading_lines=())
    return cst.IndentedBlock([first, *rest])


def _header(work: FileWork, node: cst.CSTNode) -> str:
    """Give the code of a compound statement without its first block."""
    empty = cst.IndentedBlock([cst.SimpleStatementLine([cst.Pass()])])
    return work.source.module.code_for_node(node.with_changes(body=empty))
