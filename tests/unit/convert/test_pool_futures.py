"""What an executor works out is awaited where it can be, and not waited for in another thread."""

from __future__ import annotations

import re
from textwrap import dedent, indent

import pytest

from unit.convert.attempts import Edit, converted

WAIT = re.compile(r"[\w.]+(\([\w., ]*\))?\.result\(\d?\)")
AWAITED = {
    "a future of the function's own": """
        future = pool.submit(page.draw)
        return future.result()
        """,
    "never named": "return pool.submit(page.draw).result()",
    "many": """
        futures = [pool.submit(page.draw) for page in pages]
        return [f.result() for f in futures]
        """,
    "one after the other": """
        futures = [pool.submit(page.draw) for page in pages]
        for f in futures:
            f.result()
        """,
    "looked at as well": """
        f = pool.submit(page.draw)
        if not f.done():
            log()
        return f.result()
        """,
}
THREAD = {
    "with a time limit": """
        f = pool.submit(page.draw)
        return f.result(5)
        """,
    "made elsewhere": """
        f = begin(page)
        return f.result()
        """,
    "a parameter": "return page.result()",
    "cancelled by the function": """
        f = pool.submit(page.draw)
        if page.gone:
            f.cancel()
        return f.result()
        """,
    "handed on": """
        f = pool.submit(page.draw)
        watch(f)
        return f.result()
        """,
    "a nested function may cancel it": """
        f = pool.submit(page.draw)
        def stop():
            f.cancel()
        page.on_stop(stop)
        return f.result()
        """,
    "work that may stop an iteration": """
        f = pool.submit(next, pages)
        return f.result()
        """,
    "a list that is handed on": """
        fs = [pool.submit(page.draw) for page in pages]
        watch(fs)
        return [f.result() for f in fs]
        """,
    "a list that grows": """
        fs = [pool.submit(page.draw) for page in pages]
        fs.append(begin())
        return [f.result() for f in fs]
        """,
    "bound in two ways": """
        f = pool.submit(page.draw)
        if page.old:
            f = page.begun
        return f.result()
        """,
    "a pool that drops its work": """
        f = pool.submit(page.draw)
        pool.shutdown(wait=False, cancel_futures=True)
        return f.result()
        """,
    "a handler of what a thread's wait raises": """
        f = pool.submit(page.draw)
        try:
            return f.result()
        except (KeyError, concurrent.futures.CancelledError):
            return None
        """,
}


def _function(body: str) -> str:
    text = indent(dedent(body).strip("\n"), "    ")
    return f"async def draw(pool, page, pages):\n{text}\n"


def _converted(text: str) -> str:
    wait = WAIT.search(text)
    assert wait is not None
    return converted(text, Edit("offload", wait[0], "concurrent.futures.Future.result"))


@pytest.mark.parametrize("body", AWAITED.values(), ids=AWAITED)
def test_is_awaited(body):
    text = _function(body)
    after = WAIT.sub(
        lambda wait: (
            f"await asyncio.shield(asyncio.wrap_future({wait[0].removesuffix('.result()')}))"
        ),
        text,
    )
    assert _converted(text) == f"import asyncio\n\n\n{after}"


@pytest.mark.parametrize("body", THREAD.values(), ids=THREAD)
def test_stays_with_a_thread(body):
    after = _converted("import concurrent.futures\n\n\n" + _function(body))
    assert "wrap_future" not in after
    assert re.search(r"await offload\(\w+\.result", after)
