"""From the bytes of one file to its summary: a pure function, without imports of the target."""

from __future__ import annotations

import ast

from refactor_agent.locate.outline import outline_of
from refactor_agent.locate.summarise.expressions import EXPRESSIONS
from refactor_agent.locate.summarise.statements import STATEMENTS
from refactor_agent.locate.summarise.suppressions import suppressions
from refactor_agent.locate.summarise.walk import Walk
from refactor_agent.locate.summary import Imports, ModuleSummary

__all__ = ["summarise"]


def summarise(source: bytes, module: str, *, package: bool = False) -> ModuleSummary:
    """Summarise a file; ``package`` says that it is an ``__init__.py``.

    Raises `SyntaxError`, `ValueError` (null bytes, undecodable), `RecursionError` or
    `MemoryError` where the file can't be read.
    """
    tree = ast.parse(source)
    lines = source.count(b"\n") + 1
    walk = Walk(module, (EXPRESSIONS, STATEMENTS), package=package, span=(1, 0, lines, 0))
    names = walk.scope.names
    walk.block(tree.body)
    walk.scope.settle()
    while walk.deferred:
        walk.deferred.popleft()()
    walk.functions[0].scope = None
    doubts = {
        number: tuple(function.body.doubts)
        for number, function in enumerate(walk.functions)
        if function.body.doubts
    }
    loads = tuple(walk.loaded)
    functions = tuple(function.freeze() for function in walk.functions)
    classes = tuple(cls.freeze() for cls in walk.classes)
    ignores, reasons = suppressions(source)
    return ModuleSummary(
        module,
        package,
        {name: tuple(dict.fromkeys(terms)) for name, terms in names.items()},
        tuple(walk.stars),
        None if walk.exports is None else tuple(walk.exports),
        functions,
        classes,
        tuple(walk.imports),
        {name: tuple(functions) for name, functions in walk.callers.items()},
        ignores,
        reasons,
        Imports(loads, doubts).encode(),
        outline_of(functions, classes, loads, ignores, reasons),
    )
