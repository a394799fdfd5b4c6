"""Colouring functions in place or as twins, and awaiting their calls."""

from __future__ import annotations

from textwrap import dedent

import pytest

from refactor_agent.domain.proposal import ImportEdit
from unit.convert.attempts import Edit, attempt_of, convert, converted, refused

SLEEP = Edit("native", "time.sleep(1)", "time.sleep")


def _load(text: str = "load()", nth: int = 0) -> Edit:
    return Edit("await", text, "app.load", nth)


HEAD = """\
import time


def load():
    time.sleep(1)
    return {}


"""
ASYNC_HEAD = """\
import asyncio


async def load():
    await asyncio.sleep(1)
    return {}


"""


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("return load()", "return await load()"),
        ("return load().copy()", "return (await load()).copy()"),
        ("return load()['a']", "return (await load())['a']"),
        ("return load()()", "return (await load())()"),
        ("return load() ** 2", "return (await load()) ** 2"),
        ("return -load() + load2()", "return -await load() + load2()"),
        ("return not load()", "return not await load()"),
        ("return (load())", "return (await load())"),
        ("return(load())", "return(await load())"),
        ("return [load() for _ in a]", "return [await load() for _ in a]"),
        ("return f'{load()!r:>9}'", "return f'{await load()!r:>9}'"),
        ("return load() if load3() else 0", "return await load() if load3() else 0"),
        ("return 1 < load() < 3", "return 1 < await load() < 3"),
        ("if (n := load()):  # kept\n        return n",
         "if (n := await load()):  # kept\n        return n"),
        ("return {**load(), 'é': 1}", "return {**await load(), 'é': 1}"),
        ("s = 'é€'; return load()", "s = 'é€'; return await load()"),
        ("for a in load():\n        yield a", "for a in await load():\n        yield a"),
        ("with lock(a): return 1\n    return load()",
         "with lock(a): return 1\n    return await load()"),
        ("return sum(load() for _ in a)", "return sum([await load() for _ in a])"),
        ("return list(load() for _ in a)", "return [await load() for _ in a]"),
        ("return set(load() for _ in a)", "return {await load() for _ in a}"),
        ("return ', '.join(load() for _ in a)", "return ', '.join([await load() for _ in a])"),
        ("return (x for x in load())", "return (x for x in await load())"),
        ("return load(  # why\n        )", "return await load(  # why\n        )"),
    ],
)  # fmt: skip
def test_a_coloured_call_is_awaited_with_parentheses_where_needed(before, after):
    text = f"{HEAD}async def handler(a):\n    {before}\n"
    edits = (
        [_load("load()"), SLEEP]
        if "# why" not in before
        else [_load("load(  # why\n        )"), SLEEP]
    )
    assert converted(text, *edits, in_place=("app.load",)) == (
        f"{ASYNC_HEAD}async def handler(a):\n    {after}\n"
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("self.total += load()", "added = await load()\n    self.total += added"),
        ("self.total += 2 * load()  # x", "added = 2 * await load()\n    self.total += added  # x"),
        (
            "# why\n    self.total |= load()\n    self.n += load()",
            (
                "# why\n    added = await load()\n    self.total |= added\n"
                "    added = await load()\n    self.n += added"
            ),
        ),
    ],
)  # fmt: skip
def test_what_an_update_adds_is_awaited_before_its_target_is_read(before, after):
    text = f"{HEAD}async def handler(self, a):\n    {before}\n"
    loads = [_load(nth=number) for number in range(before.count("load()"))]
    assert converted(text, *loads, SLEEP, in_place=("app.load",)) == (
        f"{ASYNC_HEAD}async def handler(self, a):\n    {after}\n"
    )


