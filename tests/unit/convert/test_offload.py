"""Handing calls, expressions and blocks to the thread limiter."""

from __future__ import annotations

from textwrap import dedent

import pytest

from refactor_agent.boundary import boundary_source
from unit.convert.attempts import Edit, attempt_of, convert, converted, refused

HEAD = "from _async_adapters import offload\n\n\n"
OPEN = Edit("offload", "open(p)", "builtins.open")
READ = Edit("offload", "f.read()", "io.TextIOWrapper.read")


def _offload(text: str, callee: str = "app.helper", nth: int = 0) -> Edit:
    return Edit("offload", text, callee, nth)


@pytest.mark.parametrize(
    ("before", "edits", "after"),
    [
        ("return helper()", ["helper()"], "return await offload(helper)"),
        ("return helper(a, k=1)", ["helper(a, k=1)"], "return await offload(helper, a, k=1)"),
        ("a.b.write(c)", ["a.b.write(c)"], "await offload(a.b.write, c)"),
        ("return get(u).json()", ["get(u)"], "return (await offload(get, u)).json()"),
        ("return helper(*a, **b)", ["helper(*a, **b)"], "return await offload(helper, *a, **b)"),
        (
            "return helper(x for x in a)",
            ["helper(x for x in a)"],
            "return await offload(helper, (x for x in a))",
        ),
        (
            "return outer(inner(x), other())",
            ["outer(inner(x), other())", "inner(x)"],
            "return await offload(outer, await offload(inner, x), other())",
        ),
        (
            "return outer(await a(), helper())",
            ["helper()"],
            "return outer(await a(), await offload(helper))",
        ),
        ("if exists(p): remove(p)", ["exists(p)", "remove(p)"],
         "if await offload(exists, p): await offload(remove, p)"),
        ("while helper(): pass", ["helper()"], "while await offload(helper): pass"),
        ("n = 0; n += helper()", ["helper()"], "n = 0; n += await offload(helper)"),
        (
            "async with Step(a) as step: return await step.run()",
            ["Step(a)"],
            "async with await offload(Step, a) as step: return await step.run()",
        ),
        ("return super().save(x)", ["super().save(x)"], "return await offload(super().save, x)"),
        (
            "return helper(\n        a,  # first\n        b,\n    )",
            ["helper(\n        a,  # first\n        b,\n    )"],
            "return await offload(\n        helper,\n        a,  # first\n        b,\n    )",
        ),
    ],
)  # fmt: skip
def test_single_calls(before, edits, after):
    text = f"async def handler(a, p):\n    {before}\n"
    assert converted(text, *(_offload(edit) for edit in edits)) == (
        f"{HEAD}async def handler(a, p):\n    {after}\n"
    )


def _block(before: str, after: str, *edits: Edit) -> None:
    text = f"async def handler(p, q=1):\n{_indented(before)}"
    assert converted(text, *edits) == f"{HEAD}async def handler(p, q=1):\n{_indented(after)}"


def _indented(text: str) -> str:
    lines = dedent(text).strip("\n").splitlines()
    return "".join(f"    {line}\n" if line else "\n" for line in lines)


def test_a_with_block_becomes_a_nested_function_with_its_comments():
    _block(
        """
        q = q + 1
        # The file is small.
        with open(p) as f:
            # Skip the header.
            f.readline()
            data = f.read()  # all of it
        return data, q
        """,
        """
        q = q + 1

        # The file is small.
        def read_file():
            with open(p) as f:
                # Skip the header.
                f.readline()
                return f.read()  # all of it

        data = await offload(read_file)
        return data, q
        """,
        OPEN,
        READ,
        Edit("offload", "f.readline()", "io.TextIOWrapper.readline"),
    )


def test_the_last_assignment_names_the_block():
    _block(
        """
        with open(p) as f:
            config = json.load(f)
        return config
        """,
        """
        def load_config():
            with open(p) as f:
                return json.load(f)

        config = await offload(load_config)
        return config
        """,
        OPEN,
        Edit("offload", "json.load(f)", "json.load"),
    )


