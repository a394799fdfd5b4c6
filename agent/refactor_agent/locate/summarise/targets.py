"""What assignments bind, and what a function changes outside itself."""

from __future__ import annotations

import ast

from refactor_agent.locate.summarise.walk import Walk, place_of
from refactor_agent.locate.summary import Attribute, Store
from refactor_agent.locate.terms import Term, defined

__all__ = [
    "MUTATORS",
    "assign",
    "delete",
    "note_mutation",
    "note_reading",
    "note_write",
    "store_attribute",
]

MUTATORS = frozenset(
    {
        "add", "append", "appendleft", "clear", "discard", "extend", "insert", "pop", "popitem",
        "put", "put_nowait", "remove", "setdefault", "sort", "update",
    }
)  # fmt: skip
"""Methods that change the container they are called on."""

_ADDING = {"add": 0, "append": 0, "appendleft": 0, "insert": 1}
"""Methods that put an argument into a sequence or set, to its position."""


def assign(walk: Walk, target: ast.expr, term: Term, *, temporary: bool = False) -> None:
    """Bind ``target`` to a value."""
    if isinstance(target, ast.Name):
        _bind_name(walk, target.id, term, temporary=temporary)
    elif isinstance(target, ast.Tuple | ast.List):
        _unpack(walk, target.elts, walk.scope.define(term), temporary=temporary)
    elif isinstance(target, ast.Starred):
        assign(walk, target.value, ("q", "list", ("e", term)), temporary=temporary)
    elif isinstance(target, ast.Attribute):
        store_attribute(walk, target, None, term)
    elif isinstance(target, ast.Subscript):
        base, key = walk.value(target.value), walk.value(target.slice)
        note_write(walk, target.value)
        if isinstance(target.slice, ast.Slice):
            note_reading(walk, term, target)
        _store_item(walk, target, base, key, term)


def _bind_name(walk: Walk, name: str, term: Term, *, temporary: bool) -> None:
    scope = walk.scope
    scope.bind(name, term, temporary=temporary)
    if name in scope.declared:
        home = scope.declared[name]
        prefix = walk.functions[home.function].name
        walk.body.writes[f"{prefix}.{name}"] = None
    elif scope.kind == "class":
        attributes = walk.classes[scope.owner].attributes.setdefault(name, [])
        attributes.append(Attribute(scope.function, None, scope.read(name)))
        if term is not None and term[0] == "k":
            walk.note_caller(f".{name}")


def note_reading(walk: Walk, term: Term, node: ast.expr) -> None:
    """Note that all of ``term`` is read at once: ``first, *rest = lines()``, ``[*lines()]``."""
    if term is not None and term[0] not in _AT_HAND:
        walk.body.iterations.append((term, walk.frames, place_of(node)))


_AT_HAND = "#bdqtfcm"
"""Terms for what is there already, so that reading it runs nothing."""


def _unpack(walk: Walk, targets: list[ast.expr], term: Term, *, temporary: bool) -> None:
    for position, target in enumerate(targets):
        if isinstance(target, ast.Starred):
            rest: Term = ("q", "list", ("e", term))
            assign(walk, target.value, rest, temporary=temporary)
        else:
            assign(walk, target, ("n", term, position), temporary=temporary)


def _store_item(walk: Walk, target: ast.Subscript, base: Term, key: Term, term: Term) -> None:
    walk.operate("__setitem__", base, None, target)
    name = key[1] if key is not None and key[0] == "#" else None
    if not isinstance(name, str):
        _gains(walk, target.value, ("d", (), term))
        return
    _gains(walk, target.value, ("d", ((name, _kept(walk, term)),), term))
    if base is not None and base[0] in "apgk" and term is not None and term[0] not in "#b":
        _store(walk, target, base, f"[{name}]", term)


def store_attribute(walk: Walk, target: ast.Attribute, annotation: Term, term: Term) -> None:
    """Note an assignment to an attribute: on ``self`` it says what the attribute is."""
    note_write(walk, target)
    walk.scope.forget_path(target)
    if not isinstance(target.value, ast.Name):
        _store(walk, target, walk.value(target.value), target.attr, term)
        return
    base = walk.scope.read(target.value.id)
    owner = _owner_of_self(walk, base)
    if owner < 0:
        _store(walk, target, base, target.attr, term)
        return
    walk.body.stores.append(Store(base, target.attr, None, False, place_of(target)))
    attributes = walk.classes[owner].attributes.setdefault(target.attr, [])
    function = walk.scope.function
    attributes.append(Attribute(function, annotation, walk.scope.define(_kept(walk, term))))


