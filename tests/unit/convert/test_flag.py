"""Both paths behind a flag, and each of them taken out again."""

from __future__ import annotations

import ast
from textwrap import dedent

import pytest

from refactor_agent.boundary import boundary_source
from refactor_agent.domain.plan import Attempt, Colour, Flag, FunctionRef, Refusal
from refactor_agent.edit import resolve_flag
from unit.convert.attempts import Edit, attempt_of, convert

FLAG = Flag(name="unblock", percent=10)
SLEEP = Edit("native", "time.sleep(1)", "time.sleep")
READ = Edit("offload", "path.read_text()", "pathlib.Path.read_text")


def flagged(before: str, *edits: Edit, twins: dict[str, str] | None = None) -> str | Refusal:
    attempt = attempt_of({"app.py": before}, list(edits), twins=twins)
    outcome, files = convert({"app.py": before}, attempt.model_copy(update={"flag": FLAG}))
    if isinstance(outcome, Refusal):
        return outcome
    assert set(files) == {"app.py", "_async_adapters.py"}
    return files["app.py"]


def functions(text: str | bytes) -> list[str]:
    """The module without its imports, as the compiler sees it."""
    tree = ast.parse(text)
    kept = [node for node in tree.body if not isinstance(node, ast.Import | ast.ImportFrom)]
    return [ast.dump(node) for node in kept]


CASES = [
    pytest.param(
        """\
        from pathlib import Path


        async def load(path: Path):
            text = path.read_text()
            return text.upper()
        """,
        [READ],
        """\
        from pathlib import Path

        from _async_adapters import enabled, offload


        async def load(path: Path):
            if enabled("unblock", 10):
                text = await offload(path.read_text)
            else:
                text = path.read_text()
            return text.upper()
        """,
        id="only what differs stands twice",
    ),
    pytest.param(
        '''\
        import time


        class Box:
            async def fill(self, path):
                """Fill it."""
                with self.span():
                    # wait a little
                    time.sleep(1)
                    text = """
          not code
                        """
                    time.sleep(1)  # again
                return text
        ''',
        [SLEEP, SLEEP._replace(nth=1)],
        '''\
        import asyncio
        import time

        from _async_adapters import enabled


        class Box:
            async def fill(self, path):
                """Fill it."""
                with self.span():
                    # wait a little
                    if enabled("unblock", 10):
                        await asyncio.sleep(1)
                        text = """
          not code
                        """
                        await asyncio.sleep(1)  # again
                    else:
                        time.sleep(1)
                        text = """
          not code
                        """
                        time.sleep(1)  # again
                return text
        ''',
        id="inside a block, with text that must not move",
    ),
    pytest.param(
        """\
        import time


        async def poll(items):
            for item in items:
                time.sleep(1)
                item.go(
                    1,
                    2,
                )
        """,
        [SLEEP],
        """\
        import asyncio
        import time

        from _async_adapters import enabled


        async def poll(items):
            if enabled("unblock", 10):
                for item in items:
                    await asyncio.sleep(1)
                    item.go(
                        1,
                        2,
                    )
            else:
                for item in items:
                    time.sleep(1)
                    item.go(
                        1,
                        2,
                    )
        """,
        id="a loop asks once",
    ),
]


@pytest.mark.parametrize(("before", "edits", "after"), CASES)
def test_both_paths_stand_side_by_side(before, edits, after):
    assert flagged(dedent(before), *edits) == dedent(after)


@pytest.mark.parametrize(("before", "edits", "after"), CASES)
def test_each_path_can_be_taken_out_again(before, edits, after):
    before, after = dedent(before), dedent(after).encode()
    attempt = attempt_of({"app.py": before}, list(edits))
    _, plain = convert({"app.py": before}, attempt)
    on = resolve_flag("app.py", after, "unblock", on=True)
    off = resolve_flag("app.py", after, "unblock", on=False)
    assert functions(on) == functions(plain["app.py"])
    assert functions(off) == functions(before)
    body = before.partition("\n\n\n")[2]
    assert off.decode().endswith(body), "the old path is what it was, byte for byte"
    assert resolve_flag("app.py", after, "another", on=True) == after


def test_a_sync_helper_stays_and_gets_a_twin():
    before = dedent("""\
        import time


        def wait():
            time.sleep(1)


        async def poll():
            wait()
            return 1
        """)
    calls = [SLEEP, Edit("await", "wait()", "app.wait")]
    after = flagged(before, *calls, twins={"app.wait": "wait_async"})
    assert after == dedent("""\
        import asyncio
        import time

        from _async_adapters import enabled


        def wait():
            time.sleep(1)


        async def wait_async():
            await asyncio.sleep(1)


        async def poll():
            if enabled("unblock", 10):
                await wait_async()
            else:
                wait()
            return 1
        """)


