"""Regions: their ids, their suppression, and how they are shown."""

import json
import re
from textwrap import dedent

import pytest

from refactor_agent.domain.suppression import Remark
from refactor_agent.locate import (
    Palette,
    Shown,
    SourceLines,
    advice,
    locate,
    regions_as_json,
    render_text,
)
from refactor_agent.project import open_project

CODE = """
# file: pkg/helpers.py
import time


def pause():
    time.sleep(1)

# file: pkg/app.py
from pathlib import Path

from pkg.helpers import pause


async def handler(path: Path):
    path.exists()
    pause()
"""


HAND_OVER = "hand it to a worker thread (`asyncio.to_thread`)"


def show(root, rules, palette=None, **more) -> str:
    project = open_project(root)
    lines = SourceLines({item.file: item.path for item in project.sources.files})
    return render_text(Shown(locate(project, rules).regions, **more), lines, rules, palette)


def test_text_reads_like_a_compiler(write, rules) -> None:
    assert show(write(CODE), rules) == (
        "pkg/app.py:8:5: high: RA101 async function `app.handler` blocks the loop:"
        " helpers.pause -> time.sleep\n"
        "    8 |     pause()\n"
        "      |     ^^^^^^^\n"
        "  pkg/helpers.py:5:5: in `helpers.pause`\n"
        "    5 |     time.sleep(1)\n"
        "      |     ^^^^^^^^^^^^^\n"
        "  help: make the chain async and await `asyncio.sleep`, or call `helpers.pause` on a"
        " worker thread (`asyncio.to_thread`)\n"
        "\n"
        "pkg/app.py:7:5: low: RA202 async function `app.handler` blocks the loop:"
        " pathlib.Path.exists\n"
        "\n"
        "2 blocking paths in 1 async function: 1 high, 1 low\n"
    )


def test_text_when_nothing_blocks(write, rules) -> None:
    assert show(write("x = 1\n"), rules) == "nothing blocks the event loop\n"


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        (
            "async def f():\n\ttime.sleep(1)\n",
            ["    4 | \ttime.sleep(1)", "      | \t^^^^^^^^^^^^^"],
        ),
        (
            "async def f(): x = 'é'; time.sleep(1)\n",
            [
                "    3 | async def f(): x = 'é'; time.sleep(1)",
                "      |                         ^^^^^^^^^^^^^",
            ],
        ),
        (
            "async def f():\n    time.sleep(\n        1\n    )\n",
            ["    4 |     time.sleep(", "      |     ^^^^^^^^^^^"],
        ),
    ],
    ids=["tabs stay", "characters, not bytes", "the first line of several"],
)
def test_carets_stand_under_the_call(write, rules, source, shown) -> None:
    assert show(write(f"import time\n\n{source}"), rules).splitlines()[1:3] == shown


def test_columns_of_a_file_in_another_encoding(tmp_path, rules) -> None:
    text = "# -*- coding: latin-1 -*-\nimport time\n\nasync def f(): x = 'é'; time.sleep(1)\n"
    (tmp_path / "app.py").write_bytes(text.encode("latin-1"))
    heading, line, carets = show(tmp_path, rules).splitlines()[:3]
    assert heading.startswith("app.py:4:25: ")
    assert line.index("time.sleep") == carets.index("^")


def test_colours_only_where_they_are_asked_for(write, rules) -> None:
    root = write(CODE)
    coloured = show(root, rules, palette=Palette(enabled=True))
    assert "\x1b[1;31mhigh:\x1b[0m" in coloured
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == show(root, rules)


def test_paths_to_the_same_call_are_one_block(write, rules) -> None:
    handlers = "".join(f"async def f{number}():\n    deep()\n\n\n" for number in range(5))
    source = (
        "import time\n\n\ndef pause():\n    time.sleep(1)\n\n\ndef deep():\n    pause()\n\n\n"
        f"{handlers}async def near():\n    pause()\n"
    )
    lines = show(write(source), rules).splitlines()
    (heading,) = (line for line in lines if "blocks the loop" in line)
    assert heading.startswith("app.py:33:5: high: RA101 async function `app.near`")
    assert lines[6:10] == [
        "  also from `app.f0` at app.py:13:5",
        "  also from `app.f1` at app.py:17:5",
        "  also from `app.f2` at app.py:21:5",
        "  and by 2 more paths to the same call",
    ]
    assert lines[-1] == "6 blocking paths in 6 async functions to 1 call: 6 high"


