"""In place, what nothing ties changes by itself, though it stands in one file."""

from __future__ import annotations

from itertools import permutations
from textwrap import dedent

import pytest

from refactor_agent.edit import apply_proposal
from refactor_agent.entry import plan_in_place

PROJECT = (
    '[project]\nname = "shop"\nversion = "1"\ndependencies = ["httpx"]\n'
    '[project.optional-dependencies]\ntest = ["pytest-asyncio"]\n'
)
TOOLS = """
import time
from pathlib import Path


def rest(seconds: float) -> None:
    time.sleep(seconds)


def nap() -> str:
    rest(0)
    return "slept"


def read(path: Path) -> str:
    return path.read_text()


def wait() -> int:
    time.sleep(0)
    return 1
"""
TESTS = """
import pytest

from shop.tools import nap, read, wait


@pytest.fixture
def slept():
    return nap()


class TestTools:
    def test_nap(self, slept):
        assert slept == "slept"

    def test_read(self, tmp_path):
        (tmp_path / "a").write_text("x")
        assert read(tmp_path / "a") == "x"

    def test_wait(self):
        assert wait() == 1
"""
FILES = {
    "pyproject.toml": PROJECT,
    "shop/__init__.py": "",
    "shop/tools.py": TOOLS,
    "tests/test_tools.py": TESTS,
}


def _ground(ground, files):
    return ground({file: dedent(text).lstrip() for file, text in files.items()})


def test_functions_of_one_file_come_apart_and_fit_in_any_order(ground):
    made = _ground(ground, FILES)
    planned = plan_in_place(made, ["shop.tools:nap", "shop.tools:read", "shop.tools:wait"])
    assert [p.change_set.title for p in planned] == [
        "Make nap async", "Make read async", "Make wait async",
    ]  # fmt: skip
    assert all(not p.change_set.refusals and not p.change_set.stands_on for p in planned)
    states = set()
    for order in permutations(planned):
        tree = made.base
        for one in order:
            assert one.proposal is not None
            tree = tree.with_changes(apply_proposal(tree, one.proposal))
            for file, data in tree.changes.items():
                compile(data, file, "exec")
        states.add(tuple(sorted(tree.changes.items())))
    assert len(states) == 1
    text = dict(next(iter(states)))["shop/tools.py"].decode()
    assert text.startswith("import asyncio\nfrom pathlib import Path\n")


def test_one_alone_leaves_the_others_as_they_were(ground):
    made = _ground(ground, FILES)
    planned = plan_in_place(made, ["shop.tools:nap", "shop.tools:read", "shop.tools:wait"])
    alone = {
        file: data.decode() for file, data in apply_proposal(made.base, planned[2].proposal).items()
    }
    assert alone["shop/tools.py"] == dedent(TOOLS).lstrip().replace(
        "import time\n", "import asyncio\nimport time\n"
    ).replace("def wait() -> int:\n    time", "async def wait() -> int:\n    await asyncio")
    assert alone["tests/test_tools.py"] == dedent(TESTS).lstrip().replace(
        "    def test_wait(self):\n        assert wait()",
        "    @pytest.mark.asyncio\n    async def test_wait(self):\n        assert await wait()",
    )


TIED = [
    pytest.param(
        {
            "shop/tools.py": """
            import time

            import httpx

            http = httpx.Client()


            def get(url: str) -> int:
                return http.get(url).status_code


            def post(url: str) -> int:
                return http.post(url).status_code
            """,
            "tests/test_tools.py": "",
        },
        ["shop.tools:get", "shop.tools:post"],
        id="by an object of the module that both use",
    ),
    pytest.param(
        {
            "tests/test_tools.py": """
            from shop.tools import read, wait


            def test_both(tmp_path):
                (tmp_path / "a").write_text("x")
                assert read(tmp_path / "a") * wait() == "x"
            """,
        },
        ["shop.tools:read", "shop.tools:wait"],
        id="by a test of both",
    ),
    pytest.param(
        {
            "shop/tools.py": """
            import time
            from collections.abc import Callable


            def often(do: Callable[[], int]) -> Callable[[], int]:
                def again() -> int:
                    do()
                    return do()

                return again


            @often
            def one() -> int:
                time.sleep(0)
                return 1


            @often
            def two() -> int:
                time.sleep(0)
                return 2
            """,
            "tests/test_tools.py": "",
        },
        ["shop.tools:one", "shop.tools:two"],
        id="by a decorator of the project around both",
    ),
]


@pytest.mark.parametrize(("files", "entries"), TIED)
def test_what_is_tied_stays_one(ground, files, entries):
    planned = plan_in_place(_ground(ground, {**FILES, **files}), entries)
    assert len(planned) == 1


def test_a_refusal_takes_down_what_it_is_about_and_nothing_beside_it(ground):
    tools = TOOLS + "\n\ndef others() -> str:\n    return read(Path('a'))\n"
    made = _ground(ground, {**FILES, "shop/tools.py": tools})
    planned = plan_in_place(made, ["shop.tools:read", "shop.tools:wait"])
    found = {p.change_set.title: [r.reason for r in p.change_set.refusals] for p in planned}
    assert found == {"Make read async": ["sync-caller"], "Make wait async": []}


OWN = {
    "pyproject.toml": (
        '[project]\nname = "shop"\nversion = "1"\ndependencies = ["requests"]\n'
        '[tool.refactor-agent]\nallow-dependencies = ["httpx"]\n'
    ),
    "shop/__init__.py": "",
    "shop/tools.py": """
    import time
    from pathlib import Path

    import requests


    def price(url: str) -> int:
        answer = requests.get(url, timeout=5)
        return answer.status_code


    def read(path: Path) -> str:
        return path.read_text()


    def total(url: str) -> int:
        \"\"\"Give the sum.

        >>> total(total(""))
        1
        \"\"\"
        time.sleep(0)
        return 1
    """,
}


def test_notes_rules_and_dependencies_are_those_of_the_group_alone(ground):
    names = ["price", "read", "total"]
    planned = plan_in_place(_ground(ground, OWN), [f"shop.tools:{name}" for name in names])
    by_name = {one.change_set.title: one.proposal for one in planned}
    own = [by_name[f"Make {name} async"] for name in names]

    declared = [[one.distribution for one in each.dependencies] for each in own]
    assert declared == [["httpx"], [], []]
    assert [each.author.rules for each in own] == [("RA403",), ("RA202",), ()]
    told = {
        "price": "`httpx` follows no redirects",
        "read": "the thread's work can't be cancelled",
        "total": 'the example `total(total(""))` shows what has to wait now',
    }
    for each, name in zip(own, names, strict=True):
        for other, text in told.items():
            assert any(text in note for note in each.notes) is (other == name), each.notes
