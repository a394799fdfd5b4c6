"""The async side of a module in a module of its own: ``_sync/x.py`` and ``_async/x.py``."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Sequence

import libcst as cst

from refactor_agent.domain.proposal import ImportEdit
from refactor_agent.edit import with_imports
from refactor_agent.entry.twin.pieces import Defining, Pieces
from refactor_agent.entry.twin.pointing import named_from
from refactor_agent.entry.twin.renaming import Meanings, Renamer
from refactor_agent.entry.twin.repointing import Repointer
from refactor_agent.entry.twin.splicing import bound
from refactor_agent.entry.twin.table import Twins
from refactor_agent.tree import Tree

__all__ = ["mirrored"]

_Statement = cst.SimpleStatementLine | cst.BaseCompoundStatement


def mirrored(tree: Tree, pieces: Pieces, module: str, twins: Twins) -> tuple[str, bytes]:
    """Give the file of the async side, and what it is to hold.

    It gets the twins, and the statements of the module that make them what they are: its
    docstring, its imports, what is made for the module's own name. All else that twins use they
    import from the sync side, so that there is one of it: exceptions, constants, plain functions.
    """
    layout = twins.layout
    file, place = layout.file(module), layout.place(module)
    meanings = Meanings(twins, module, file, ast.parse(pieces.after), at=place)
    renamer = Renamer(meanings)
    repointer = Repointer(twins, module, file)
    wanted = {**dict.fromkeys(pieces.added), **dict(twins.written_in(module))}
    body = [_named(node, wanted) for node in pieces.new.body if _is_kept(node, wanted)]
    body, moved = _repointed([_visited(node, renamer) for node in body], repointer, file)
    shared, used = tuple(_shared(pieces, body, wanted)), _names(body)
    path = named_from(place, module, is_package=layout.is_package(module), relative=True)
    edits = [
        *(meanings.imports[name] for name in sorted(renamer.used) if name in meanings.imports),
        *(edit for edit in (*repointer.imports, *moved) if bound(edit) in used),
        *(ImportEdit(file=file, module=path, name=name) for name in shared),
    ]
    if tree.exists(file) and tree.read(file).strip():
        there = tree.read(file)
        own = _defined(there)
        found = [edit for edit in _imports(file, body) if bound(edit) in used]
        wanted_there = [edit for edit in (*found, *edits) if bound(edit) not in own]
        return file, with_imports(tree, file, _appended(there, body, pieces), wanted_there)
    made = pieces.new.with_changes(body=_spaced(body), footer=())
    data = with_imports(tree, file, made.bytes, edits)
    return file, with_imports(tree, file, data, list(_droppable(file, ast.parse(data))))


def _is_kept(node: _Statement, wanted: Collection[str]) -> bool:
    if isinstance(node, Defining):
        return node.name.value in wanted
    if isinstance(node, cst.If | cst.Try):
        return _holds_imports(node)
    if not isinstance(node, cst.SimpleStatementLine):
        return False
    return all(_is_header(part) for part in node.body)


def _is_header(node: cst.BaseSmallStatement) -> bool:
    """Say whether it is an import, a docstring, or what is made for the module's own name."""
    if isinstance(node, cst.Import | cst.ImportFrom):
        return True
    if isinstance(node, cst.Expr):
        return isinstance(node.value, cst.SimpleString | cst.ConcatenatedString)
    text = cst.Module([cst.SimpleStatementLine([node])]).code
    return isinstance(node, cst.Assign | cst.AnnAssign) and "__name__" in text


def _holds_imports(node: cst.If | cst.Try) -> bool:
    lines = [part for part in node.body.body if isinstance(part, cst.SimpleStatementLine)]
    return len(lines) == len(node.body.body) and all(
        isinstance(part, cst.Import | cst.ImportFrom) for line in lines for part in line.body
    )


def _named(node: _Statement, wanted: dict[str, str | None]) -> _Statement:
    name = wanted.get(node.name.value) if isinstance(node, Defining) else None
    if name is None or not isinstance(node, Defining):
        return node
    return node.with_changes(name=cst.Name(name))


def _visited(node: _Statement, visitor: cst.CSTTransformer) -> _Statement:
    made = node.visit(visitor)
    assert isinstance(made, _Statement)  # noqa: S101 - neither visitor removes a statement
    return made


