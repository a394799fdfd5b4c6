"""Replacing blocking calls by their async equivalents."""

from __future__ import annotations

from textwrap import dedent

import pytest

from unit.convert.attempts import Edit, converted, refused

SLEEP = "time.sleep"
CREATE = "openai.resources.chat.Completions.create"
GET = "httpx.Client.get"


@pytest.mark.parametrize(
    ("before", "after", "call"),
    [
        ("import time", "import asyncio", "time.sleep(1)"),
        ("import time as t", "import asyncio", "t.sleep(1)"),
        ("from time import sleep", "import asyncio", "sleep(1)"),
        ("from time import sleep as nap", "import asyncio", "nap(1)"),
        ("import asyncio as aio\nimport time", "import asyncio as aio", "time.sleep(1)"),
        ("import asyncio\nimport time", "import asyncio", "time.sleep(1)"),
        ("import time\n\nnow = time.time", "import asyncio\nimport time\n\nnow = time.time",
         "time.sleep(1)"),
        ("from asyncio import sleep\nimport time", "from asyncio import sleep", "time.sleep(1)"),
    ],
)  # fmt: skip
def test_a_function_is_replaced_however_it_was_imported(before, after, call):
    new = "aio." if "aio" in after else "" if "from asyncio" in after else "asyncio."
    assert converted(
        f"{before}\n\n\nasync def f():\n    {call}  # wait\n", Edit("native", call, SLEEP)
    ) == (f"{after}\n\n\nasync def f():\n    await {new}sleep(1)  # wait\n")


def test_a_name_that_means_something_else_is_not_used():
    text = "import time\n\nasyncio = 1\n\n\nasync def f():\n    time.sleep(1)\n"
    assert refused(text, Edit("native", "time.sleep(1)", SLEEP)) == "name-taken"


def test_what_no_rule_knows_is_refused():
    text = "async def f():\n    work()\n"
    assert refused(text, Edit("native", "work()", "app.work")) == "no-async-equivalent"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            """
            import openai


            async def f(q):
                client = openai.OpenAI(max_retries=1)  # one per call
                answer = client.chat.completions.create(model="m", messages=q).choices
                client.close()
                return answer[0]
            """,
            """
            import openai


            async def f(q):
                client = openai.AsyncOpenAI(max_retries=1)  # one per call
                answer = (await client.chat.completions.create(model="m", messages=q)).choices
                await client.close()
                return answer[0]
            """,
        ),
        (
            """
            from openai import OpenAI


            async def f(q):
                client: OpenAI = OpenAI()
                answer = client.chat.completions.create(model="m", messages=q)
                client.close()
                return answer
            """,
            """
            from openai import AsyncOpenAI


            async def f(q):
                client: AsyncOpenAI = AsyncOpenAI()
                answer = await client.chat.completions.create(model="m", messages=q)
                await client.close()
                return answer
            """,
        ),
        (
            """
            from openai import OpenAI


            def other() -> OpenAI: ...


            async def f(q):
                with OpenAI() as client:
                    return client.chat.completions.create(model="m", messages=q).choices
            """,
            """
            from openai import AsyncOpenAI, OpenAI


            def other() -> OpenAI: ...


            async def f(q):
                async with AsyncOpenAI() as client:
                    return (await client.chat.completions.create(model="m", messages=q)).choices
            """,
        ),
    ],
)
def test_a_client_made_in_the_function_becomes_async(before, after):
    call = 'client.chat.completions.create(model="m", messages=q)'
    assert converted(before, Edit("native", call, CREATE)) == dedent(after)


@pytest.mark.parametrize(
    "body", ["c = httpx.Client()\n    r = c.get(u).text", "r = httpx.Client().get(u).text"]
)
def test_an_async_client_that_nobody_would_close_is_refused(body):
    call = "c.get(u)" if "c.get" in body else "httpx.Client().get(u)"
    text = f"import httpx\n\n\nasync def f(u):\n    {body}\n"
    assert refused(text, Edit("native", call, GET)) == "client-never-closed"