def test_a_block_that_returns_is_returned():
    _block(
        """
        with open(p) as report:
            if q:
                return report.readline()
            return report.read()
        """,
        """
        def read_report():
            with open(p) as report:
                if q:
                    return report.readline()
                return report.read()

        return await offload(read_report)
        """,
        OPEN,
        Edit("offload", "report.read()", "io.TextIOWrapper.read"),
        Edit("offload", "report.readline()", "io.TextIOWrapper.readline"),
    )


def test_a_block_that_returns_keeps_the_annotation():
    after = converted(
        "async def text(p: str) -> str:\n    with open(p) as f:\n        return f.read()\n",
        OPEN,
        READ,
    )
    assert after == HEAD + dedent("""\
    async def text(p: str) -> str:
        def read_file() -> str:
            with open(p) as f:
                return f.read()

        return await offload(read_file)
    """)


def test_names_that_the_block_rebinds_go_in_and_come_out():
    _block(
        """
        total = 0
        lines = []
        with open(p) as f:
            for line in f:
                total += len(line)
                lines.append(line)
        print(total, lines)
        """,
        """
        total = 0
        lines = []

        def read_total(total):
            with open(p) as f:
                for line in f:
                    total += len(line)
                    lines.append(line)
            return total

        total = await offload(read_total, total)
        print(total, lines)
        """,
        OPEN,
    )


def test_several_results_come_out_together():
    _block(
        """
        with open(p) as f:
            head = f.readline()
            body = f.read()
        return head + body
        """,
        """
        def read_file():
            with open(p) as f:
                head = f.readline()
                body = f.read()
            return head, body

        head, body = await offload(read_file)
        return head + body
        """,
        OPEN,
        READ,
        Edit("offload", "f.readline()", "io.TextIOWrapper.readline"),
    )


def test_a_result_for_an_attribute_is_assigned_outside_the_thread():
    _block(
        """
        with open(p) as f:
            q.config["a"] = f.read()
        """,
        """
        def read_file():
            with open(p) as f:
                return f.read()

        q.config["a"] = await offload(read_file)
        """,
        OPEN,
        READ,
    )


def test_adjacent_statements_on_one_object_go_together():
    _block(
        """
        q = q or 2
        f = open(p)
        f.write("a")
        log("written")
        f.close()
        return q
        """,
        """
        q = q or 2

        def write_file():
            f = open(p)
            f.write("a")
            log("written")
            f.close()

        await offload(write_file)
        return q
        """,
        OPEN,
        Edit("offload", 'f.write("a")', "io.TextIOWrapper.write"),
        Edit("offload", "f.close()", "io.TextIOWrapper.close"),
    )


def test_a_connection_stays_with_its_thread():
    _block(
        """
        conn = sqlite3.connect(p)
        cursor = conn.cursor()
        cursor.execute("select 1")
        rows = cursor.fetchall()
        conn.close()
        return rows
        """,
        """
        def query_rows():
            conn = sqlite3.connect(p)
            cursor = conn.cursor()
            cursor.execute("select 1")
            rows = cursor.fetchall()
            conn.close()
            return rows

        rows = await offload(query_rows)
        return rows
        """,
        Edit("offload", "sqlite3.connect(p)", "sqlite3.connect"),
        Edit("offload", 'cursor.execute("select 1")', "sqlite3.Cursor.execute"),
        Edit("offload", "cursor.fetchall()", "sqlite3.Cursor.fetchall"),
        Edit("offload", "conn.close()", "sqlite3.Connection.close"),
    )


def test_an_expression_that_passes_a_file_on_goes_in_a_lambda():
    _block(
        "config = json.load(open(p))[q]",
        "config = (await offload(lambda: json.load(open(p))))[q]",
        OPEN,
        Edit("offload", "json.load(open(p))", "json.load"),
    )
    _block(
        "return open(p).read()",
        "return await offload(lambda: open(p).read())",
        OPEN,
        Edit("offload", "open(p).read()", "io.TextIOWrapper.read"),
    )


def test_a_loop_over_a_file_goes_whole():
    _block(
        """
        rows = []
        for line in open(p):
            rows.append(line)
        return rows
        """,
        """
        rows = []

        def read_file():
            for line in open(p):
                rows.append(line)

        await offload(read_file)
        return rows
        """,
        OPEN,
    )


