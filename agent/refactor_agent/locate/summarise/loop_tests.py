"""Code that runs only where no event loop does: behind a look for the running one.

``try: loop = asyncio.get_running_loop()`` with ``except RuntimeError``, and conditions on what
that bound: what stands on the other side may block as it likes.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from typing import Any

from refactor_agent.locate.summarise.walk import Walk
from refactor_agent.locate.terms import leaves

__all__ = ["looks_for_loop", "no_loop_if", "note_loop_flags"]

_LOOKS = frozenset({"get_event_loop", "get_running_loop"})
_LOOPS = _LOOKS | {"new_event_loop"}
_ANY = frozenset({"BaseException", "Exception", None})
_BOTH = frozenset({True, False})
_NEITHER: frozenset[bool] = frozenset()


def looks_for_loop(node: ast.Try) -> bool:
    """Say whether the handlers of a ``try`` run only where no loop does."""
    if not node.body or not _looks(node.body[0]):
        return False
    caught = {name for handler in node.handlers for name in _caught(handler)}
    if caught == {"RuntimeError"}:
        return True
    return not caught.isdisjoint({"RuntimeError", *_ANY}) and all(map(_is_simple, node.body[1:]))


def _caught(handler: ast.ExceptHandler) -> list[str | None]:
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return [getattr(kind, "attr", getattr(kind, "id", None)) for kind in kinds]


def _looks(node: ast.stmt) -> bool:
    value = node.value if isinstance(node, ast.Expr | ast.Assign | ast.AnnAssign) else None
    return isinstance(value, ast.Call) and _last_name(value.func) in _LOOKS


def _last_name(node: ast.expr) -> str | None:
    return getattr(node, "attr", getattr(node, "id", None))


def _is_simple(node: ast.stmt) -> bool:
    """Say whether a statement raises nothing that a handler could catch."""
    value = node.value if isinstance(node, ast.Assign | ast.Return) else None
    return isinstance(node, ast.Pass) or isinstance(value, ast.Constant | ast.Name)


def note_loop_flags(walk: Walk, node: ast.Try) -> None:
    """Note the names that say, after such a ``try``, whether a loop runs."""
    bound = dict(_flags(node.body))
    for handler in node.handlers:
        other = dict(_flags(handler.body))
        for name, truth in bound.items():
            without = other.get(name, False if truth else None)
            binding = walk.scope.env.get(name)
            if binding is not None and without is not None and without != truth:
                walk.scope.loop_flags[name] = binding.stamp, without


def _flags(nodes: list[ast.stmt]) -> Iterator[tuple[str, bool]]:
    """Give the names that statements bind to a loop, to nothing or to a truth value."""
    for node in nodes:
        target = node.targets[0] if isinstance(node, ast.Assign) else None
        if isinstance(node, ast.AnnAssign):
            target = node.target
        if not isinstance(node, ast.Assign | ast.AnnAssign) or not isinstance(target, ast.Name):
            continue
        if _looks(node):
            yield target.id, True
        elif isinstance(node.value, ast.Constant):
            yield target.id, bool(node.value.value)


def no_loop_if(walk: Walk, node: ast.expr) -> frozenset[bool]:
    """Give the results of a condition from which it follows that no loop runs."""
    handler = _KINDS.get(type(node))
    return _NEITHER if handler is None else handler(walk, node)


def _of_name(walk: Walk, node: ast.Name) -> frozenset[bool]:
    stamp, without = walk.scope.loop_flags.get(node.id, (-1, False))
    binding = walk.scope.env.get(node.id) if stamp >= 0 else None
    return frozenset({without}) if binding is not None and binding.stamp == stamp else _NEITHER


def _of_call(walk: Walk, node: ast.Call) -> frozenset[bool]:
    return frozenset({False}) if _asks_whether_running(walk, node) else _NEITHER


def _of_not(walk: Walk, node: ast.UnaryOp) -> frozenset[bool]:
    if not isinstance(node.op, ast.Not):
        return _NEITHER
    return frozenset(not truth for truth in no_loop_if(walk, node.operand))


def _of_all(walk: Walk, node: ast.BoolOp) -> frozenset[bool]:
    parts = [no_loop_if(walk, part) for part in node.values]
    if not any(parts):
        return _NEITHER
    decisive = isinstance(node.op, ast.And)  # true only if each part is
    return frozenset(
        truth
        for truth in _BOTH
        if (any if truth == decisive else all)(truth in part for part in parts)
    )


def _of_comparison(walk: Walk, node: ast.Compare) -> frozenset[bool]:
    if not walk.scope.loop_flags or not _compares_with_none(node):
        return _NEITHER
    is_none = isinstance(node.ops[0], ast.Is | ast.Eq)
    return frozenset({is_none}) if False in no_loop_if(walk, node.left) else _NEITHER


def _compares_with_none(node: ast.Compare) -> bool:
    other = node.comparators[0]
    known = isinstance(node.ops[0], ast.Is | ast.IsNot | ast.Eq | ast.NotEq)
    return known and isinstance(other, ast.Constant) and other.value is None


def _asks_whether_running(walk: Walk, node: ast.Call) -> bool:
    """Say whether this is ``asyncio.get_event_loop().is_running()``, or by a name for the loop."""
    func = node.func
    if not isinstance(func, ast.Attribute) or func.attr != "is_running":
        return False
    if isinstance(func.value, ast.Call):
        return _last_name(func.value.func) in _LOOKS
    if not isinstance(func.value, ast.Name):
        return False
    binding = walk.scope.env.get(func.value.id)
    term = None if binding is None else binding.term
    made = (leaf for leaf in leaves(walk.scope.definitions, term) if leaf[0] != "#")
    found = [_maker(walk, leaf) for leaf in made]
    return not _LOOKS.isdisjoint(found) and _LOOPS.issuperset(found)


def _maker(walk: Walk, term: tuple[object, ...]) -> object:
    """Give the last name of what a term is the result of."""
    call = walk.body.calls[term[1]] if term[0] == "k" and isinstance(term[1], int) else None
    return call.func[-1] if call is not None and call.func is not None else None


_KINDS: dict[type[ast.expr], Callable[[Walk, Any], frozenset[bool]]] = {
    ast.BoolOp: _of_all,
    ast.Call: _of_call,
    ast.Compare: _of_comparison,
    ast.Name: _of_name,
    ast.UnaryOp: _of_not,
}
