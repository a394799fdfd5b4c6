"""Names of leaf classes, wherever they stand: annotations, constructors, bases, checks."""

from __future__ import annotations

import libcst as cst

from refactor_agent.asyncify.edit import Edit
from refactor_agent.asyncify.leaves.naming import name_of
from refactor_agent.asyncify.pool_code import is_of_its_own, of_its_own
from refactor_agent.asyncify.reentrant import is_needed, reentrant_lock
from refactor_agent.asyncify.request import MODULE
from refactor_agent.asyncify.world import Module, World
from refactor_agent.convert.names import dotted
from refactor_agent.convert.rewrite import Change
from refactor_agent.locate.resolve.attributes import attribute
from refactor_agent.locate.resolve.index import ProjectModule
from refactor_agent.locate.resolve.names import own_name
from refactor_agent.locate.resolve.values import (
    ClassObject,
    External,
    ModuleValue,
    Value,
    Values,
)
from refactor_agent.locate.terms import leaves

__all__ = ["write_names"]


def write_names(world: World, module: Module, edit: Edit) -> None:
    """Write the async class wherever a leaf's sync class is named."""
    for node in _names(module):
        if not _is_wanted(world, module, node) or not edit.spelling.is_import(node):
            continue
        found = _leaf(world, module, node)
        if found is not None and not _is_rewritten_alias(world, module, node):
            edit.spelling.mark(node)
            edit.change(node, _replacement(edit, node, *found))


def _leaf(world: World, module: Module, node: cst.Name | cst.Attribute) -> tuple[str, str] | None:
    """Give the leaf's class that ``node`` names, and its counterpart."""
    last = node.attr.value if isinstance(node, cst.Attribute) else node.value
    values = sorted(_means(world, module, node), key=lambda v: not _is_called(v, last))
    for value in values:
        target = world.leaves.counterpart(value)
        if target is None or world.leaves.is_weak(value):
            continue
        is_type = isinstance(value, ClassObject) or target.rpartition(".")[2][:1].isupper()
        if is_type and world.leaves.function(value) is not None:
            return name_of(value) or "", target
    return None


def _is_rewritten_alias(world: World, module: Module, node: cst.Name | cst.Attribute) -> bool:
    """Say whether ``node`` is another name of a class, given to it in what is converted.

    ``Conn = Connection | Pool`` is written anew where it stands, and goes on to say all of that.
    """
    home, name = module.facts.summary.module, (dotted(node) or "").rpartition(".")[2]
    if isinstance(node, cst.Attribute):
        base = node.value
        if not isinstance(base, cst.Name | cst.Attribute):
            return False
        of = [v.name for v in _means(world, module, base) if isinstance(v, ModuleValue)]
        home = of[0] if len(of) == 1 else ""
    known, terms = _given(world, home, name)
    if len(terms) == 1 and terms[0][0] == "i":
        known, terms = _given(world, *map(str, terms[0][1:3]))
    is_given = bool(terms) and not any(str(term[0]) in "cfim" for term in terms)
    return is_given and known is not None and world.is_converted(known.functions[0])


def _given(
    world: World, home: str, name: str
) -> tuple[ProjectModule | None, list[tuple[object, ...]]]:
    """Give a module, and what it gives ``name`` to."""
    known = world.evaluator.index.modules.get(home)
    if known is None:
        return None, []
    definitions = known.functions[0].body.definitions
    return known, [one for term in known.binding(name) or () for one in leaves(definitions, term)]


def _is_called(value: Value, name: str) -> bool:
    return (name_of(value) or "").rpartition(".")[2] == name


def _replacement(edit: Edit, node: cst.BaseExpression, sync: str, target: str) -> Change:
    if is_needed(sync, target):
        edit.spelling.names.drop(node)
        return lambda _: reentrant_lock(edit, target)
    if is_of_its_own(target):
        edit.spelling.names.drop(node)
        return lambda _: of_its_own(edit, target)
    return lambda _: edit.spelling.replace(node, target)


def _names(module: Module) -> list[cst.Name | cst.Attribute]:
    return [
        node
        for node in module.source.parents
        if isinstance(node, cst.Name | cst.Attribute) and _is_read(module, node)
    ]


def _is_read(module: Module, node: cst.Name | cst.Attribute) -> bool:
    parent = module.source.parents[node]
    if isinstance(parent, cst.Attribute):
        return parent.value is node
    if isinstance(parent, cst.FunctionDef | cst.ClassDef | cst.Param | cst.Arg):
        return (
            getattr(parent, "name", None) is not node and getattr(parent, "keyword", 0) is not node
        )
    return not isinstance(
        parent, cst.ImportAlias | cst.ImportFrom | cst.Import | cst.AsName | cst.AssignTarget
    )


def _is_wanted(world: World, module: Module, node: cst.CSTNode) -> bool:
    source = module.source
    if source.file not in world.request.only:
        return True
    around = [n for n in source.ancestors(node) if isinstance(n, cst.FunctionDef | cst.ClassDef)]
    if not around:
        return MODULE in world.request.only[source.file]
    return any(world.request.wants(source.file, source.local_name(n)) for n in around)


def _means(world: World, module: Module, node: cst.Name | cst.Attribute) -> Values:
    text = dotted(node)
    if text is None:
        return ()
    root, *rest = text.split(".")
    if module.source.file and root in _locals(module, node):
        return ()
    values = own_name(world.evaluator, module.facts, root)
    for part in rest:
        values = tuple(f for value in values for f in attribute(world.evaluator, value, part))
    canonical = world.evaluator.libraries.canonical
    return tuple(
        External(canonical(value.name)) if isinstance(value, External) else value
        for value in values
    )


def _locals(module: Module, node: cst.CSTNode) -> set[str]:
    """Give the parameters of the functions around ``node``."""
    found: set[str] = set()
    for outer in module.source.ancestors(node):
        if isinstance(outer, cst.FunctionDef | cst.Lambda):
            params = outer.params
            for param in (*params.posonly_params, *params.params, *params.kwonly_params):
                found.add(param.name.value)
    return found