def test_two_awaits_in_one_generator_expression_make_one_list():
    text = f"{HEAD}async def handler(a):\n    return sum(load() + load() for _ in a)\n"
    assert converted(text, _load(), _load(nth=1), SLEEP, in_place=("app.load",)) == (
        f"{ASYNC_HEAD}async def handler(a):\n"
        "    return sum([await load() + await load() for _ in a])\n"
    )


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("return map(lambda x: load(), a)", "lambda"),
        ("return iter(load() for _ in a)", "generator-expression"),
        ("return any(load() for _ in a)", "generator-expression"),
        ("with self.lock:\n        return load()", "lock-held"),
        ("with threading.Lock():\n        return load()", "lock-held"),
        ("with redirect_stdout(a):\n        return load()", "process-wide"),
        ("self.totals[a] += load()", "augmented-assignment"),
        ("self.next().total += load()", "augmented-assignment"),
        ("self.total += 1; self.total += load()", "augmented-assignment"),
        ("self.total = self.total + load()", "augmented-assignment"),
        ("def inner(x=load()): return x\n    return inner", "signature"),
        ("class A:\n        x = load()\n    return A", "class-body"),
        ("def inner(): return load()\n    return inner", "sync-function"),
    ],
)
def test_where_no_await_may_stand_the_attempt_is_refused(body, reason):
    text = f"{HEAD}async def handler(self, a):\n    {body}\n"
    assert refused(text, _load(), SLEEP, in_place=("app.load",)) == reason


@pytest.mark.parametrize(
    ("function", "reason"),
    [
        ("def load():\n    with lock:\n        yield 1", "lock-held"),
        ("def load():\n    sent = yield 1\n    print(sent)", "generator-result"),
        ("@property\ndef load():\n    return 1", "decorator"),
        ("@functools.lru_cache(maxsize=None)\ndef load():\n    return 1", "decorator"),
        ("async def load():\n    return 1", "already-async"),
        ("def load():\n    return 1\n\n\ndef load():\n    return 2", "ambiguous-function"),
    ],
)
def test_what_can_not_be_a_coroutine_is_refused(function, reason):
    assert refused(f"{function}\n", in_place=("app.load",)) == reason


def test_dunder_methods_are_refused():
    text = "class A:\n    def __init__(self):\n        self.a = 1\n"
    assert refused(text, in_place=("app.A.__init__",)) == "dunder"


def test_colouring_keeps_decorators_comments_and_formatting():
    before = '''
    import time
    import json  # used elsewhere


    class Loader :
        # The one and only.
        @ staticmethod
        def load( path ,retries = 3 ) -> "dict" : # why
            """Load it."""
            time.sleep( 1 )   # politely
            return json . loads(path)  ; \t

            # after all


    async def main():
        return Loader.load( "a" ,  )["b"]
    '''
    after = converted(
        before,
        Edit("native", "time.sleep( 1 )", "time.sleep"),
        Edit("await", 'Loader.load( "a" ,  )', "app.Loader.load"),
        in_place=("app.Loader.load",),
    )
    expected = (
        dedent(before)
        .replace("import time\nimport json", "import asyncio\nimport json")
        .replace("        def load(", "        async def load(")
        .replace("    def load(", "    async def load(")
        .replace("time.sleep( 1 )", "await asyncio.sleep( 1 )")
        .replace('Loader.load( "a" ,  )["b"]', '(await Loader.load( "a" ,  ))["b"]')
    )
    assert after == expected


def test_a_twin_follows_the_unchanged_original():
    before = '''
    import time


    def load(path):
        """Load the file at path.

        Slowly.
        """
        time.sleep(1)
        return path
        # done


    async def main():
        return load("a")


    def script():
        return load("b")
    '''
    after = converted(
        before, SLEEP, Edit("await", 'load("a")', "app.load"), twins={"app.load": "load_async"}
    )
    assert after == dedent('''
    import asyncio
    import time


    def load(path):
        """Load the file at path.

        Slowly.
        """
        time.sleep(1)
        return path
        # done


    async def load_async(path):
        """Do what `load` does, without blocking the event loop."""
        await asyncio.sleep(1)
        return path


    async def main():
        return await load_async("a")


    def script():
        return load("b")
    ''')


def test_a_twin_is_not_called_where_another_name_stands_for_the_original():
    before = """
    import functools
    import time


    def load(path):
        time.sleep(1)
        return path


    async def main():
        again = functools.partial(load, "a")
        return again()
    """
    edits = SLEEP, Edit("await", "again()", "app.load")
    assert refused(before, *edits, twins={"app.load": "load_async"}) == "called-by-another-name"