def test_a_with_block_becomes_async_and_close_is_renamed():
    before = """
    import httpx as h


    async def f(u):
        with h.Client(timeout=2) as c:
            first = c.get(u).text
            second = c.get(u)
        extra = h.Client()
        third = extra.get(u)
        extra.close()
        return first, second.status_code, third.json()
    """
    after = converted(
        before,
        Edit("native", "c.get(u)", GET),
        Edit("native", "c.get(u)", GET, 1),
        Edit("native", "extra.get(u)", GET),
    )
    assert after == dedent("""
    import httpx as h


    async def f(u):
        async with h.AsyncClient(timeout=2) as c:
            first = (await c.get(u)).text
            second = await c.get(u)
        extra = h.AsyncClient()
        third = await extra.get(u)
        await extra.aclose()
        return first, second.status_code, third.json()
    """)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("c = httpx.Client()\n    r = c.get(u)\n    return c", "client-escapes"),
        ("c = httpx.Client()\n    r = c.get(u)\n    keep(c)", "client-escapes"),
        ("c = make()\n    r = c.get(u)", "client-escapes"),
        ("r = c.get(u)", "client-escapes"),
        ("c = httpx.Client()\n    if u: c = other\n    r = c.get(u)", "client-escapes"),
        ("c = httpx.Client()\n    r = c.get(u)\n    c.mystery()", "client-escapes"),
        ("c = httpx.Client()\n    r = c.get(u)\n    with c.stream(u): pass", "missing-there"),
        ("c = httpx.Client(transport=t)\n    r = c.get(u)", "argument"),
        ("c = httpx.Client(**k)\n    r = c.get(u)", "unknown-arguments"),
        ("with httpx.Client() as c, open(u) as g:\n        r = c.get(u)", "mixed-with"),
        ("c = httpx.Client()\n    def g(): return c\n    r = c.get(u)", "client-escapes"),
        ("c = httpx.Client()\n    r = c.get(u)\n    return r.iter_lines()", "missing-there"),
    ],
)
def test_a_client_that_is_not_the_functions_own_is_refused(body, reason):
    text = f"import httpx\n\n\nasync def f(u, c, k, t):\n    {body}\n"
    if "c = httpx.Client()" in body or "c = make" in body or "transport" in body or "**k" in body:
        text = text.replace("(u, c,", "(u,")
    if "with httpx" in body:
        text = text.replace("(u, c,", "(u,")
    assert refused(text, Edit("native", "c.get(u)", GET)) == reason


def test_a_request_function_opens_a_client_around_its_statement():
    before = """
    import oldweb


    async def f(u):
        # Ask.
        answer = oldweb.get(u, timeout=10, allow_redirects=False)
        answer.raise_for_status()
        if u:
            return oldweb.post(u, json={"a": 1}).json()
        return answer.json()
    """
    after = converted(
        before,
        Edit("native", "oldweb.get(u, timeout=10, allow_redirects=False)", "oldweb.get"),
        Edit("native", 'oldweb.post(u, json={"a": 1})', "oldweb.post"),
    )
    assert after == dedent("""
    import newweb


    async def f(u):
        # Ask.
        async with newweb.AsyncClient(follow_redirects=True) as client:
            answer = await client.get(u, timeout=10, follow_redirects=False)
        answer.raise_for_status()
        if u:
            async with newweb.AsyncClient(follow_redirects=True, timeout=None) as client:
                return (await client.post(u, json={"a": 1})).json()
        return answer.json()
    """)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("return oldweb.get(u)", "result-escapes"),
        ("r = oldweb.get(u)\n    return r.ok", "missing-there"),
        ("r = oldweb.get(u)\n    if r: return r.json()", "result-escapes"),
        ("return oldweb.get(u).url", "missing-there"),
        ("if oldweb.get(u).json(): pass", "not-a-statement"),
    ],
)
def test_a_result_used_as_only_the_old_library_allows_is_refused(body, reason):
    text = f"import oldweb\n\n\nasync def f(u):\n    {body}\n"
    assert refused(text, Edit("native", "oldweb.get(u)", "oldweb.get")) == reason


