"""Generators that become async ones, together with what reads them."""

from __future__ import annotations

import pytest

from refactor_agent.domain.plan import Refusal
from unit.convert.attempts import Edit, attempt_of, convert, converted, refused

SLEEP = Edit("native", "time.sleep(1)", "time.sleep")
READ = Edit("await", "pages(n)", "app.pages")
HEAD = """\
import time
from collections.abc import Iterator


def pages(n: int) -> Iterator[list[int]]:
    while n:
        time.sleep(1)
        yield [n]


"""
ASYNC_HEAD = """\
import asyncio
from collections.abc import AsyncIterator


async def pages(n: int) -> AsyncIterator[list[int]]:
    while n:
        await asyncio.sleep(1)
        yield [n]


"""
CLOSING = ASYNC_HEAD.replace("\n\n\n", "\nfrom contextlib import aclosing\n\n\n", 1)


def _read(before: str) -> str:
    text = f"{HEAD}async def main(n, log):\n{_indented(before)}"
    return converted(text, READ, SLEEP, in_place=("app.pages",))


def _indented(text: str) -> str:
    return "".join(f"    {line}\n" for line in text.splitlines())


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("for page in pages(n):\n    log(page)", "async for page in pages(n):\n    log(page)"),
        (
            "for page in pages(n):\n    for one in page:\n        break\nelse:\n    log(n)",
            "async for page in pages(n):\n    for one in page:\n        break\nelse:\n    log(n)",
        ),
        ("return [p for p in pages(n) if p]", "return [p async for p in pages(n) if p]"),
        ("return {p[0]: p for p in pages(n)}", "return {p[0]: p async for p in pages(n)}"),
        ("return sum(len(p) for p in pages(n))", "return sum([len(p) async for p in pages(n)])"),
        ("return list(pages(n))", "return [item async for item in pages(n)]"),
        (
            "return sorted(pages(n), key=len)",
            "return sorted([item async for item in pages(n)], key=len)",
        ),
    ],
)
def test_what_reads_a_generator_to_its_end_reads_an_async_one(before: str, after: str) -> None:
    assert _read(before) == f"{ASYNC_HEAD}async def main(n, log):\n{_indented(after)}"


@pytest.mark.parametrize(
    "body",
    [
        "if page:\n        return page",
        "if page:\n        break",
        "for one in page:\n        return one",
    ],
)
def test_a_loop_that_may_stop_early_closes_what_it_reads(body: str) -> None:
    inner = body.replace("\n", "\n    ")
    assert _read(f"# the first\nfor page in pages(n):\n    {body}") == (
        f"{CLOSING}async def main(n, log):\n"
        + _indented(
            "# the first\nasync with aclosing(pages(n)) as items:\n"
            f"    async for page in items:\n        {inner}"
        )
    )


GUARDED = """\
import time


def pages(n):
    try:
        time.sleep(1)
        yield n
    finally:
        print(n)


async def main(n, log):
    for page in pages(n):
        log(page)


async def both(n):
    return [page for page in {read}]
"""


def test_a_generator_that_cleans_up_is_closed_even_where_nothing_seems_to_stop() -> None:
    after = converted(GUARDED.format(read="n"), READ, SLEEP, in_place=("app.pages",))
    assert (
        "    async with aclosing(pages(n)) as items:\n        async for page in items:\n" in after
    )
    text = GUARDED.format(read="pages(n)")
    twice = Edit("await", "pages(n)", "app.pages", 1)
    assert refused(text, READ, twice, SLEEP, in_place=("app.pages",)) == "generator-closing"


DELEGATING = """\
import time
from typing import Generator


def pages(n):
    time.sleep(1)
    yield [n]


def events(n) -> "Generator":
    yield from pages(n)
    # the rest
    yield from range(n)


async def main(n):
    for event in events(n):
        print(event)
"""
DELEGATED = """\
import asyncio
from typing import Generator


async def pages(n):
    await asyncio.sleep(1)
    yield [n]


async def events(n) -> "Generator":
    async for item in pages(n):
        yield item
    # the rest
    for item_2 in range(n):
        yield item_2


async def main(n):
    async for event in events(n):
        print(event)
"""


def test_delegation_becomes_a_loop_that_yields() -> None:
    events = Edit("await", "events(n)", "app.events")
    edits = (READ, events, SLEEP)
    assert converted(DELEGATING, *edits, in_place=("app.pages", "app.events")) == DELEGATED


@pytest.mark.parametrize(
    ("imported", "was", "becomes"),
    [
        ("import typing", "typing.Iterable[int]", "typing.AsyncIterable[int]"),
        ("import typing as t", "t.Generator[int, None, None]", "t.AsyncGenerator[int, None]"),
        ("from typing import Generator as G", "G[int, None, None]", "AsyncGenerator[int, None]"),
    ],
)
def test_what_it_is_said_to_give_changes_with_it(imported: str, was: str, becomes: str) -> None:
    text = f"import time\n{imported}\n\n\ndef pages(n) -> {was}:\n    time.sleep(1)\n    yield n\n"
    after = converted(text, SLEEP, in_place=("app.pages",))
    assert f"async def pages(n) -> {becomes}:" in after


