"""Generators, and who reads or enters them: both become asynchronous together, or neither."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from refactor_agent.domain.callgraph import Function
from refactor_agent.domain.plan import Refusal
from refactor_agent.plan.colourable import is_context_manager
from refactor_agent.plan.edges import Edge
from refactor_agent.plan.facts import Facts
from refactor_agent.plan.reasons import refuse
from refactor_agent.plan.sources import Sources

__all__ = ["TAKE_ALL", "Readers"]

_FUNCTIONS = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
TAKE_ALL = frozenset({"dict", "frozenset", "list", "max", "min", "set", "sorted", "sum", "tuple"})
"""Builtins that read what they are given to its end."""


class Readers:
    """Says which generators can become async ones, and where they are read so that they may."""

    def __init__(self, facts: Facts, sources: Sources) -> None:
        self._facts = facts
        self._sources = sources

    def function_refusals(self, name: str) -> tuple[Refusal, ...]:
        """Say why the generator ``name`` can't be an async one; nothing for other functions.

        An async generator gives no value when it ends, and nothing delegates to one.
        """
        function = self._facts.function(name)
        if function is None or not _yields(function):
            return ()
        reasons = dict.fromkeys(self._reasons(function))
        return tuple(refuse(one, name, self._facts.site(name), "native") for one in reasons)

    def refusals(self, edge: Edge) -> tuple[Refusal, ...]:
        """Say why what ``edge`` makes can't be read asynchronously where it is made."""
        functions = [self._facts.function(callee) for callee in edge.callees]
        given = [one for one in functions if one is not None and _yields(one)]
        if edge.is_leaf or not given:
            return ()
        managing = [is_context_manager(one) for one in given]
        reason = "unclear-callee"
        if len(given) == len(functions) and len(set(managing)) == 1:
            index = self._sources.index(edge.site.file)
            call = index.expressions.get(edge.site.span)
            is_read = _is_entered if managing[0] else _is_read
            if call is not None and is_read(index.parents, call):
                return ()
            reason = "context-manager" if managing[0] else "unknown-reader"
        return (refuse(reason, edge.callees[0], edge.site, "native"),)

    def block_refusals(self, edge: Edge) -> tuple[Refusal, ...]:
        """Say why what ``edge`` opens or steps through can't go to a thread: it yields meanwhile.

        A block that blocks goes to a thread as a whole, and no reader's step can end there.
        """
        function = self._facts.function(edge.function)
        if not edge.is_leaf or function is None or not _yields(function):
            return ()
        index = self._sources.index(edge.site.file)
        node: ast.AST | None = index.expressions.get(edge.site.span)
        made = self._facts.book.returns(edge.callees[0])
        is_kept = made is not None and self._facts.book.thread(made) != "any"
        while node is not None and not isinstance(node, _FUNCTIONS | ast.Module):
            around = index.parents.get(node)
            if _yields_meanwhile(node, around) or (is_kept and isinstance(around, ast.Assign)):
                return (refuse("block-yields", edge.callees[0], edge.site, "offload"),)
            node = around
        return ()

    def _reasons(self, function: Function) -> Iterator[str]:
        node = self._sources.index(function.file).functions.get(function.span.line)
        if node is None or _needs_its_result(node):
            yield "generator-result"
        is_managing = is_context_manager(function)
        kin = [self._facts.function(name) for name in function.family]
        if not all(k and _yields(k) and is_context_manager(k) == is_managing for k in kin):
            yield "context-manager" if is_managing else "generator"


def _yields(function: Function) -> bool:
    """Say whether calling ``function`` gives items to read, or a block to enter."""
    return function.is_generator and not function.is_async


def _needs_its_result(function: ast.FunctionDef) -> bool:
    """Say whether it gives a value at its end, or works with what its reader sends it."""
    waiting: list[ast.AST] = list(function.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Yield | ast.YieldFrom):
            waiting.extend(ast.iter_child_nodes(node.value))
            continue
        if isinstance(node, ast.Yield | ast.YieldFrom):
            return True
        if isinstance(node, ast.Return) and node.value is not None:
            return True
        if not isinstance(node, _FUNCTIONS | ast.ClassDef):
            waiting.extend(ast.iter_child_nodes(node))
    return False


def _yields_meanwhile(node: ast.AST, around: ast.AST | None) -> bool:
    """Say whether ``node`` is what a ``with`` or a loop holds while it yields."""
    if isinstance(node, ast.withitem) or (isinstance(around, ast.For) and around.iter is node):
        body = ast.walk(around) if around is not None else ()
        return any(isinstance(one, ast.Yield | ast.YieldFrom) for one in body)
    return False


def _is_read(parents: Mapping[ast.AST, ast.AST], node: ast.expr) -> bool:
    """Say whether what stands around ``node`` reads it, and has an asynchronous form."""
    reader = parents.get(node)
    if isinstance(reader, ast.For):
        return reader.iter is node
    if isinstance(reader, ast.YieldFrom):
        return isinstance(parents.get(reader), ast.Expr)
    if isinstance(reader, ast.comprehension):
        around = parents.get(reader)
        listed = isinstance(around, ast.GeneratorExp) and _takes_all(parents.get(around), around)
        return reader.iter is node and (listed or not isinstance(around, ast.GeneratorExp))
    return _takes_all(reader, node)


def _is_entered(parents: Mapping[ast.AST, ast.AST], node: ast.expr) -> bool:
    """Say whether a ``with`` enters it, and nothing else: ``async with`` takes no sync ones."""
    item = parents.get(node)
    block = parents.get(item) if item is not None else None
    return isinstance(item, ast.withitem) and isinstance(block, ast.With) and block.items == [item]


def _takes_all(reader: ast.AST | None, node: ast.expr) -> bool:
    if not isinstance(reader, ast.Call) or reader.args[:1] != [node]:
        return False
    if isinstance(reader.func, ast.Name):
        return reader.func.id in TAKE_ALL
    return isinstance(reader.func, ast.Attribute) and reader.func.attr == "join"