def test_a_loop_over_files_is_one_hop():
    _block(
        """
        texts = []
        for name in p:
            with open(name) as f:
                texts.append(f.read())
        return texts
        """,
        """
        texts = []

        def read_file():
            for name in p:
                with open(name) as f:
                    texts.append(f.read())

        await offload(read_file)
        return texts
        """,
        _offload("open(name)", "builtins.open"),
        READ,
    )


def test_a_loop_that_awaits_keeps_the_block_inside():
    _block(
        """
        for name in p:
            with open(name) as f:
                text = f.read()
            await send(text)
        """,
        """
        for name in p:

            def read_file():
                with open(name) as f:
                    return f.read()

            text = await offload(read_file)
            await send(text)
        """,
        _offload("open(name)", "builtins.open"),
        READ,
    )


@pytest.mark.parametrize(
    ("before", "reason"),
    [
        ("with open(p) as f:\n        for r in f: await z(r, f.read())", "block-awaits"),
        ("with open(p) as f:\n        spawn(f)\n        await z(f.read())", "block-awaits"),
        ("with open(p) as f:\n        yield (lambda: f), f.read()", "block-yields"),
        ("with open(p) as f:\n        await z(f.read())\n    return f", "block-awaits"),
        ("with open(p) as f:\n        if q: return z(f)\n    return 1", "returns-midway"),
        (
            """for i in q:
        await z()
        with open(p) as f:
            if z(f): break""",
            "jumps-out",
        ),
        ("with open(p) as f:\n        self.a = 1\n        z(f)", "shared-write"),
        ("with open(p) as f:\n        CACHE[q] = 1\n        z(f)", "shared-write"),
        ("with open(p) as f:\n        z(f)\n        super().x()", "frame"),
        ("with open(p) as f:\n        if q: t = z(f)\n    return t", "maybe-unbound"),
        ("with open(p) as f:\n        q and (t := z(f))\n    return t", "maybe-unbound"),
        ("global G\n    with open(p) as f:\n        G = z(f)\n    return 1", "rebinding"),
        ("with open(p) as f:\n        USER.set(z(f))", "context-lost"),
        ("with self.lock:\n        with open(p) as f:\n            f.read()", "lock-held"),
    ],
)
def test_blocks_that_can_not_move_are_refused(before, reason):
    text = f"USER = ContextVar('u')\n\n\nasync def handler(self, p, q):\n    {before}\n"
    assert refused(text, OPEN, *([READ] if "f.read()" in before else [])) == reason


@pytest.mark.parametrize("leak", ["return c", "self.c = c", "keep([c])", "def g(): return c"])
def test_a_connection_that_leaves_its_thread_is_refused(leak):
    text = f"async def handler(self, p):\n    c = sqlite3.connect(p)\n    {leak}\n"
    assert refused(text, _offload("sqlite3.connect(p)", "sqlite3.connect")) == "escapes"


def test_a_file_that_is_kept_is_used_one_call_at_a_time():
    _block(
        """
        f = open(p)
        head = f.read()
        q.file = f
        """,
        """
        f = await offload(open, p)
        head = await offload(f.read)
        q.file = f
        """,
        OPEN,
        READ,
    )


def test_an_object_bound_to_another_thread_is_refused():
    text = "async def handler(conn):\n    conn.commit()\n"
    edit = Edit("offload", "conn.commit()", "sqlite3.Connection.commit")
    assert refused(text, edit) == "thread-affine"


@pytest.mark.parametrize(
    ("files", "function", "place", "imported"),
    [
        (["app.py"], "app", "_async_adapters.py", "_async_adapters"),
        (["src/app.py"], "app", "src/_async_adapters.py", "_async_adapters"),
        (["pkg/__init__.py", "pkg/sub/mod.py"], "pkg.sub.mod", "pkg/_async_adapters.py",
         "pkg._async_adapters"),
        (["src/pkg/mod.py"], "pkg.mod", "src/pkg/_async_adapters.py", "pkg._async_adapters"),
        (["src/pkg/__init__.py"], "pkg", "src/pkg/_async_adapters.py", "pkg._async_adapters"),
        (["src/pkg/sub/__init__.py"], "pkg.sub", "src/pkg/_async_adapters.py",
         "pkg._async_adapters"),
    ],
)  # fmt: skip
def test_the_boundary_goes_to_the_top_level_package(files, function, place, imported):
    file = files[-1]
    texts = dict.fromkeys(files, "") | {file: "async def f(p):\n    return helper(p)\n"}
    attempt = attempt_of(texts, [Edit("offload", "helper(p)", "app.helper", file=file)])
    call = attempt.calls[0].model_copy(update={"function": f"{function}.f"})
    outcome, changed = convert(texts, attempt.model_copy(update={"calls": (call,)}))
    assert changed[place] == boundary_source(), outcome
    assert f"from {imported} import offload\n" in changed[file]


