"""Regions: their ids, their suppression, and how they are shown."""

import json
from textwrap import dedent

from refactor_agent.locate import locate, regions_as_json, render_text
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


def test_text_reads_like_a_compiler(write, rules) -> None:
    project = open_project(write(CODE))
    text = render_text(locate(project, rules), project, rules)
    lines = text.splitlines()
    assert lines[0] == (
        "pkg/app.py:7:5: RA202 async function `app.handler` blocks the loop: "
        "pathlib.Path.exists [weight 1]"
    )
    assert lines[1] == "    pkg/app.py:7: path.exists()"
    assert lines[4] == (
        "pkg/app.py:8:5: RA101 async function `app.handler` blocks the loop: "
        "helpers.pause -> time.sleep [weight 9]"
    )
    assert lines[5:7] == [
        "    pkg/app.py:8: pause()",
        "      pkg/helpers.py:5: time.sleep(1)",
    ]
    assert lines[-1] == "2 blocking paths in 1 async function"


def test_text_when_nothing_blocks(write, rules) -> None:
    project = open_project(write("x = 1\n"))
    assert render_text(locate(project, rules), project, rules) == "nothing blocks the event loop\n"


def test_json_has_the_documented_fields(write, rules) -> None:
    project = open_project(write(CODE))
    document = json.loads(regions_as_json(locate(project, rules)))
    assert document["skipped"] == []
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
        "confidence": "high",
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
