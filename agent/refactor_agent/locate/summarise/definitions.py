"""Functions, lambdas and classes: what is known when they are defined, and when they run."""

from __future__ import annotations

import ast
from functools import partial

from refactor_agent.locate.summarise.annotations import annotation
from refactor_agent.locate.summarise.scope import Scope
from refactor_agent.locate.summarise.walk import ClassBuilder, FunctionBuilder, Walk, place_of
from refactor_agent.locate.summary import Parameter
from refactor_agent.locate.terms import UNKNOWN, Place, Term, leaves

__all__ = ["define_class", "define_function", "define_lambda"]


def define_function(walk: Walk, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
    """Note a function; its body is walked when the scope around it is complete."""
    frames = walk.frames
    walk.frames = ("signature", *frames)
    decorators = tuple((walk.value(item), _text(item)) for item in node.decorator_list)
    is_overload = any(text.rpartition(".")[2] == "overload" for _, text in decorators)
    name = walk.qualify(node.name)
    name = walk.unique(f"{name}#overload" if is_overload else name)
    builder = FunctionBuilder(name, node.name, _span(node), walk.scope.function)
    builder.decorators = decorators
    builder.is_async = isinstance(node, ast.AsyncFunctionDef)
    builder.is_stub = _is_stub(node.body)
    mark = len(walk.scope.log)
    _bind_type_parameters(walk, node)
    builder.parameters = _parameters(walk, node.args)
    builder.returns = annotation(walk, node.returns)
    walk.scope.forget(mark)
    walk.frames = frames
    number = _add(walk, builder, node.body)
    for _, text in decorators:
        walk.note_caller(f"@{text.rpartition('.')[2]}", number)
    if walk.scope.kind == "class":
        builder.owner = walk.scope.owner
        if not is_overload:
            _note_method(walk, builder, number)
    if not is_overload:
        walk.scope.bind(node.name, ("f", number))


def _bind_type_parameters(
    walk: Walk, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
) -> list[Term]:
    """Bind the names in ``class Name[T: Bound]`` and give their terms."""
    found: list[Term] = []
    for item in getattr(node, "type_params", ()):
        term: Term = ("V", item.name, annotation(walk, getattr(item, "bound", None)))
        walk.scope.bind(item.name, term, temporary=True)
        found.append(term)
    return found


def _note_method(walk: Walk, builder: FunctionBuilder, number: int) -> None:
    methods = walk.classes[builder.owner].methods
    accessors = (".setter", ".deleter", ".getter")
    if any(text.endswith(accessors) for _, text in builder.decorators):
        return
    methods.setdefault(builder.bare, []).append(number)


def define_lambda(walk: Walk, node: ast.Lambda) -> Term:
    """Note a lambda, as a function that is not called yet."""
    name = walk.unique(f"{walk.qualify('<lambda>')}")
    builder = FunctionBuilder(name, "<lambda>", place_of(node), walk.scope.function)
    builder.is_lambda = True
    builder.parameters = _parameters(walk, node.args)
    body = ast.Return(value=node.body, lineno=node.lineno, col_offset=node.col_offset)
    return ("f", _add(walk, builder, [body]))


def _add(walk: Walk, builder: FunctionBuilder, body: list[ast.stmt]) -> int:
    number = len(walk.functions)
    walk.functions.append(builder)
    walk.functions[builder.parent].has_nested = True
    walk.deferred.append(partial(_walk_body, walk, number, body, walk.scope))
    return number


def _walk_body(walk: Walk, number: int, body: list[ast.stmt], around: Scope) -> None:
    builder = walk.functions[number]
    scope = Scope("function", number, around, builder.body.definitions)
    scope.owner = builder.owner
    positional = [item.name for item in builder.parameters if item.kind == "positional"]
    if builder.owner >= 0 and positional and not _is_static(builder):
        scope.self_name = positional[0]
    for parameter in builder.parameters:
        scope.bind(parameter.name, ("p", parameter.name))
    builder.scope = scope
    walk.scope, walk.body, walk.frames = scope, builder.body, ()
    if builder.is_lambda:
        walk.frames = ("lambda",)
    walk.block(body)


def _is_static(builder: FunctionBuilder) -> bool:
    return any(text == "staticmethod" for _, text in builder.decorators)


def _parameters(walk: Walk, arguments: ast.arguments) -> tuple[Parameter, ...]:
    positional = [*arguments.posonlyargs, *arguments.args]
    defaults: list[ast.expr | None] = [None] * (len(positional) - len(arguments.defaults))
    defaults.extend(arguments.defaults)
    found = [
        _parameter(walk, item, "positional", default)
        for item, default in zip(positional, defaults, strict=True)
    ]
    if arguments.vararg is not None:
        found.append(_parameter(walk, arguments.vararg, "varargs", None))
    for item, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        found.append(_parameter(walk, item, "keyword", default))
    if arguments.kwarg is not None:
        found.append(_parameter(walk, arguments.kwarg, "kwargs", None))
    return tuple(found)


def _parameter(walk: Walk, item: ast.arg, kind: str, default: ast.expr | None) -> Parameter:
    given = None if default is None else walk.value(default) or UNKNOWN
    return Parameter(item.arg, kind, annotation(walk, item.annotation), given)


def define_class(walk: Walk, node: ast.ClassDef) -> None:
    """Note a class and walk its body, which runs at once."""
    frames, outer = walk.frames, walk.scope
    walk.frames = ("signature", *frames)
    name = walk.unique(walk.qualify(node.name))
    builder = ClassBuilder(name, _span(node), outer.function)
    builder.decorators = tuple(walk.value(item) for item in node.decorator_list)
    mark = len(outer.log)
    parameters = _bind_type_parameters(walk, node)
    builder.bases = tuple(walk.value(item) for item in node.bases)
    if parameters:
        generic: Term = ("s", ("i", "typing", "Generic"), ("t", tuple(parameters)))
        builder.bases = (*builder.bases, generic)
    for keyword in node.keywords:
        term = walk.value(keyword.value)
        if keyword.arg == "metaclass":
            builder.metaclass = term
    number = len(walk.classes)
    walk.classes.append(builder)
    for item in node.decorator_list:
        walk.note_caller(f"@@{_text(item).rpartition('.')[2]}", number)
    scope = Scope("class", outer.function, outer, walk.body.definitions)
    scope.owner = number
    walk.scope, walk.frames = scope, ("class_body", *frames)
    _bind_type_parameters(walk, node)
    walk.block(node.body)
    _drop_replaced(walk, builder, scope)
    walk.scope, walk.frames = outer, frames
    outer.forget(mark)
    outer.bind(node.name, ("c", number))


def _drop_replaced(walk: Walk, builder: ClassBuilder, scope: Scope) -> None:
    """Keep of methods with one name those that the name may stand for where the body ends."""
    for name, numbers in builder.methods.items():
        last = scope.env.get(name) if len(numbers) > 1 else None
        if last is None or any(_builds_on(walk.functions[number], name) for number in numbers):
            continue
        kept = {leaf[1] for leaf in leaves(scope.definitions, last.term) if leaf[0] == "f"}
        builder.methods[name] = [number for number in numbers if number in kept] or numbers


def _builds_on(builder: FunctionBuilder, name: str) -> bool:
    """Say whether a decorator is a method of what had the name before: ``@name.expression``."""
    return any(text.startswith(f"{name}.") for _, text in builder.decorators)


def _span(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> Place:
    line, column, end_line, end_column = place_of(node)
    if node.decorator_list:
        line = min(line, *(item.lineno for item in node.decorator_list))
    return (line, column, end_line, end_column)


def _text(node: ast.expr) -> str:
    target = node.func if isinstance(node, ast.Call) else node
    return ast.unparse(target) if isinstance(target, ast.Name | ast.Attribute) else "?"


def _is_stub(body: list[ast.stmt]) -> bool:
    return all(_does_nothing(node) for node in body)


def _does_nothing(node: ast.stmt) -> bool:
    if isinstance(node, ast.Raise) and node.exc is not None:
        raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
        return isinstance(raised, ast.Name) and raised.id == "NotImplementedError"
    return isinstance(node, ast.Pass) or (
        isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    )