def test_a_boundary_that_is_there_is_used_and_a_foreign_file_is_not_overwritten():
    text = "async def f(p):\n    return helper(p)\n"
    attempt = attempt_of({"app.py": text}, [_offload("helper(p)")])
    ours = {"app.py": text, "_async_adapters.py": boundary_source()}
    outcome, changed = convert(ours, attempt)
    assert outcome.new_files == ()
    assert list(changed) == ["app.py"]
    foreign = {"app.py": text, "_async_adapters.py": "# mine\n"}
    outcome, changed = convert(foreign, attempt)
    assert outcome.reason == "boundary-taken"


def test_a_name_that_is_taken_gets_an_alias():
    after = converted(
        "offload = 1\n\n\nasync def f(p):\n    return helper(p)\n", _offload("helper(p)")
    )
    assert "from _async_adapters import offload as async_offload\n" in after
    assert "return await async_offload(helper, p)" in after


LIST = _offload("p.iterdir()", "pathlib.Path.iterdir")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("return list(p.iterdir())", "return await offload(lambda: list(p.iterdir()))"),
        (
            "return [x.name for x in p.iterdir()]",
            "return await offload(lambda: [x.name for x in p.iterdir()])",
        ),
        (
            "return sum(x.size for x in p.iterdir())",
            "return await offload(lambda: sum(x.size for x in p.iterdir()))",
        ),
    ],
)
def test_a_lazy_listing_is_read_in_the_thread(before, after):
    text = f"async def f(p, q):\n    {before}\n"
    assert converted(text, LIST) == f"{HEAD}async def f(p, q):\n    {after}\n"


def test_a_lazy_listing_is_read_before_a_loop_that_awaits():
    text = "async def f(p):\n    for x in p.iterdir():\n        await z(x)\n"
    assert converted(text, LIST) == HEAD + text.replace(
        "p.iterdir()", "await offload(lambda: list(p.iterdir()))"
    )


def test_a_loop_over_a_lazy_listing_goes_whole():
    _block(
        """
        for x in p.iterdir():
            q += x.size
        return q
        """,
        """
        def list_files(q):
            for x in p.iterdir():
                q += x.size
            return q

        q = await offload(list_files, q)
        return q
        """,
        LIST,
    )


@pytest.mark.parametrize(
    ("before", "reason"),
    [
        ("return p.iterdir()", "escapes"),
        ("r = p.iterdir()\n    for x in r:\n        await z(x)", "block-awaits"),
        ("async for x in p.iterdir(): pass", "async-iterable"),
    ],
)
def test_a_lazy_listing_that_is_read_elsewhere_is_refused(before, reason):
    assert refused(f"async def f(p, q):\n    {before}\n", LIST) == reason


