"""Packages that keep the two sides apart: ``_sync/x.py`` and ``_async/x.py``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from refactor_agent.locate import is_test_file
from refactor_agent.tree import Tree

__all__ = ["Layout", "test_beside"]

_BESIDE: Mapping[str, tuple[str, ...]] = {
    "_sync": ("_async", "_aio", "_asyncio"),
    "sync": ("aio", "asyncio", "async_", "_async"),
}
"""Names of packages of sync code, with what the one beside it is called."""

_ALWAYS = "_sync"
"""Says by itself that the async side is to stand in a package beside it: ``_async``."""

_ASKED = "_async"


class Layout:
    """Where the twin of a module stands; in the module itself, where nothing says otherwise."""

    def __init__(self, modules: Mapping[str, str], *, asked: bool = False) -> None:
        """Take the project's modules with their files.

        With ``asked``, the twin of a module that is in no package of sync code stands in the
        package ``_async`` of the topmost package that holds it.
        """
        self._modules = modules
        self._asked = asked

    def place(self, module: str) -> str:
        """Give the module in which the twins of ``module`` stand; those of tests stay."""
        parts = module.split(".")
        if is_test_file(self._modules.get(module, "")):
            return module
        for index in range(len(parts) - 1, -1, -1):
            aside = self._beside(parts[: index + 1])
            if aside is not None:
                return ".".join([*parts[:index], aside, *parts[index + 1 :]])
        if self._asked and len(parts) > 1 and self.is_package(parts[0]) and _ASKED not in parts:
            return ".".join([parts[0], _ASKED, *parts[1:]])
        return module

    def moves(self, module: str) -> bool:
        """Say whether the twins of ``module`` stand in another."""
        return self.place(module) != module

    def file(self, module: str) -> str:
        """Give the file in which the twins of ``module`` stand."""
        return self._file(self.place(module), module)

    def new_packages(self, module: str) -> Iterator[str]:
        """Give the ``__init__`` files that the place of ``module`` needs and that are not there."""
        parts = self.place(module).split(".")
        for length in range(1, len(parts)):
            package = ".".join(parts[:length])
            if package not in self._modules:
                yield str(self._root(module) / PurePosixPath(*parts[:length], "__init__.py"))

    def _file(self, place: str, module: str) -> str:
        if place in self._modules:
            return self._modules[place]
        path = self._root(module) / PurePosixPath(*place.split("."))
        inner = path / "__init__.py" if self.is_package(module) else path.with_suffix(".py")
        return str(inner)

    def _root(self, module: str) -> PurePosixPath:
        """Give the directory from which ``module`` is imported."""
        path = PurePosixPath(self._modules[module])
        return path.parents[module.count(".") + self.is_package(module)]

    def is_package(self, module: str) -> bool:
        """Say whether ``module`` is the ``__init__`` of a package."""
        return self._modules.get(module, "").endswith("__init__.py")

    def _beside(self, package: list[str]) -> str | None:
        names = _BESIDE.get(package[-1], ())
        for name in names:
            if ".".join([*package[:-1], name]) in self._modules:
                return name
        is_package = self.is_package(".".join(package))
        return names[0] if package[-1] == _ALWAYS and is_package else None


def test_beside(tree: Tree, file: str) -> str | None:
    """Give the place of ``file``, a test of the sync side, among the tests of the async side.

    `None` where the project keeps none apart, or where the tests share fixtures by their place.
    """
    path = PurePosixPath(file)
    for above in path.parents:
        for name in _BESIDE.get(above.name, ()):
            aside = above.with_name(name)
            there = all(tree.exists(str(one / "__init__.py")) for one in (above, aside))
            if there and not _has_conftest(tree, path, above):
                return str(aside / path.relative_to(above))
    return None


def _has_conftest(tree: Tree, path: PurePosixPath, above: PurePosixPath) -> bool:
    return any(
        tree.exists(str(one / "conftest.py"))
        for one in path.parents
        if one == above or above in one.parents
    )