def test_a_function_on_one_line_is_refused():
    refusal = flagged("import time\n\n\nasync def f(): time.sleep(1)\n", SLEEP)
    assert isinstance(refusal, Refusal)
    assert refusal.reason == "flag-one-line"


def test_other_line_ends_and_encodings_survive():
    text = CASES[0].values[2]
    data = dedent(text).replace("\n", "\r\n").replace("upper()", "upper() + 'é'").encode("utf-8")
    off = resolve_flag("app.py", data, "unblock", on=False)
    assert off.count(b"\r\n") == off.count(b"\n") > 0
    assert "'é'".encode() in off


def test_an_attempt_without_a_flag_is_as_before():
    assert Attempt(strategy="native").flag is None


@pytest.mark.parametrize(("before", "edits", "after"), CASES)
def test_finalizing_leaves_the_plain_conversion(before, edits, after):
    before, after = dedent(before), dedent(after)
    _, plain = convert({"app.py": before}, attempt_of({"app.py": before}, list(edits)))
    with_both = {"app.py": after, "_async_adapters.py": boundary_source()}
    name = "app.Box.fill" if "class Box" in before else f"app.{edits_in(before)}"
    attempt = Attempt(strategy="native", flag=FLAG.model_copy(update={"step": "finalize"}))
    outcome, files = convert(with_both, attempt, functions=(FunctionRef(file="app.py", name=name),))
    assert not isinstance(outcome, Refusal), outcome
    assert files["app.py"] == plain["app.py"]


WITH_TWINS = """\
import asyncio
import time

from _async_adapters import enabled


def wait():
    time.sleep(1)


async def wait_async():
    await asyncio.sleep(1)


class Box:
    def rest(self):
        wait()

    async def rest_async(self):
        await wait_async()


async def poll(box: Box):
    if enabled("unblock", 10):
        await box.rest_async()
    else:
        box.rest()
    return 1
"""


@pytest.mark.parametrize(
    ("others", "kept"),
    [
        pytest.param({}, set(), id="nothing else names them"),
        pytest.param({"test_app.py": "from app import wait\n"}, {"wait"}, id="a test calls one"),
        pytest.param({"README.md": "Call `Box.rest()`.\n"}, {"wait", "rest"}, id="docs name one"),
        pytest.param({"lazy.py": 'getattr(app, "rest")()\n'}, {"wait", "rest"}, id="in a string"),
        pytest.param({"other.py": "def rested(): ...\n"}, set(), id="another name"),
    ],
)
def test_originals_that_nothing_names_any_more_go_with_the_old_path(others, kept):
    files = {"app.py": WITH_TWINS, "_async_adapters.py": boundary_source(), **others}
    names = ("app.poll", "app.wait", "app.Box.rest")
    poll, *originals = (FunctionRef(file="app.py", name=name) for name in names)
    colours = tuple(Colour(function=one, mode="twin", new_name="") for one in originals)
    flag = FLAG.model_copy(update={"step": "finalize"})
    attempt = Attempt(strategy="native", flag=flag, colours=colours)

    outcome, changed = convert(files, attempt, functions=(poll, *originals))

    assert not isinstance(outcome, Refusal), outcome
    after = changed["app.py"]
    assert {name for name in ("wait", "rest") if f"def {name}(" in after} == kept
    assert ("import time" in after) is ("wait" in kept)
    assert "    await box.rest_async()\n    return 1\n" in after
    assert "\n\n\n\n" not in after


def edits_in(text: str) -> str:
    return text.partition("async def ")[2].partition("(")[0]


@pytest.mark.parametrize(
    ("settings", "broken"),
    [
        pytest.param({}, True, id="the file keeps to 88 itself"),
        pytest.param({"pyproject.toml": "[tool.ruff]\nline-length = 100\n"}, False, id="Ruff: 100"),
        pytest.param({"pyproject.toml": "[tool.black]\n"}, True, id="Black, by default 88"),
        pytest.param({"ruff.toml": "line-length = 120\n"}, False, id="a file of Ruff's own: 120"),
    ],
)
def test_the_old_path_is_broken_where_standing_further_in_makes_it_too_long(settings, broken):
    old = 'log.write_text("what happened in the old shop", encoding="utf-8", errors="strict")'
    before = f"from pathlib import Path\n\n\nasync def note(log: Path):\n    {old}\n"
    assert len(f"    {old}") <= 88 < len(f"        {old}")
    files = {"app.py": before, **settings}
    attempt = attempt_of(files, [Edit("offload", old, "pathlib.Path.write_text")])

    _, changed = convert(files, attempt.model_copy(update={"flag": FLAG}))

    assert (f"        {old}\n" not in changed["app.py"]) is broken
    assert functions(resolve_flag("app.py", changed["app.py"].encode(), "unblock", on=False)) == (
        functions(before)
    )
