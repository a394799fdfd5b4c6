"""What names mean in one file, and how to write new ones."""

from __future__ import annotations

import ast
import builtins
import itertools
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import libcst as cst

from refactor_agent.convert.binding import bound_by
from refactor_agent.convert.refused import refuse
from refactor_agent.convert.source import Source
from refactor_agent.domain.proposal import ImportEdit

__all__ = ["Binding", "Names", "dotted", "expression"]


@dataclass(frozen=True)
class Binding:
    """An import that binds a name of the file."""

    local: str
    module: str
    """As written: relative ones start with dots."""
    name: str | None
    alias: str | None
    everywhere: bool
    """At the top of the module, for every reader; not in a function or a condition."""

    @property
    def qualified(self) -> str:
        """What the local name means."""
        if self.name is not None:
            dot = "" if self.module.endswith(".") else "."
            return f"{self.module}{dot}{self.name}"
        return self.module if self.alias else self.module.partition(".")[0]


class _Table(NamedTuple):
    """The names of a file as it stands."""

    imported: Mapping[str, Sequence[Binding]]
    bound: frozenset[str]
    """Names that something other than an import binds, anywhere in the file."""
    used: frozenset[str]


class Names:
    """The names of a file, with the imports that the conversion adds and drops."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._table = _table(source)
        self.edits: list[ImportEdit] = []
        self._taken: dict[cst.CSTNode, set[str]] = defaultdict(set)

    @property
    def used(self) -> frozenset[str]:
        """Every name that occurs in the file."""
        return self._table.used

    def binding(self, local: str) -> Binding | None:
        """Give the one import that binds ``local``, unless something else binds it too."""
        found = self._table.imported.get(local, [])
        same = {binding.qualified for binding in found}
        return found[0] if len(same) == 1 and local not in self._table.bound else None

    def qualified(self, node: cst.CSTNode) -> str | None:
        """Give what a dotted name means, through imports and builtins; else `None`."""
        text = dotted(node)
        if text is None:
            return None
        root, _, rest = text.partition(".")
        binding = self.binding(root)
        if binding is not None:
            return f"{binding.qualified}.{rest}" if rest else binding.qualified
        if root in self._table.bound or root in self._table.imported or not hasattr(builtins, root):
            return None
        return f"builtins.{text}"

    def replace(self, old: cst.BaseExpression, qualified: str) -> cst.BaseExpression:
        """Write ``qualified`` in the manner of ``old``, whose import may become unused."""
        self.drop(old)
        module, _, name = qualified.rpartition(".")
        plain = (
            isinstance(old, cst.Name) and module.partition(".")[0] not in sys.stdlib_module_names
        )
        return self.spell_from(module, name) if plain else self.spell(module, name, old)

    def drop(self, old: cst.BaseExpression) -> None:
        """Drop the import behind a dotted name, should it be used nowhere else.

        A package's ``__init__`` keeps it: others may import it from there.
        """
        if self._source.file.endswith("__init__.py"):
            return
        text = dotted(old)
        binding = self.binding(text.partition(".")[0]) if text else None
        if binding is not None and binding.everywhere:
            self._edit("drop_unused", binding.module, binding.name, binding.alias)

    def spell(self, module: str, name: str, near: cst.CSTNode | None = None) -> cst.BaseExpression:
        """Write ``module.name``, importing the module where it is not yet."""
        for binding in self._everywhere():
            if binding.qualified == f"{module}.{name}":
                return cst.Name(binding.local)
            if binding.qualified == module and (binding.alias or binding.name or "." not in module):
                return expression(f"{binding.local}.{name}")
        root = module.partition(".")[0]
        if root in self._table.bound or any(
            b.qualified != root for b in self._table.imported.get(root, ())
        ):
            site = self._source.site(near) if near is not None else None
            refuse("name-taken", f"{self._source.file} uses the name {root!r} for its own", site)
        self._edit("add", module)
        return expression(f"{module}.{name}")

    def spell_from(self, module: str, name: str) -> cst.BaseExpression:
        """Write ``name``, importing it from ``module`` under a name that is free."""
        for binding in self._everywhere():
            if (binding.module, binding.name) == (module, name):
                return cst.Name(binding.local)
        prefixed = f"{'Async' if name[:1].isupper() else 'async_'}{name}"
        free = [local for local in (name, prefixed) if local not in self.used]
        if not free:
            refuse("name-taken", f"{self._source.file} uses the name {prefixed} for its own")
        self._edit("add", module, name, free[0] if free[0] != name else None)
        return cst.Name(free[0])

    def fresh(self, wanted: str, function: cst.CSTNode) -> str:
        """Give ``wanted`` for ``function``, or the first numbered variant that is free there."""
        taken = self._taken[function]
        names = itertools.chain([wanted], (f"{wanted}_{number}" for number in itertools.count(2)))
        name = next(name for name in names if name not in self.used and name not in taken)
        taken.add(name)
        return name

    def _everywhere(self) -> Iterator[Binding]:
        for local, found in self._table.imported.items():
            if local not in self._table.bound and all(binding.everywhere for binding in found):
                yield found[0]

    def _edit(
        self, action: str, module: str, name: str | None = None, alias: str | None = None
    ) -> None:
        edit = ImportEdit.model_validate(
            {"file": self._source.file, "module": module, "name": name, "alias": alias,
             "action": action}
        )  # fmt: skip
        if edit not in self.edits:
            self.edits.append(edit)


@lru_cache(maxsize=32)
def _table(source: Source) -> _Table:
    """Read the names of a file, once for all attempts on it."""
    imported: dict[str, list[Binding]] = defaultdict(list)
    top = set(source.tree.body)
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            for binding in _bindings(node, everywhere=node in top):
                imported[binding.local].append(binding)
    bound = frozenset(_bound_names(source.tree))
    used = bound | frozenset(imported) | frozenset(_read_names(source.tree))
    return _Table(dict(imported), bound, used)


def dotted(node: cst.CSTNode) -> str | None:
    """Give the text of a name or of attributes of a name; `None` for anything else."""
    if isinstance(node, cst.Name):
        return node.value
    if isinstance(node, cst.Attribute):
        root = dotted(node.value)
        return f"{root}.{node.attr.value}" if root else None
    return None


def expression(text: str) -> cst.BaseExpression:
    """Parse a few words of code."""
    return cst.parse_expression(text)


def _bindings(node: ast.Import | ast.ImportFrom, *, everywhere: bool) -> Iterator[Binding]:
    for alias in node.names:
        if isinstance(node, ast.Import):
            local = alias.asname or alias.name.partition(".")[0]
            yield Binding(local, alias.name, None, alias.asname, everywhere)
        else:
            module = "." * node.level + (node.module or "")
            local = alias.asname or alias.name
            yield Binding(local, module, alias.name, alias.asname, everywhere)


def _bound_names(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        name = node.arg if isinstance(node, ast.arg) else bound_by(node)
        if name is not None:
            yield name


def _read_names(tree: ast.AST) -> Iterator[str]:
    return (node.id for node in ast.walk(tree) if isinstance(node, ast.Name))
