"""The definitions at the top of a file, before and after it was converted in place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import libcst as cst

from refactor_agent.domain.place import Site, Span
from refactor_agent.domain.plan import Refusal

__all__ = ["Defining", "Pieces"]

Defining = cst.FunctionDef | cst.ClassDef
_Top = cst.SimpleStatementLine | cst.BaseCompoundStatement


@dataclass(frozen=True)
class Pieces:
    """One file, as it was and converted in place."""

    file: str
    before: bytes
    after: bytes

    @cached_property
    def old(self) -> cst.Module:
        """The file as it was."""
        return cst.parse_module(self.before)

    @cached_property
    def new(self) -> cst.Module:
        """The file converted in place."""
        return cst.parse_module(self.after)

    @cached_property
    def converted(self) -> Mapping[str, Sequence[Defining]]:
        """Every definition of the converted file by name; overloads stand together."""
        return _by_name(self.new.body)

    @property
    def changed(self) -> tuple[str, ...]:
        """The definitions that the conversion changed."""
        old = _by_name(self.old.body)
        return tuple(
            name
            for name, nodes in self.converted.items()
            if name in old and _code(self.old, old[name]) != _code(self.new, nodes)
        )

    @property
    def added(self) -> tuple[str, ...]:
        """The definitions that the conversion added, such as helpers."""
        old = _by_name(self.old.body)
        return tuple(name for name in self.converted if name not in old)

    def not_twinned(self) -> Iterator[Refusal]:
        """Say what else changed at the top of the file: it can't be of both colours."""
        known = {self.old.code_for_node(node).strip() for node in self.old.body}
        for node in self.new.body:
            if isinstance(node, Defining) or _is_import(node):
                continue
            code = self.new.code_for_node(node).strip()
            if code not in known and not _only_imports(node):
                shown = code.splitlines()[0]
                yield Refusal(
                    reason="module-state",
                    message=f"{self.file}: `{shown}` would have to serve both sides; make it an"
                    " attribute of a class, or convert with --in-place",
                    site=Site(self.file, Span(1, 0, 1, 0)),
                )


def _by_name(body: Sequence[_Top]) -> Mapping[str, Sequence[Defining]]:
    found: dict[str, list[Defining]] = {}
    for node in body:
        if isinstance(node, Defining):
            found.setdefault(node.name.value, []).append(node)
    return found


def _code(module: cst.Module, nodes: Sequence[Defining]) -> str:
    return "\n".join(module.code_for_node(node).strip() for node in nodes)


def _is_import(node: _Top) -> bool:
    return isinstance(node, cst.SimpleStatementLine) and all(
        isinstance(part, cst.Import | cst.ImportFrom) for part in node.body
    )


def _only_imports(node: _Top) -> bool:
    """Say whether a block holds imports alone: ``if TYPE_CHECKING:``."""
    if not isinstance(node, cst.If | cst.Try):
        return False
    return all(isinstance(line, cst.SimpleStatementLine) and _is_import(line)
               for line in node.body.body if isinstance(line, _Top))  # fmt: skip
