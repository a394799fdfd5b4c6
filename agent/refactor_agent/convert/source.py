"""One file of the target, parsed for conversion."""

from __future__ import annotations

import ast
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import PurePosixPath

import libcst as cst
from libcst.metadata import CodeRange, MetadataWrapper, ParentNodeProvider, PositionProvider

from refactor_agent.convert.refused import refuse
from refactor_agent.domain.naming import plain_name
from refactor_agent.domain.place import Site, Span
from refactor_agent.domain.plan import FunctionRef

__all__ = ["Definition", "Source", "parse"]

_NEWLINE = re.compile(r"\r\n|\r|\n")
Scope = cst.FunctionDef | cst.Lambda | cst.ClassDef | cst.Module


@dataclass(frozen=True, eq=False)
class Definition:
    """A function of the file."""

    node: cst.FunctionDef
    name: str
    """Within the file: ``Class.method``, ``outer.inner``."""
    module: str
    """Of the file, as the reference that found it has it; may be empty."""


class Source:
    """A parsed file whose nodes know their parents and places."""

    def __init__(self, file: str, data: bytes) -> None:
        """Parse ``data``; raises `Refused` unless it goes back to the same bytes."""
        self.file = file
        try:
            wrapper = MetadataWrapper(cst.parse_module(data), unsafe_skip_copy=True)
            if wrapper.module.bytes != data:
                refuse("no-round-trip", f"{file} can't be parsed and written back unchanged")
            self.text = data.decode(wrapper.module.encoding).removeprefix("\ufeff")
            self.tree = ast.parse(self.text)
        except (
            cst.ParserSyntaxError, LookupError, RecursionError, SyntaxError, ValueError,
        ) as error:  # fmt: skip
            refuse("no-round-trip", f"{file} can't be parsed: {error}")
        self.module = wrapper.module
        self.positions: Mapping[cst.CSTNode, CodeRange] = wrapper.resolve(PositionProvider)
        self.parents: Mapping[cst.CSTNode, cst.CSTNode] = wrapper.resolve(ParentNodeProvider)

    @cached_property
    def lines(self) -> list[str]:
        """The file's lines, as the compiler counts them."""
        return _NEWLINE.split(self.text)

    @cached_property
    def _calls(self) -> Mapping[Span, list[cst.Call]]:
        found: dict[Span, list[cst.Call]] = defaultdict(list)
        for node in self.parents:
            if isinstance(node, cst.Call):
                found[self.span(node)].append(node)
        return found

    @cached_property
    def _functions(self) -> tuple[tuple[str, cst.FunctionDef], ...]:
        return tuple(
            (self.local_name(node), node)
            for node in self.parents
            if isinstance(node, cst.FunctionDef) and not _is_overload(node)
        )

    @cached_property
    def _ast_functions(self) -> Mapping[int, ast.FunctionDef | ast.AsyncFunctionDef]:
        return {
            node.lineno: node
            for node in ast.walk(self.tree)
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        }

    def span(self, node: cst.CSTNode) -> Span:
        """Give the place of ``node`` as :mod:`ast` counts it."""
        place = self.positions[node]
        return Span(
            place.start.line,
            self._column(place.start.line, place.start.column),
            place.end.line,
            self._column(place.end.line, place.end.column),
        )

    def site(self, node: cst.CSTNode) -> Site:
        """Give the place of ``node`` with the file's name."""
        return Site(self.file, self.span(node))

    def _column(self, line: int, characters: int) -> int:
        return len(self.lines[line - 1][:characters].encode())

    def call_at(self, site: Site) -> cst.Call:
        """Give the call that stands at ``site``; raises `Refused` unless there is exactly one."""
        found = self._calls.get(site.span, ())
        if len(found) != 1:
            refuse("moved", f"{site} holds {len(found)} calls, not the planned one", site)
        return found[0]

    def ancestors(self, node: cst.CSTNode) -> Iterator[cst.CSTNode]:
        """Give the nodes around ``node``, innermost first."""
        while node in self.parents:
            node = self.parents[node]
            yield node

    def local_name(self, node: cst.FunctionDef | cst.ClassDef) -> str:
        """Give the name within the file: ``Class.method``; of a second one ``Class.method#2``."""
        return self._local_names[node]

    @cached_property
    def _local_names(self) -> Mapping[cst.CSTNode, str]:
        return dict(_named(self.module, "", Counter()))

    def module_of(self, ref: FunctionRef) -> str:
        """Give the name of the file's module as ``ref`` has it, which may mean one of several."""
        return self._named_like(ref)[0].module

    def definition(self, ref: FunctionRef) -> Definition:
        """Find the function that ``ref`` means; raises `Refused` unless one alone has the name."""
        found = self._named_like(ref)
        if len(found) != 1:
            refuse("ambiguous-function", f"{ref.file} defines {ref.name} {len(found)} times")
        return found[0]

    def _named_like(self, ref: FunctionRef) -> list[Definition]:
        """Give the functions that have the name, whichever of them is meant; there is one."""
        plain = ref.model_copy(update={"name": plain_name(ref.name)})
        found = [
            Definition(node, name, module)
            for name, node in self._functions
            if (module := self._module_of(plain, plain_name(name))) is not None
        ]
        if not found:
            refuse("ambiguous-function", f"{ref.file} defines {ref.name} 0 times")
        return [one for one in found if len(one.module) == max(len(f.module) for f in found)]

    def _module_of(self, ref: FunctionRef, local: str) -> str | None:
        if ref.name == local:
            return ""
        module = ref.name.removesuffix(f".{local}")
        path = PurePosixPath(self.file).with_suffix("")
        dotted = ".".join((path.parent if path.name == "__init__" else path).parts)
        return module if module != ref.name and f".{dotted}".endswith(f".{module}") else None

    def function_around(self, node: cst.CSTNode) -> cst.FunctionDef | None:
        """Give the innermost function that ``node`` stands in."""
        return next((n for n in self.ancestors(node) if isinstance(n, cst.FunctionDef)), None)

    def outermost(self, node: cst.CSTNode) -> cst.FunctionDef | None:
        """Give the outermost function that is or holds ``node``."""
        around = [n for n in (node, *self.ancestors(node)) if isinstance(n, cst.FunctionDef)]
        return around[-1] if around else None

    def syntax(self, function: cst.FunctionDef) -> ast.FunctionDef | ast.AsyncFunctionDef:
        """Give the same function as the standard library sees it, for questions of scope."""
        return self._ast_functions[self.positions[function].start.line]

    def code(self, node: cst.CSTNode) -> str:
        """Give the source of ``node``, for messages and comparisons."""
        return self.module.code_for_node(node).strip()


@lru_cache(maxsize=32)
def parse(file: str, data: bytes) -> Source:
    """Give the parsed file; attempts and change sets on the same text share it."""
    return Source(file, data)


def _named(
    node: cst.CSTNode, prefix: str, taken: Counter[str]
) -> Iterator[tuple[cst.FunctionDef | cst.ClassDef, str]]:
    """Number what is defined again, in the order of the source; stubs of overloads are apart."""
    for child in node.children:
        if isinstance(child, cst.BaseExpression | cst.SimpleStatementLine):
            continue  # nothing is defined in it
        if not isinstance(child, cst.FunctionDef | cst.ClassDef):
            yield from _named(child, prefix, taken)
            continue
        name = prefix + child.name.value
        if not (isinstance(child, cst.FunctionDef) and _is_overload(child)):
            taken[name] += 1
            name = name if taken[name] == 1 else f"{name}#{taken[name]}"
        yield child, name
        yield from _named(child, f"{name}.", taken)


def _is_overload(node: cst.FunctionDef) -> bool:
    for decorator in node.decorators:
        name = decorator.decorator
        last = name.attr if isinstance(name, cst.Attribute) else name
        if isinstance(last, cst.Name) and last.value == "overload":
            return True
    return False