def test_arguments_that_mean_something_else_are_refused():
    text = "import oldweb\n\n\nasync def f(u):\n    r = oldweb.get(u, params={})\n"
    edit = Edit("native", "oldweb.get(u, params={})", "oldweb.get")
    assert refused(text, edit) == "argument"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("oldweb.Timeout", "newweb.TimeoutException"),
        ("(oldweb.Timeout, KeyError)", "(newweb.TimeoutException, KeyError)"),
        (
            "oldweb.RequestException as e",
            "(newweb.HTTPError, json.JSONDecodeError) as e",
        ),
        ("ValueError", "ValueError"),
    ],
)
def test_handlers_catch_what_the_new_library_raises(before, after):
    text = dedent("""
    import oldweb


    async def f(u):
        try:
            r = oldweb.get(u)
        except BEFORE:
            return None
        return r.json()
    """)
    result = converted(
        text.replace("BEFORE", before), Edit("native", "oldweb.get(u)", "oldweb.get")
    )
    imports = "import json\n\nimport newweb\n" if "json" in after else "import newweb\n"
    assert result == imports.join(("\n", dedent(f"""

    async def f(u):
        try:
            async with newweb.AsyncClient(follow_redirects=True, timeout=None) as client:
                r = await client.get(u)
        except {after}:
            return None
        return r.json()
    """)))  # fmt: skip


def test_handlers_of_callers_are_mapped_and_keep_the_old_where_it_may_still_come():
    before = """
    import oldweb


    def load(u):
        return oldweb.get(u).json()


    async def f(u):
        try:
            return load(u)
        except oldweb.Timeout:
            pass
        try:
            return load(u), other(u)
        except oldweb.Timeout:
            pass
    """
    after = converted(
        before,
        Edit("native", "oldweb.get(u)", "oldweb.get"),
        Edit("await", "load(u)", "app.load"),
        Edit("await", "load(u)", "app.load", 1),
        in_place=("app.load",),
    )
    assert "    except newweb.TimeoutException:\n" in after
    assert "    except (oldweb.Timeout, newweb.TimeoutException):\n" in after


@pytest.mark.parametrize(
    "handler",
    [
        "oldweb.ChunkedEncodingError",
        "OSError",
        "oldweb.HTTPError as e:\n        raise e.response",
    ],
)
def test_handlers_without_a_counterpart_are_refused(handler):
    handler = handler if ":" in handler else f"{handler}:\n        pass"
    body = f"    try:\n        r = oldweb.get(u).json()\n    except {handler}\n"
    text = f"import oldweb\n\n\nasync def f(u):\n{body}"
    assert refused(text, Edit("native", "oldweb.get(u)", "oldweb.get")) == "unmapped-exception"


def test_a_stream_is_read_with_async_for_and_not_awaited():
    before = """
    import redis


    async def f():
        with redis.Redis() as r:
            for key in r.scan_iter():
                print(r.get(key))
            return [k for k in r.scan_iter("a*")]
    """
    after = converted(
        before,
        Edit("native", "r.scan_iter()", "redis.Redis.scan_iter"),
        Edit("native", 'r.scan_iter("a*")', "redis.Redis.scan_iter"),
        Edit("native", "r.get(key)", "redis.Redis.get"),
    )
    assert after == dedent("""
    import redis
    import redis.asyncio


    async def f():
        async with redis.asyncio.Redis() as r:
            async for key in r.scan_iter():
                print(await r.get(key))
            return [k async for k in r.scan_iter("a*")]
    """)


def test_a_factory_of_the_class_makes_the_async_client():
    before = """
    from redis import Redis


    async def f(url):
        r = Redis.from_url(url)
        r.set("a", 1)
        r.close()
    """
    after = converted(before, Edit("native", 'r.set("a", 1)', "redis.Redis.set"))
    assert after == dedent("""
    from redis.asyncio import Redis as AsyncRedis


    async def f(url):
        r = AsyncRedis.from_url(url)
        await r.set("a", 1)
        await r.aclose()
    """)
