"""Files of tests that have one name and lie in no package. Standard library only, Python 3.9 on.

A repository of several packages has them. Run from its root, pytest takes the second for the first
and gives up; each package's own run has but one of them.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

__all__ = ["bring_back", "forget_namesake"]

_forgotten: set[str] = set()


def forget_namesake(path: Path) -> None:
    """Forget the module of another file that has the name of the one at ``path``.

    As pytest does with each `conftest`.
    """
    known = getattr(sys.modules.get(path.stem), "__file__", None)
    if path.suffix != ".py" or known is None:
        return
    other = Path(known)
    if other.name != path.name or _is_in_package(path) or _is_in_package(other):
        return
    if other.resolve() != path.resolve():
        del sys.modules[path.stem]
        _forgotten.add(path.stem)


def bring_back(module: Any) -> None:
    """Let ``module`` stand under its name again, if others did meanwhile."""
    name = getattr(module, "__name__", "")
    if name in _forgotten:
        sys.modules[name] = module


def _is_in_package(path: Path) -> bool:
    return (path.parent / "__init__.py").exists()