def test_a_twin_leaves_the_generator_as_it_is() -> None:
    text = f"{HEAD}async def main(n):\n    for page in pages(n):\n        print(page)\n"
    after = converted(text, READ, SLEEP, twins={"app.pages": "pages_async"})
    assert HEAD.split("\n\n\n")[1] in after
    assert "async def pages_async(n: int) -> AsyncIterator[list[int]]:" in after
    assert "async for page in pages_async(n):" in after
    assert "from collections.abc import AsyncIterator, Iterator" in after


@pytest.mark.parametrize(
    ("before", "reason"),
    [
        ("return pages(n)", "unknown-reader"),
        ("return zip(pages(n), n)", "unknown-reader"),
        ("return any(page for page in pages(n))", "generator-expression"),
        ("return (page for page in pages(n))", "generator-expression"),
        ("with self.lock:\n        for page in pages(n): print(page)", "lock-held"),
    ],
)
def test_a_reader_without_an_async_form_is_refused(before: str, reason: str) -> None:
    text = f"{HEAD}async def main(self, n):\n    {before}\n"
    assert refused(text, READ, SLEEP, in_place=("app.pages",)) == reason


@pytest.mark.parametrize(
    ("file", "text", "closes"),
    [
        ("pyproject.toml", '[project]\nname = "a"\nrequires-python = ">=3.9"\n', False),
        ("pyproject.toml", '[project]\nname = "a"\nrequires-python = ">=3.10"\n', True),
        ("pyproject.toml", '[tool.poetry.dependencies]\npython = "^3.8"\n', False),
        ("setup.cfg", "[options]\npython_requires = >=3.9\n", False),
        ("setup.cfg", "[options]\nzip_safe = no\n", True),
    ],
)
def test_closing_needs_a_python_that_has_it(file: str, text: str, *, closes: bool) -> None:
    app = f"{HEAD}async def main(n):\n    for page in pages(n):\n        return page\n"
    files = {"app.py": app, file: text}
    outcome, _ = convert(files, attempt_of(files, [READ, SLEEP], in_place=("app.pages",)))
    assert isinstance(outcome, Refusal) != closes
    assert closes or (isinstance(outcome, Refusal) and outcome.reason == "generator-closing")


FROM_ASYNC = "from collections.abc import AsyncIterator\nfrom contextlib import asynccontextmanager"
MANAGED = """\
import time
{imported}


@{decorator}
def held(name) -> {given}[str]:
    time.sleep(1)
    try:
        yield name
    finally:
        print(name)


async def main():
    # mine
    with held("a") as name:
        return name
"""


@pytest.mark.parametrize(
    ("imported", "decorator", "given", "after"),
    [
        (
            "from collections.abc import Iterator\nfrom contextlib import contextmanager",
            "contextmanager",
            "Iterator",
            (
                FROM_ASYNC,
                "asynccontextmanager",
                "AsyncIterator",
            ),
        ),
        (
            "import contextlib\nimport typing as t",
            "contextlib.contextmanager",
            "t.Iterator",
            (
                "import contextlib\nimport typing as t",
                "contextlib.asynccontextmanager",
                "t.AsyncIterator",
            ),
        ),
    ],
)
def test_a_context_manager_is_entered_asynchronously(
    imported: str, decorator: str, given: str, after: tuple[str, str, str]
) -> None:
    held = Edit("await", 'held("a")', "app.held")
    text = MANAGED.format(imported=imported, decorator=decorator, given=given)
    expected = MANAGED.format(imported=after[0], decorator=after[1], given=after[2])
    for was, becomes in (
        ("import time", "import asyncio"),
        ("time.sleep", "await asyncio.sleep"),
        ("def held", "async def held"),
        ("    with", "    async with"),
    ):
        expected = expected.replace(was, becomes)
    assert converted(text, held, SLEEP, in_place=("app.held",)) == expected


@pytest.mark.parametrize(
    ("before", "reason"),
    [
        ("with held(n), self.other:\n        pass", "mixed-with"),
        ("with self.lock:\n        with held(n):\n            pass", "lock-held"),
        ("return held(n)", "context-manager"),
    ],
)
def test_a_context_manager_that_nothing_can_enter_is_refused(before: str, reason: str) -> None:
    head = MANAGED.partition("async def main")[0].format(
        imported="from contextlib import contextmanager", decorator="contextmanager", given="list"
    )
    text = f"{head}async def main(self, n):\n    {before}\n"
    edit = Edit("await", "held(n)", "app.held")
    assert refused(text, edit, SLEEP, in_place=("app.held",)) == reason