def test_a_twin_method_stands_in_its_class_and_calls_twins():
    before = """
    import time


    class Repo:
        @trace
        def load(self):
            time.sleep(1)
            return self.load_all()
        def load_all(self):
            time.sleep(2)
            return self.load() if self.x else 1


    async def main(repo):
        return repo.load()
    """
    after = converted(
        before,
        SLEEP,
        Edit("native", "time.sleep(2)", "time.sleep"),
        Edit("await", "self.load_all()", "app.Repo.load_all"),
        Edit("await", "self.load()", "app.Repo.load"),
        Edit("await", "repo.load()", "app.Repo.load"),
        twins={"app.Repo.load": "aload", "app.Repo.load_all": "aload_all"},
    )
    assert after == dedent("""
    import asyncio
    import time


    class Repo:
        @trace
        def load(self):
            time.sleep(1)
            return self.load_all()

        @trace
        async def aload(self):
            await asyncio.sleep(1)
            return await self.aload_all()
        def load_all(self):
            time.sleep(2)
            return self.load() if self.x else 1

        async def aload_all(self):
            await asyncio.sleep(2)
            return await self.aload() if self.x else 1


    async def main(repo):
        return await repo.aload()
    """)


def test_a_twin_in_another_module_is_imported_in_place_of_the_original():
    files = {
        "pkg/__init__.py": "",
        "pkg/store.py": "import time\n\n\ndef load():\n    time.sleep(1)\n",
        "pkg/web.py": (
            "from .store import load as fetch, other\n\n\n"
            "async def get():\n    return fetch(), other()\n"
        ),
    }
    attempt = attempt_of(
        files,
        [
            Edit("native", "time.sleep(1)", "time.sleep", file="pkg/store.py"),
            Edit("await", "fetch()", "pkg.store.load", file="pkg/web.py"),
        ],
        twins={"pkg.store.load": "load_async"},
    )
    outcome, changed = convert(files, attempt)
    assert changed["pkg/web.py"] == (
        "from .store import load_async, other\n\n\n"
        "async def get():\n    return await load_async(), other()\n"
    )
    assert ImportEdit(file="pkg/web.py", module=".store", name="load_async") in outcome.imports
    assert [edit.function.name for edit in outcome.functions] == ["pkg.store.load", "pkg.web.get"]


def test_a_nested_function_is_changed_within_the_outermost_one():
    before = """
    import time


    async def main():
        def load():
            time.sleep(1)

        return load()
    """
    after = converted(
        before, SLEEP, Edit("await", "load()", "app.main.load"), in_place=("app.main.load",)
    )
    assert "        async def load():\n" not in after
    assert (
        "    async def load():\n        await asyncio.sleep(1)\n\n    return await load()" in after
    )


def test_windows_newlines_and_a_byte_order_mark_stay():
    before = (
        "\ufeffimport time\r\n\r\n\r\nasync def f():\r\n    time.sleep(1)\r\n    return 'é'\r\n"
    )
    outcome, files = convert(
        {"app.py": before}, attempt_of({"app.py": before.lstrip("\ufeff")}, [SLEEP])
    )
    assert files["app.py"] == before.replace("import time", "import asyncio").replace(
        "time.sleep", "await asyncio.sleep"
    ), outcome


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("async def f():\n\ttime.sleep(1)\n\f\nprint 'x'\n", "no-round-trip"),
        ("\x0casync def f():\n    time.sleep(1)\n", "no-round-trip"),
    ],
)
def test_files_that_do_not_round_trip_are_refused(text, reason):
    good = {"app.py": "async def f():\n    time.sleep(1)\n"}
    outcome, _ = convert({"app.py": text}, attempt_of(good, [SLEEP]))
    assert outcome.reason == reason


def test_a_call_that_moved_is_refused():
    good = {"app.py": "import time\n\n\nasync def f():\n    time.sleep(1)\n"}
    moved = {"app.py": "import time\n\n\nasync def f():\n    # new\n    time.sleep(1)\n"}
    outcome, _ = convert(moved, attempt_of(good, [SLEEP]))
    assert outcome.reason == "moved"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("async  def f(x) :\n    return x\n", "def f(x) :\n    return x\n"),
        (
            "@app.get('/')\nasync def f(x):\n    # why\n    return open(x).read()\n",
            "@app.get('/')\ndef f(x):\n    # why\n    return open(x).read()\n",
        ),
    ],
)
def test_a_handler_that_never_waits_is_demoted(before, after):
    assert converted(before, demotes=("app.f",)) == after


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("return await x()", "awaits"),
        ("async with x: pass", "awaits"),
        ("return [y async for y in x]", "awaits"),
        ("yield 1", "awaits"),
        ("return asyncio.create_task(x())", "uses-the-loop"),
    ],
)
def test_a_handler_that_waits_is_not_demoted(body, reason):
    assert refused(f"async def f(x):\n    {body}\n", demotes=("app.f",)) == reason