def test_remarks_stand_before_the_count(write, rules) -> None:
    remark = Remark(file="app.py", line=3, name="unused-suppression", text="remove it")
    assert show(write("x = 1\n"), rules, remarks=[remark]).splitlines() == [
        "app.py:3: unused-suppression: remove it",
        "",
        "nothing blocks the event loop; 1 remark on suppressions",
    ]


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("time.sleep(1)", "await `asyncio.sleep` in its place"),
        ("Path('x').read_text()", HAND_OVER),
        (
            "requests.get('x')",
            f"await `httpx.AsyncClient.get` in its place, or {HAND_OVER}",
        ),
        (
            "sqlite3.connect('x').execute('select 1').fetchall()",
            (
                "await `aiosqlite.Cursor.fetchall` in its place, or hand the whole block that"
                " makes and uses the `sqlite3.Cursor` to one worker thread"
            ),
        ),
    ],
)
def test_the_advice_fits_the_call(write, rules, source, said) -> None:
    imports = "import time, requests, sqlite3\nfrom pathlib import Path"
    project = open_project(write(f"{imports}\n\nasync def f():\n    return {source}\n"))
    given = [advice(region, rules) for region in locate(project, rules).regions]
    assert any(one.startswith(said) for one in given)


def test_json_has_the_documented_fields(write, rules) -> None:
    project = open_project(write(CODE))
    document = json.loads(regions_as_json(locate(project, rules)))
    assert (document["skipped"], document["remarks"]) == ([], [])
    region = document["regions"][1]
    assert len(region.pop("id")) == 16
    assert region == {
        "file": "pkg/app.py",
        "line": 8,
        "column": 5,
        "function": "pkg.app.handler",
        "callee": "time.sleep",
        "kind": "transitive",
        "chain": ["pkg.app.handler", "pkg.helpers.pause", "time.sleep"],
        "hops": [
            {
                "function": "pkg.app.handler",
                "file": "pkg/app.py",
                "line": 8,
                "callee": "pkg.helpers.pause",
            },
            {
                "function": "pkg.helpers.pause",
                "file": "pkg/helpers.py",
                "line": 5,
                "callee": "time.sleep",
            },
        ],
        "rule": "RA101",
        "weight": 9,
        "severity": "high",
        "confidence": "high",
        "evidence": "rules",
        "inside": [],
        "once": None,
        "category": "sleep",
        "twin": None,
        "offloaded_at": None,
        "snippet": "time.sleep(1)",
    }


def test_ids_survive_line_moves_and_tell_twins_apart(write, rules) -> None:
    code = """
        import time

        async def f():
            time.sleep(1)
            time.sleep(1)
            time.sleep(2)
    """
    before = locate(open_project(write(code)), rules)
    moved = dedent(code).replace("import time", "import os\nimport time\n\nCONSTANT = 1\n")
    after = locate(open_project(write(moved)), rules)
    ids = [region.id for region in before.regions]
    assert len(set(ids)) == 3
    assert ids == [region.id for region in after.regions]


def test_suppression_by_comment(check) -> None:
    check("""
        import time

        def pause():
            time.sleep(1)  # refactor-agent: ignore[RA101] a test double waits here

        def noisy():
            time.sleep(1)

        async def f(path):
            pause()
            noisy()  # refactor-agent: ignore[RA101]
            noisy()  # refactor-agent: ignore
            noisy()  # refactor-agent: ignore[RA999] another rule  #! time.sleep
            noisy()  # refactor-agent: ignore[ra101] letters of either case
            noisy()  # refactor-agent: ignore[] none named  #! time.sleep
            noisy()  # refactor-agent: ignore-nothing  #! time.sleep
            time.sleep(
                1
            )  # refactor-agent: ignore[RA101, RA202]
            text = "# refactor-agent: ignore"; noisy()  #! time.sleep
    """)


def test_one_call_is_one_region_per_blocking_callee(check) -> None:
    located = check("""
        import time

        def twice():
            time.sleep(1)
            time.sleep(2)
            open("x")

        async def f():
            twice()  #! time.sleep, builtins.open
    """)
    assert len(located.regions) == 2


def test_an_unsure_receiver_lowers_confidence(check) -> None:
    located = check("""
        import time
        from abc import ABC, abstractmethod

        class Base(ABC):
            @abstractmethod
            def work(self): ...

        class Slow(Base):
            def work(self):
                time.sleep(1)

        async def f(base: Base, slow: Slow):
            base.work()  #! time.sleep
            slow.work()  #! time.sleep
    """)
    assert [region.confidence for region in located.regions] == ["medium", "high"]


def test_functions_that_make_the_same_call_are_told_apart(check) -> None:
    located = check("""
        import os

        def clean():
            clean_one()
            os.unlink("b")
            os.unlink("c")

        def clean_one():
            os.unlink("a")

        def clean_all():
            clean()
            os.unlink("d")

        async def f():
            clean()  #! os.unlink

        async def g():
            clean_all()  #! os.unlink
    """)
    assert [region.chain for region in located.regions] == [
        ("app.f", "app.clean", "os.unlink"),
        ("app.f", "app.clean", "app.clean_one", "os.unlink"),
        ("app.g", "app.clean_all", "os.unlink"),
        ("app.g", "app.clean_all", "app.clean", "os.unlink"),
    ]
