"""A converted function keeps its name, parameters and decorators."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator, Mapping, Sequence

from refactor_agent.domain.place import Site
from refactor_agent.verify.checks._answers import answering_for_requests
from refactor_agent.verify.checks._check import Check, Example, Objection
from refactor_agent.verify.checks._functions import changed_functions
from refactor_agent.verify.checks._patches import without_targets
from refactor_agent.verify.checks._whole_files import renamed, whole_files
from refactor_agent.verify.context import Context
from refactor_agent.verify.syntax import FunctionNode, Module, span_of

__all__ = ["CHECK"]

_SAME = {"asynccontextmanager": "contextmanager", "asynccontextmanager()": "contextmanager()"}
_RUNNERS = ("pytest.mark.asyncio", "pytest.mark.anyio")
_GEN_TEST = "gen_test"
"""The name of tornado's decorator of an async test, and of pytest-tornado's mark."""


def _find(context: Context) -> Iterator[Objection]:
    whole = whole_files(context)
    for change in changed_functions(context):
        if change.before is not None:
            for message in _differences(change.before, change.after, whole=change.file in whole):
                yield Objection(f"{change.name}: {message}", change.site(change.after))
    for file in context.python_files:
        before, after = context.module_before(file), context.module_after(file)
        if before and after:
            yield from _gone(file, before, after, renamed(context, file))


def _differences(before: FunctionNode, after: FunctionNode, *, whole: bool) -> Iterator[str]:
    """Say what of the head differs; in a file written ``whole``, annotations may."""
    if _arguments(before, whole=whole) != _arguments(after, whole=whole):
        old, new = ast.unparse(before.args), ast.unparse(after.args)
        yield f"its parameters were ({old}) and are ({new})"
    old_decorators = _decorators(before, whole=whole)
    new_decorators = _decorators(after, whole=whole)
    if old_decorators != new_decorators:
        yield f"its decorators were {old_decorators} and are {new_decorators}"
    if (before.returns is None) != (after.returns is None):
        yield "its return annotation came or went"


def _arguments(function: FunctionNode, *, whole: bool) -> str:
    arguments: ast.AST = copy.deepcopy(function.args)
    if whole and function.name.startswith("test"):
        arguments = answering_for_requests(arguments)
    for node in ast.walk(arguments) if whole else ():
        if isinstance(node, ast.arg):
            node.annotation = None
    return ast.dump(arguments)


def _decorators(function: FunctionNode, *, whole: bool) -> list[str]:
    """Give the decorators as text.

    In a file written ``whole``, what a test patches may move, and what answers in it may change.
    """
    decorators = function.decorator_list
    if whole and function.name.startswith("test"):
        decorators = [without_targets(decorator) for decorator in decorators]
        return _named(function, [answering_for_requests(decorator) for decorator in decorators])
    return _named(function, decorators)


def _named(function: FunctionNode, decorators: Sequence[ast.AST]) -> list[str]:
    texts = [ast.unparse(decorator) for decorator in decorators]
    named = [_plain(text) for text in texts]
    if function.name.startswith("test") or any("fixture" in text for text in named):
        named = [text for text in named if not _is_runner(text)]
        named = [text.replace("pytest_asyncio.fixture", "pytest.fixture") for text in named]
    return named


def _is_runner(text: str) -> bool:
    return text.startswith(_RUNNERS) or text.partition("(")[0].rpartition(".")[2] == _GEN_TEST


def _plain(text: str) -> str:
    head, dot, last = text.rpartition(".")
    return f"{head}{dot}{_SAME.get(last, last)}"


def _gone(
    file: str, before: Module, after: Module, planned: Mapping[str, str]
) -> Iterator[Objection]:
    for name, node in before.functions.items():
        nested = "." in name and name.rpartition(".")[0] in before.functions
        is_renamed = any(
            (old == name or old.endswith(f".{name}"))
            and any(new == other or new.endswith(f".{other}") for other in after.functions)
            for old, new in planned.items()
        )
        if name not in after.functions and not nested and not is_renamed:
            place = Site(file, span_of(node))
            yield Objection(f"{name} is gone from {file}", place)


_BEFORE = "@route('/a')\ndef load(k, n=1):\n    return get(k)\n"


def _after(head: str) -> str:
    return f"{head}\n    return await get(k)\n"


CHECK = Check(
    name="changed-signature",
    hazards=("H-P1",),
    reason="Callers that nobody looked at break.",
    find=_find,
    examples=(
        Example(
            "parameter added",
            _BEFORE,
            _after("@route('/a')\nasync def load(k, n=1, client=None):"),
            "its parameters were",
        ),
        Example(
            "default changed",
            _BEFORE,
            _after("@route('/a')\nasync def load(k, n=2):"),
            "its parameters were",
        ),
        Example("decorator gone", _BEFORE, _after("async def load(k, n=1):"), "its decorators"),
        Example("renamed", _BEFORE, _after("@route('/a')\nasync def aload(k, n=1):"), "is gone"),
        Example("only the colour", _BEFORE, _after("@route('/a')\nasync def load(k, n=1):")),
        Example(
            "twin beside it",
            _BEFORE,
            _BEFORE + "\n\n" + _after("async def aload(k, n=1):"),
        ),
        Example(
            "context manager",
            "@contextmanager\ndef f():\n    yield 1\n",
            "@asynccontextmanager\nasync def f():\n    yield 1\n",
        ),
        Example(
            "test with its runner",
            "def test_a():\n    pass\n",
            "@pytest.mark.asyncio\nasync def test_a():\n    pass\n",
        ),
        Example(
            "test of tornado's case",
            "class T(AsyncTestCase):\n    def test_a(self):\n        pass\n",
            "class T(AsyncTestCase):\n    @tornado.testing.gen_test\n    async def test_a(self):\n"
            "        pass\n",
        ),
        Example(
            "no test",
            "def load():\n    pass\n",
            "@gen_test\nasync def load():\n    pass\n",
            "its decorators were",
        ),
    ),
)
