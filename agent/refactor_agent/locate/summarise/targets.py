"""What assignments bind, and what a function changes outside itself."""

from __future__ import annotations

import ast

from refactor_agent.locate.summarise.walk import Walk
from refactor_agent.locate.summary import Attribute
from refactor_agent.locate.terms import Term

__all__ = ["MUTATORS", "assign", "note_mutation", "note_write", "store_attribute"]

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
        walk.value(target.value)
        walk.value(target.slice)
        note_write(walk, target.value)
        _gains(walk, target.value, ("d", (), term))


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


def _unpack(walk: Walk, targets: list[ast.expr], term: Term, *, temporary: bool) -> None:
    for position, target in enumerate(targets):
        if isinstance(target, ast.Starred):
            rest: Term = ("q", "list", ("e", term))
            assign(walk, target.value, rest, temporary=temporary)
        else:
            assign(walk, target, ("n", term, position), temporary=temporary)


def store_attribute(walk: Walk, target: ast.Attribute, annotation: Term, term: Term) -> None:
    """Note an assignment to an attribute: on ``self`` it says what the attribute is."""
    note_write(walk, target)
    if not isinstance(target.value, ast.Name):
        walk.value(target.value)
        return
    owner = _owner_of_self(walk, walk.scope.read(target.value.id))
    if owner >= 0:
        attributes = walk.classes[owner].attributes.setdefault(target.attr, [])
        function = walk.scope.function
        attributes.append(Attribute(function, annotation, walk.scope.define(term)))


def note_mutation(walk: Walk, func: ast.Attribute, arguments: list[Term]) -> None:
    """Note a call of a method that changes its object, and what a container gets by it."""
    note_write(walk, func.value)
    position = _ADDING.get(func.attr)
    if position is not None and position < len(arguments):
        _gains(walk, func.value, ("q", "list", arguments[position]))
    elif func.attr == "setdefault" and len(arguments) == 2:
        _gains(walk, func.value, ("d", (), arguments[1]))


def _gains(walk: Walk, node: ast.expr, held: Term) -> None:
    """Note that the container ``node`` is also ``held``: one with the new element."""
    if held is None or held[-1] is None or held[-1][0] in "#b":
        return
    if isinstance(node, ast.Name):
        walk.scope.gain(node.id, held)
    elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        owner = _owner_of_self(walk, walk.scope.read(node.value.id))
        if owner >= 0:
            attributes = walk.classes[owner].attributes.setdefault(node.attr, [])
            attributes.append(Attribute(walk.scope.function, None, walk.scope.define(held)))


def _owner_of_self(walk: Walk, term: Term) -> int:
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