def test_a_pool_that_waits_at_the_end_of_its_block_goes_whole():
    before = """\
    from concurrent.futures import ThreadPoolExecutor


    async def f(pages):
        with ThreadPoolExecutor() as pool:
            drawn = [job.result() for job in [pool.submit(page.draw) for page in pages]]
        return drawn
    """
    after = converted(before, _offload("job.result()", "concurrent.futures.Future.result"))
    assert after == dedent("""\
    from concurrent.futures import ThreadPoolExecutor

    from _async_adapters import offload


    async def f(pages):
        def use_drawn():
            with ThreadPoolExecutor() as pool:
                return [job.result() for job in [pool.submit(page.draw) for page in pages]]

        drawn = await offload(use_drawn)
        return drawn
    """)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "the_result = helper(first_argument, second_argument, third=third_argument)",
            """
            the_result = await offload(
                helper, first_argument, second_argument, third=third_argument
            )
            """,
        ),
        (
            "helper(first_argument, the_second_argument, the_third_argument, fourth_argument=1)",
            """
            await offload(
                helper,
                first_argument,
                the_second_argument,
                the_third_argument,
                fourth_argument=1,
            )
            """,
        ),
        (
            "helper(\n        first_argument, second_argument\n    )",
            """
            await offload(
                helper, first_argument, second_argument
            )
            """,
        ),
        (
            """helper(
        first_argument, the_second_argument, the_third_argument, fourth_argument=1
    )""",
            """
            await offload(
                helper,
                first_argument,
                the_second_argument,
                the_third_argument,
                fourth_argument=1,
            )
            """,
        ),
        (
            "return the_outer_function_name(first_argument, helper(the_second_argument))",
            """
            return the_outer_function_name(
                first_argument, await offload(helper, the_second_argument)
            )
            """,
        ),
    ],
)
def test_lines_that_grow_too_long_are_broken_as_formatters_do(before, after):
    call = before[before.index("helper(") :].removesuffix(")" if "outer" in before else "")
    text = f"async def f(p):\n    {before}\n"
    assert converted(text, _offload(call)) == f"{HEAD}async def f(p):\n{_indented(after)}"


def test_a_file_that_keeps_to_no_width_is_not_reflowed():
    text = f"# {'x' * 130}\nasync def f(p):\n    result = helper({', '.join(['argument'] * 10)})\n"
    call = f"helper({', '.join(['argument'] * 10)})"
    assert f"    result = await offload(helper, {', '.join(['argument'] * 10)})\n" in converted(
        text, _offload(call)
    )


def test_a_stream_is_read_through_in_the_thread():
    before = """\
    import openai


    async def speak(messages):
        client = openai.OpenAI()
        stream = client.chat.completions.create(messages=messages, stream=True)
        return "".join(chunk.text for chunk in stream)
    """
    create = "client.chat.completions.create(messages=messages, stream=True)"
    after = converted(before, _offload(create, "openai.resources.chat.Completions.create"))
    assert after == dedent("""\
    import openai

    from _async_adapters import offload


    async def speak(messages):
        client = openai.OpenAI()

        def use_stream():
            stream = client.chat.completions.create(messages=messages, stream=True)
            return "".join(chunk.text for chunk in stream)

        return await offload(use_stream)
    """)


STAT = _offload("os.stat(x)", "os.stat")
EXISTS = _offload("os.path.exists(x)", "os.path.exists")


@pytest.mark.parametrize(
    ("before", "after", "edits"),
    [
        (
            """
            for x in p:
                q += os.stat(x).st_size
            return q
            """,
            """
            def check_file(q):
                for x in p:
                    q += os.stat(x).st_size
                return q

            q = await offload(check_file, q)
            return q
            """,
            [STAT],
        ),
        (
            "return any(os.path.exists(x) for x in p)",
            "return await offload(lambda: any(os.path.exists(x) for x in p))",
            [EXISTS],
        ),
        (
            "sizes = [os.stat(x).st_size for x in p if os.path.exists(x)]",
            "sizes = await offload(lambda: [os.stat(x).st_size for x in p if os.path.exists(x)])",
            [STAT, EXISTS],
        ),
        (
            """
            for x in p:
                if os.path.exists(x):
                    return x
            q = 1
            """,
            """
            for x in p:
                if await offload(os.path.exists, x):
                    return x
            q = 1
            """,
            [EXISTS],
        ),
        (
            "return (x for x in p if os.path.exists(x))",
            None,
            [EXISTS],
        ),
    ],
    ids=["a loop", "until it is known", "a list", "a loop that can't go", "nobody reads it here"],
)
def test_what_costs_less_than_a_hop_goes_with_its_loop(before, after, edits):
    if after is None:
        text = f"async def handler(p, q=1):\n{_indented(before)}"
        assert refused(text, *edits) == "generator-expression"
    else:
        _block(before, after, *edits)


def test_the_block_of_a_context_manager_goes_with_it():
    _block(
        """
        with written(p) as f:
            f.write(q)
            done = len(q)
        return done
        """,
        """
        def write_done():
            with written(p) as f:
                f.write(q)
                return len(q)

        done = await offload(write_done)
        return done
        """,
        _offload("written(p)", "app.written"),
        Edit("offload", "f.write(q)", "io.TextIOWrapper.write"),
    )
