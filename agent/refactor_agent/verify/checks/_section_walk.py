"""Follows the paths through a function."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Sequence
from functools import partial

from refactor_agent.verify.checks._locks import is_lock
from refactor_agent.verify.checks._section_calls import CallWalk, Summaries
from refactor_agent.verify.checks._section_uses import State, Summary, joined
from refactor_agent.verify.checks._shared_names import Names
from refactor_agent.verify.checks._units import Unit

__all__ = ["Walk"]

_ROUNDS = 4


class Walk(CallWalk):
    """One walk through one function, in the order in which it runs."""

    def __init__(self, sections: Summaries, unit: Unit, names: Names) -> None:
        super().__init__(sections, unit, names)
        self.loops: list[tuple[list[State], list[State]]] = []

    def run(self) -> Summary:
        """Walk the body and sum up."""
        self.block(self.unit.after.body)
        return self.summed_up()

    def visit(self, node: ast.AST | None) -> None:
        """Pass an expression, in the order in which it is worked out."""
        match node:
            case None | ast.Lambda():
                pass
            case ast.Await():
                self._await(node)
            case ast.Call():
                self.call(node)
            case ast.Name(ctx=ast.Load()) | ast.Attribute(ctx=ast.Load()):
                self._load(node)
            case ast.BoolOp(values=[first, *rest]):
                self.visit(first)
                self.branches([lambda: None, lambda: self.each(rest)])
            case ast.IfExp(test=test, body=body, orelse=orelse):
                self.visit(test)
                self.branches([lambda: self.visit(body), lambda: self.visit(orelse)])
            case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                self._comprehension(node)
            case _:
                self.each(ast.iter_child_nodes(node))
                if isinstance(node, ast.NamedExpr):
                    self.store(node.target)
                elif isinstance(node, ast.Yield):
                    self._yield()

    def each(self, nodes: Iterable[ast.AST]) -> None:
        """Pass several expressions."""
        for node in nodes:
            self.visit(node)

    def _load(self, node: ast.Name | ast.Attribute) -> None:
        name = self.names.shared(node)
        self.use(name, "read", node)
        if name is None and isinstance(node, ast.Attribute):
            self.visit(node.value)

    def _await(self, node: ast.Await) -> None:
        if isinstance(node.value, ast.Call):
            self.arguments(node.value)
            self.file(node.value.func, node.value.args, node.value.keywords, node.value)
        else:
            self.visit(node.value)
        self.wait(node, node)

    def _yield(self) -> None:
        """Whoever takes the item may wait; or may be gone for good."""
        if self.state is not None:
            self.exits = self.exits.joined(self.state)
            self.forget()

    def _comprehension(
        self, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
    ) -> None:
        inner = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]

        def nest(generators: Sequence[ast.comprehension]) -> None:
            if not generators:
                self.each(inner)
                return
            first, *rest = generators

            def turn() -> None:
                self.each(first.ifs)
                nest(rest)

            self._iterate(first, node, turn)

        nest(node.generators)

    def _iterate(
        self,
        loop: ast.For | ast.AsyncFor | ast.comprehension,
        node: ast.AST,
        body: Callable[[], object],
    ) -> None:
        waits = isinstance(loop, ast.AsyncFor) or (
            isinstance(loop, ast.comprehension) and bool(loop.is_async)
        )
        if waits and isinstance(loop.iter, ast.Call):
            self.arguments(loop.iter)
        else:
            self.visit(loop.iter)

        def head() -> None:
            if waits and not isinstance(loop, ast.For):
                self.wait(loop, node)

        def turn() -> None:
            self.store(loop.target)
            body()

        self.repeat(head, turn)

    def store(self, target: ast.expr) -> None:
        """Pass a target of an assignment."""
        match target:
            case ast.Tuple(elts=parts) | ast.List(elts=parts):
                for part in parts:
                    self.store(part)
                return
            case ast.Starred(value=value):
                self.store(value)
                return
            case ast.Name(id=name):
                self._rebind(name)
            case ast.Subscript(value=value, slice=index):
                if self.names.shared(target) is None:
                    self.visit(value)
                self.visit(index)
            case ast.Attribute(value=value) if self.names.shared(target) is None:
                self.visit(value)
        inside = isinstance(target, ast.Subscript)
        self.use(self.names.shared(target), "changed", target, inside=inside)

    def _rebind(self, name: str) -> None:
        """Paths made of a local name are other paths from here on."""
        if self.state is None:
            return
        gone = 0
        for access in self.accesses:
            if access.kind in {"looked at", "replaced"} and name in access.name:
                gone |= self.bit(access)
        self.move(State(self.state.pending & ~gone, self.state.crossed & ~gone))

    def block(self, body: Iterable[ast.stmt]) -> None:
        """Pass statements one after the other."""
        for statement in body:
            outer, self.statement = self.statement, statement
            self._statement(statement)
            self.statement = outer

    def branches(self, ways: Sequence[Callable[[], object]]) -> None:
        """Pass ways of which one is taken."""
        start = self.state
        ends: list[State] = []
        for way in ways:
            self.state = start
            way()
            if self.state is not None:
                ends.append(self.state)
        self.state = joined(ends)

    def repeat(self, head: Callable[[], object], turn: Callable[[], object]) -> None:
        """Pass a loop: ``head`` before every turn and before the end."""
        ends: list[State] = []
        for _ in range(_ROUNDS):
            start = self.state
            head()
            left = self.state
            self.loops.append(([], []))
            turn()
            broken, again = self.loops.pop()
            ends.extend(broken)
            if left is not None:
                ends.append(left)
            back = joined([one for one in (self.state, start, *again) if one is not None])
            self.state = back
            if back == start:
                break
        self.state = joined(ends)

    def _statement(self, node: ast.stmt) -> None:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                pass
            case ast.Assign() | ast.AnnAssign() | ast.AugAssign() | ast.Delete():
                self._assign(node)
            case ast.If() | ast.Match():
                self._choose(node)
            case ast.While(test=test, body=body, orelse=orelse):
                self.repeat(lambda: self.visit(test), lambda: self.block(body))
                self.block(orelse)
            case ast.For() | ast.AsyncFor():
                self._iterate(node, node, lambda: self.block(node.body))
                self.block(node.orelse)
            case ast.With() | ast.AsyncWith():
                self._with(node)
            case ast.Try() | ast.TryStar():
                self._try(node)
            case _:
                self._leave(node)

    def _assign(self, node: ast.Assign | ast.AnnAssign | ast.AugAssign | ast.Delete) -> None:
        match node:
            case ast.Assign(targets=targets, value=value):
                self.visit(value)
                for target in targets:
                    self.store(target)
            case ast.AnnAssign(target=target, value=value):
                self.visit(value)
                if value is not None:
                    self.store(target)
            case ast.AugAssign(target=target, value=value):
                self.use(self.names.shared(target), "read", node)
                self.visit(value)
                self.store(target)
            case ast.Delete(targets=targets):
                for target in targets:
                    self.store(target)

    def _choose(self, node: ast.If | ast.Match) -> None:
        if isinstance(node, ast.If):
            self.visit(node.test)
            self.branches([lambda: self.block(node.body), lambda: self.block(node.orelse)])
            return
        self.visit(node.subject)
        ways = [partial(self.block, case.body) for case in node.cases]
        self.branches([*ways, lambda: None])

    def _leave(self, node: ast.stmt) -> None:
        """Pass a statement without a body, and go where it goes."""
        self.each(ast.iter_child_nodes(node))
        if self.state is None:
            return
        match node:
            case ast.Return():
                self.exits = self.exits.joined(self.state)
            case ast.Break() if self.loops:
                self.loops[-1][0].append(self.state)
            case ast.Continue() if self.loops:
                self.loops[-1][1].append(self.state)
            case ast.Raise():
                pass
            case _:
                return
        self.state = None

    def _with(self, node: ast.With | ast.AsyncWith) -> None:
        outer = self.locks
        for item in node.items:
            if isinstance(node, ast.AsyncWith) and isinstance(item.context_expr, ast.Call):
                self.arguments(item.context_expr)
            else:
                self.visit(item.context_expr)
        waits = isinstance(node, ast.AsyncWith)
        locked = any(is_lock(item.context_expr, waits=waits) for item in node.items)
        if isinstance(node, ast.AsyncWith):
            self.wait(node, node)
        for item in node.items:
            if item.optional_vars is not None:
                self.store(item.optional_vars)
        if locked:
            self.locks = outer | {id(node)}
        self.block(node.body)
        if isinstance(node, ast.AsyncWith) and not locked:
            self.leave(node)
        self.locks = outer

    def _try(self, node: ast.Try | ast.TryStar) -> None:
        start = self.state or State()
        self.raised.append(start)
        inner = len(self.raised)
        self.block(node.body)
        self.block(node.orelse)
        seen = self.raised[inner - 1]
        ends = [self.state] if self.state is not None else []
        for handler in node.handlers:
            self.state = seen
            self.block(handler.body)
            if self.state is not None:
                ends.append(self.state)
        seen = self.raised.pop()
        self.state = joined(ends)
        if node.finalbody:
            self._finally(node.finalbody, seen)

    def _finally(self, body: list[ast.stmt], seen: State) -> None:
        end = self.state
        self.state = seen if end is None else seen.joined(end)
        self.block(body)
        if end is None:
            if self.state is not None:
                self.exits = self.exits.joined(self.state)
            self.state = None