def delete(walk: Walk, target: ast.expr) -> None:
    """Note that an attribute or item is deleted."""
    note_write(walk, target)
    if isinstance(target, ast.Subscript):
        base = walk.value(target.value)
        walk.value(target.slice)
        walk.operate("__delitem__", base, None, target)
    elif isinstance(target, ast.Attribute):
        base = walk.value(target.value)
        walk.body.stores.append(Store(base, target.attr, None, True, place_of(target)))
    elif isinstance(target, ast.Tuple | ast.List):
        for part in target.elts:
            delete(walk, part)


def _store(walk: Walk, target: ast.expr, base: Term, name: str, term: Term) -> None:
    """Note what is put into an object from outside its class."""
    if base is None:
        return
    kept = walk.scope.define(_kept(walk, term))
    walk.body.stores.append(Store(base, name, kept, False, place_of(target)))
    if kept is not None and kept[0] not in "#b":
        walk.note_caller(f"={name}")


def _kept(walk: Walk, term: Term) -> Term:
    """Give the term for a value that is kept, so that it may be called later by anyone."""
    if term is None or term[0] not in "px":
        return term
    return ("h", walk.scope.function if term[0] == "p" else term[1], term[-1])


def note_mutation(walk: Walk, func: ast.Attribute, arguments: list[Term]) -> None:
    """Note a call of a method that changes its object, and what a container gets by it."""
    note_write(walk, func.value)
    position = _ADDING.get(func.attr)
    if position is not None and position < len(arguments):
        _gains(walk, func.value, ("q", "list", arguments[position]))
        _gains_within(walk, func.value, arguments[position])
    elif func.attr == "setdefault" and len(arguments) == 2:
        _gains(walk, func.value, ("d", (), arguments[1]))


def _gains_within(walk: Walk, node: ast.expr, added: Term) -> None:
    """Note what a list gains that lies in a dict: ``d[key].append(x)``, or ``setdefault``."""
    inner = node.value if isinstance(node, ast.Subscript) else None
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        inner = node.func.value if node.func.attr == "setdefault" else None
    if inner is not None and added is not None and added[0] not in "#b":
        _gains(walk, inner, ("d", (), ("q", "list", _kept(walk, added))))


def _gains(walk: Walk, node: ast.expr, held: Term) -> None:
    """Note that the container ``node`` is also ``held``: one with the new element."""
    if held is None or held[-1] is None or held[-1][0] in "#b":
        return
    held = (*held[:-1], _kept(walk, held[-1]))
    if isinstance(node, ast.Name):
        walk.scope.gain(node.id, held)
    elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        owner = _owner_of_self(walk, walk.scope.read(node.value.id))
        if owner >= 0:
            attributes = walk.classes[owner].attributes.setdefault(node.attr, [])
            attributes.append(Attribute(walk.scope.function, None, walk.scope.define(held)))


def _owner_of_self(walk: Walk, term: Term) -> int:
    term = defined(walk.body.definitions, term)
    if term is not None and term[0] == "a" and term[2] == "__class__":
        term = term[1]  # what is set on the class, its objects have
    if term is None or term[0] not in "px":
        return -1
    number = walk.scope.function if term[0] == "p" else term[1]
    function = walk.functions[number]
    if function.owner >= 0 and function.scope is not None and function.scope.self_name == term[-1]:
        return function.owner
    return -1


def note_write(walk: Walk, node: ast.expr) -> None:
    """Note that the object ``node`` names is changed, where it lives outside the function."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute | ast.Subscript):
        if isinstance(node, ast.Attribute):
            parts.append(node.attr)
        else:
            parts.clear()
        node = node.value
    if not isinstance(node, ast.Name) or walk.scope.kind == "module":
        return
    term = walk.scope.read(node.id)
    if term is None or term[0] not in "gxp" or (term[0] == "p" and not parts):
        return
    if term[0] == "g":
        root = f"{walk.module}.{node.id}"
    elif _owner_of_self(walk, term) >= 0:
        root = "self"
    elif term[0] == "x":
        root = f"{walk.functions[term[1]].name}.{node.id}"
    else:
        return
    walk.body.writes[".".join((root, *reversed(parts)))] = None
