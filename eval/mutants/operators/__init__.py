"""Mutation operators: the small mistakes that conversions to async are known for.

Each looks at one node of a right conversion and gives what a careless hand would have written
there, or ``None``. They change what the conversion is about (awaits, locks, tasks, order, errors),
not arithmetic or conditions: those would measure the project's tests, not the gate. A module here
with ``OPERATORS``, name to operator, is found by itself.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from importlib import import_module

from eval.mutants.operators._nodes import Operator

__all__ = ["OPERATORS", "Operator"]


def _found() -> dict[str, Operator]:
    names = sorted(found.name for found in pkgutil.iter_modules(__path__))
    modules = [import_module(f"{__name__}.{name}") for name in names if not name.startswith("_")]
    return {name: one for module in modules for name, one in module.OPERATORS.items()}


OPERATORS: Mapping[str, Operator] = _found()