def _repointed(
    body: Sequence[_Statement], repointer: Repointer, file: str
) -> tuple[list[_Statement], list[ImportEdit]]:
    """Give the statements, and the imports that stand elsewhere in the order of imports now."""
    kept, moved = list[_Statement](), list[ImportEdit]()
    above: Sequence[cst.EmptyLine] = ()
    for node in body:
        made = _visited(node, repointer)
        if _source(made) == _source(node):
            kept.append(made.with_changes(leading_lines=made.leading_lines or above))
            above = ()
        else:
            moved.extend(_imports(file, [made]))
            above = above or made.leading_lines
    return kept, moved


def _source(node: _Statement) -> str | None:
    """Give the module that a statement imports from."""
    first = node.body[0] if isinstance(node, cst.SimpleStatementLine) else None
    if not isinstance(first, cst.ImportFrom):
        return None
    bare = first.with_changes(names=[cst.ImportAlias(cst.Name("_"))], lpar=None, rpar=None)
    return cst.Module([cst.SimpleStatementLine([bare])]).code


def _shared(pieces: Pieces, body: Sequence[_Statement], wanted: Collection[str]) -> Iterator[str]:
    """Name what twins use of the module and what stays in it alone."""
    kept = {name for node in body for name in _binds(node)}
    there = {name for node in pieces.new.body for name in _binds(node)}
    yield from sorted((there & _names(body)) - kept - set(wanted))


def _binds(node: _Statement) -> Iterator[str]:
    for part in ast.parse(cst.Module([node]).code).body:
        if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield part.name
        elif not isinstance(part, ast.Import | ast.ImportFrom):
            yield from (n.id for n in ast.walk(part) if isinstance(n, ast.Name) and not _is_read(n))


def _is_read(node: ast.Name) -> bool:
    return isinstance(node.ctx, ast.Load)


def _names(body: Sequence[_Statement]) -> set[str]:
    """Give the names that are read, in annotations that are strings too."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(cst.Module(list(body)).code)):
        if isinstance(node, ast.Name) and _is_read(node):
            found.add(node.id)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.update(_in_string(node.value))
    return found


def _in_string(text: str) -> Iterator[str]:
    try:
        parsed = ast.parse(text, mode="eval")
    except (SyntaxError, ValueError):
        return
    yield from (node.id for node in ast.walk(parsed) if isinstance(node, ast.Name))


def _spaced(body: Sequence[_Statement]) -> Sequence[_Statement]:
    """Keep two blank lines before the first definition, whatever stood before it."""
    made = list(body)
    for index, node in enumerate(made):
        if isinstance(node, Defining):
            comments = [line for line in node.leading_lines if line.comment is not None]
            blank = [cst.EmptyLine(indent=False)] * 2
            made[index] = node.with_changes(leading_lines=[*blank, *comments])
    return made


def _appended(data: bytes, body: Sequence[_Statement], pieces: Pieces) -> bytes:
    newline = pieces.new.default_newline
    codes = [
        pieces.new.code_for_node(node).strip("\r\n") for node in body if isinstance(node, Defining)
    ]
    text = data.decode().rstrip()
    return f"{(newline * 3).join([text, *codes])}{newline}".encode()


def _imports(file: str, body: Sequence[_Statement]) -> Iterator[ImportEdit]:
    yield from _edits(file, ast.parse(cst.Module(list(body)).code), "add")


def _droppable(file: str, tree: ast.Module) -> Iterator[ImportEdit]:
    yield from _edits(file, tree, "drop_unused")


def _edits(file: str, tree: ast.Module, action: str) -> Iterator[ImportEdit]:
    for node in tree.body:
        if isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            if module == "__future__":
                continue
            for alias in node.names:
                yield ImportEdit.model_validate(
                    {"file": file, "module": module, "name": alias.name, "alias": alias.asname,
                     "action": action}
                )  # fmt: skip
        elif isinstance(node, ast.Import):
            for alias in node.names:
                yield ImportEdit.model_validate(
                    {"file": file, "module": alias.name, "alias": alias.asname, "action": action}
                )


def _defined(data: bytes) -> set[str]:
    """Name what a file binds at its top by other means than imports."""
    return {name for node in cst.parse_module(data).body for name in _binds(node)}
