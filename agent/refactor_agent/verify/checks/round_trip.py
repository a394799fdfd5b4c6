"""A changed file must be what its own parse gives back, and compile."""

from __future__ import annotations

from collections.abc import Iterator

import libcst

from refactor_agent.domain.place import Site, Span
from refactor_agent.verify.checks._check import Check, Example, Objection
from refactor_agent.verify.context import Context

__all__ = ["CHECK"]


def _find(context: Context) -> Iterator[Objection]:
    for file in context.python_files:
        source = context.after.read(file)
        try:
            module = libcst.parse_module(source)
        except libcst.ParserSyntaxError as error:
            yield Objection(f"{file} does not parse: {error.message}")
            continue
        if module.bytes != source:
            yield Objection(f"{file} is not given back unchanged when it is parsed and written")
        yield from _compile(file, source)


def _compile(file: str, source: bytes) -> Iterator[Objection]:
    """The parser lets `await` through anywhere; only compiling tells."""
    try:
        compile(source, file, "exec", dont_inherit=True)
    except SyntaxError as error:
        line = error.lineno or 1
        yield Objection(f"{file}, line {line}: {error.msg}", Site(file, Span(line, 0, line, 0)))


_BEFORE = "def f(x):\n    return g(x)\n"

CHECK = Check(
    name="round-trip",
    hazards=("H-A1", "H-A2", "H-A3", "H-A6"),
    reason="A file that does not compile takes every module that imports it down.",
    find=_find,
    examples=(
        Example("await in async def", _BEFORE, "async def f(x):\n    return await g(x)\n"),
        Example(
            "await in a sync function",
            _BEFORE,
            "def f(x):\n    return await g(x)\n",
            says="'await' outside async function",
        ),
        Example(
            "await in a lambda",
            _BEFORE,
            "async def f(x):\n    return (lambda: await g(x))()\n",
            says="'await' outside async function",
        ),
        Example(
            "a generator that returns a value turns async",
            "def f():\n    yield 1\n    return 2\n",
            "async def f():\n    yield 1\n    return 2\n",
            says="'return' with value in async generator",
        ),
        Example(
            "import above the future import",
            "from __future__ import annotations\n",
            "import asyncio\nfrom __future__ import annotations\n",
            says="from __future__ imports must occur at the beginning",
        ),
    ),
)
