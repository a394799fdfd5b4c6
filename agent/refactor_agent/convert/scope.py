"""What names a run of statements takes from its function and gives back to it.

Asked of the standard library's syntax tree, by line numbers: a run is a range of whole lines.
Names are over-counted where scopes nest, which can only lead to a spare argument or a refusal.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from refactor_agent.convert.binding import bound_by

__all__ = [
    "Flow", "Function", "Lines", "always_leaves", "bodies", "flow", "own_nodes", "statements_on",
    "yields",
]  # fmt: skip

Function = ast.FunctionDef | ast.AsyncFunctionDef
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


class Lines(NamedTuple):
    """A range of lines, both ends included."""

    first: int
    last: int

    def holds(self, node: ast.AST) -> bool:
        """Say whether ``node`` starts in the range."""
        return self.first <= getattr(node, "lineno", 0) <= self.last


class Flow(NamedTuple):
    """The names that cross the border of a run of statements."""

    needed: tuple[str, ...]
    """Rebound inside, with a value from before: they must be passed in."""
    given: tuple[str, ...]
    """Bound inside and read afterwards, in the order of binding."""
    doubtful: tuple[str, ...]
    """Crossing names that may be unbound when they cross."""


def flow(function: Function, lines: Lines, statements: Sequence[ast.stmt]) -> Flow:
    """Work out the names that ``statements``, which stand on ``lines``, take and give."""
    stores = list(_stores(function))
    inside = [name for name, node in stores if lines.holds(node)]
    bound = list(dict.fromkeys(inside))
    loop = _loop_around(function, lines)
    before = {
        name for name, node in stores if getattr(node, "lineno", 0) < lines.first
        or (loop is not None and not lines.holds(node))
    } | _parameters(function)  # fmt: skip
    loads = [(n, node) for n, node in _loads(function) if n in bound]
    read_inside = {name for name, node in loads if lines.holds(node)}
    later = _read_later(function, loads, lines, loop)
    given = [name for name in bound if name in later]
    if loop is not None:
        given += [name for name in bound if name in read_inside and name not in given
                  and name in before]  # fmt: skip
    sure = _surely_bound(statements)
    needed = [n for n in bound if n in before and (n in read_inside or n in set(given) - sure)]
    sure_before = _bound_before(function, lines)
    doubtful = [n for n in needed if n not in sure_before]
    doubtful += [n for n in given if n not in sure and n not in needed]
    if loop is not None:
        doubtful += [n for n in bound if n in read_inside - before - sure]
    return Flow(tuple(needed), tuple(given), tuple(doubtful))


def statements_on(function: Function, lines: Lines) -> Sequence[ast.stmt]:
    """Give the statements that stand on the lines and whose holder does not."""
    body: Sequence[ast.stmt] = function.body
    while body:
        found = [statement for statement in body if lines.holds(statement)]
        if found:
            return found
        holder = next(s for s in reversed(body) if s.lineno < lines.first)
        body = next((inner for inner in bodies(holder) if _covers(inner, lines)), ())
    return ()


def own_nodes(roots: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """Give the nodes that run in the function itself, not in one that is defined there."""
    for root in roots:
        yield root
        if isinstance(root, _SCOPES):
            yield from own_nodes(_run_at_definition(root))
        else:
            yield from own_nodes(ast.iter_child_nodes(root))


def yields(function: Function) -> bool:
    """Say whether a call of ``function`` makes a generator; an async one has no ``yield from``."""
    return any(isinstance(node, ast.Yield | ast.YieldFrom) for node in own_nodes(function.body))


def always_leaves(statements: Sequence[ast.stmt]) -> bool:
    """Say whether control never runs off the end: every way out returns or raises."""
    if not statements:
        return False
    last = statements[-1]
    if isinstance(last, ast.Return | ast.Raise):
        return True
    if isinstance(last, ast.With) and not _suppresses(last):
        return always_leaves(last.body)
    if isinstance(last, ast.If):
        return always_leaves(last.body) and always_leaves(last.orelse)
    if isinstance(last, ast.Try):
        handled = all(always_leaves(handler.body) for handler in last.handlers)
        return handled and (always_leaves(last.body) or always_leaves(last.orelse))
    return False


def _run_at_definition(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.Lambda):
        yield from (*node.args.defaults, *filter(None, node.args.kw_defaults))
    elif isinstance(node, ast.ClassDef):
        yield from (*node.decorator_list, *node.bases, *node.keywords)
    elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        yield from node.decorator_list
        yield from (*node.args.defaults, *filter(None, node.args.kw_defaults))


def _stores(function: Function) -> Iterator[tuple[str, ast.AST]]:
    hidden = _comprehension_targets(function)
    for node in own_nodes(function.body):
        name = bound_by(node)
        if name is not None and id(node) not in hidden:
            yield name, node
        if isinstance(node, ast.Import | ast.ImportFrom):
            for alias in node.names:
                yield (alias.asname or alias.name).partition(".")[0], node


def _comprehension_targets(function: Function) -> set[int]:
    return {
        id(name)
        for node in ast.walk(function)
        if isinstance(node, _COMPREHENSIONS)
        for generator in node.generators
        for name in ast.walk(generator.target)
    }


def _loads(function: Function) -> Iterator[tuple[str, ast.AST]]:
    """Give the names read, also in nested functions; ``x += 1`` reads ``x``."""
    for statement in function.body:
        for node in ast.walk(statement):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                yield node.id, node
            elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
                yield node.target.id, node


def _read_later(
    function: Function, loads: list[tuple[str, ast.AST]], lines: Lines, loop: ast.stmt | None
) -> set[str]:
    """Name what is read after the lines ran: below, anywhere in a loop, in any closure."""
    own = {id(node) for node in own_nodes(function.body)}
    return {
        name
        for name, node in loads
        if not lines.holds(node)
        and (loop is not None or id(node) not in own or getattr(node, "lineno", 0) > lines.last)
    }


def _loop_around(function: Function, lines: Lines) -> ast.stmt | None:
    """Give a loop of the function whose body holds the lines."""
    for node in own_nodes(function.body):
        if isinstance(node, ast.For | ast.AsyncFor | ast.While):
            first, last = node.lineno, node.end_lineno or node.lineno
            if first < lines.first and lines.last <= last:
                return node
    return None


def _parameters(function: Function) -> set[str]:
    return {node.arg for node in ast.walk(function.args) if isinstance(node, ast.arg)}


def _surely_bound(statements: Sequence[ast.stmt]) -> set[str]:
    """Name what is bound whenever control runs off the end of ``statements``."""
    bound: set[str] = set()
    for statement in statements:
        bound |= _surely_bound_by(statement)
    return bound


def _surely_bound_by(node: ast.stmt) -> set[str]:
    if isinstance(node, ast.If):
        return _either(node.body, node.orelse)
    if isinstance(node, ast.With | ast.AsyncWith):
        targets = {name for item in node.items for name in _targets(item.optional_vars)}
        return targets if _suppresses(node) else targets | _surely_bound(node.body)
    if isinstance(node, ast.Try):
        whole = _surely_bound([*node.body, *node.orelse])
        for handler in node.handlers:
            if not always_leaves(handler.body):
                whole &= _surely_bound(handler.body)
        return whole | _surely_bound(node.finalbody)
    if isinstance(node, ast.For | ast.AsyncFor | ast.While | ast.Match):
        return set()
    maybe = {id(one.target) for one in ast.walk(node) if isinstance(one, ast.NamedExpr)}
    return {name for name, store in _stores_of(node) if id(store) not in maybe}


def _stores_of(node: ast.stmt) -> Iterator[tuple[str, ast.AST]]:
    holder = ast.FunctionDef("_", ast.arguments([], [], None, [], [], None, []), [node], [])
    return _stores(holder)


def _either(one: Sequence[ast.stmt], other: Sequence[ast.stmt]) -> set[str]:
    if always_leaves(one):
        return _surely_bound(other)
    if always_leaves(other):
        return _surely_bound(one)
    return _surely_bound(one) & _surely_bound(other)


def _targets(node: ast.AST | None) -> set[str]:
    if node is None:
        return set()
    return {name.id for name in ast.walk(node) if isinstance(name, ast.Name)}


def _suppresses(node: ast.With | ast.AsyncWith) -> bool:
    return any("suppress" in ast.unparse(item.context_expr) for item in node.items)


def _bound_before(function: Function, lines: Lines) -> set[str]:
    """Name what is bound whenever control reaches the lines for the first time."""
    bound = _parameters(function)
    body: Sequence[ast.stmt] = function.body
    while True:
        holder = None
        for statement in body:
            if statement.lineno >= lines.first:
                break
            if (statement.end_lineno or statement.lineno) >= lines.first:
                holder = statement
                break
            bound |= _surely_bound_by(statement)
        if holder is None:
            return bound
        bound |= _bound_on_entry(holder)
        body = next((b for b in bodies(holder) if _covers(b, lines)), ())


def _bound_on_entry(node: ast.stmt) -> set[str]:
    if isinstance(node, ast.For | ast.AsyncFor):
        return _targets(node.target)
    if isinstance(node, ast.With | ast.AsyncWith):
        return {name for item in node.items for name in _targets(item.optional_vars)}
    return set()


def bodies(node: ast.stmt) -> Iterator[Sequence[ast.stmt]]:
    """Give the statement lists of a compound statement."""
    for field in ("body", "orelse", "finalbody"):
        yield getattr(node, field, [])
    for handler in (*getattr(node, "handlers", []), *getattr(node, "cases", [])):
        yield handler.body


def _covers(body: Sequence[ast.stmt], lines: Lines) -> bool:
    return bool(body) and body[0].lineno <= lines.first <= (body[-1].end_lineno or 0)
