"""How converted code takes the place of what people wrote."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from eval.suites.twins.graft import Lender, graft, without
from eval.suites.twins.package import Package, Pair, read_packages
from eval.suites.twins.rename import renamed
from eval.suites.twins.trial import try_out

PACKAGE = Package.model_validate(
    {
        "distribution": "x", "version": "1", "sha256": "0", "split": "dev", "tests": [],
        "requirements": [], "passes": {}, "pair": [{"sync": "a.py", "async": "b.py"}],
        "names": {"Pool": "AsyncPool"}, "members": {"close": "aclose"},
        "text": [["from \\.sync", "from .aio"]],
    }
)  # fmt: skip


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("Pool()", "AsyncPool()"),
        ("x.Pool", "x.Pool"),
        ("x.close()", "x.aclose()"),
        ("close = 1", "close = 1"),
        ("def close(self): pass", "def aclose(self): pass"),
        ("def Pool(): pass", "def AsyncPool(): pass"),
        ("'Pool'  # Pool", "'Pool'  # Pool"),
        ("from .sync import Pool", "from .aio import AsyncPool"),
        ("Pool(Pool(x.close), y=Pool)", "AsyncPool(AsyncPool(x.aclose), y=AsyncPool)"),
    ],
)
def test_renamed(code: str, expected: str):
    assert renamed(code, PACKAGE, PACKAGE.pair[0]) == expected


def test_classes_of_one_file_are_renamed_as_names():
    pair = Pair.model_validate({"sync": "a.py", "async": "a.py", "classes": {"Client": "AClient"}})
    assert renamed("class Client: pass", PACKAGE, pair) == "class AClient: pass"


LENDER = Lender("x.core", "x")

TARGET = """\
from __future__ import annotations
import asyncio

LIMIT = 1


class Pool:
    def __init__(self, backend):
        self.backend = backend

    async def __aenter__(self):
        return self

    @property
    def size(self):
        return 1

    @size.setter
    def size(self, value):
        pass

    async def only_here(self):
        pass
"""


@pytest.mark.parametrize(
    ("converted", "parts", "absent"),
    [
        pytest.param(
            "class Pool:\n  async def __aenter__(self):\n    return 2\n",
            ["    async def __aenter__(self):\n        return 2\n", "async def only_here"],
            ["return self\n"],
            id="a function takes its twin's place, at its depth",
        ),
        pytest.param(
            "class Pool:\n    def __enter__(self):\n        return 3\n",
            ["def __enter__(self):\n        return 3"],
            ["__aenter__"],
            id="a protocol that was left sync takes the place of the async one",
        ),
        pytest.param(
            "class Pool:\n    @property\n    def size(self):\n        return 1\n\n"
            "    @size.setter\n    def size(self, value):\n        self.new = value\n",
            ["return 1", "self.new = value"],
            [],
            id="a property and its setter are told apart",
        ),
        pytest.param(
            "import anyio\nSTEP = 5\nOTHER = 6\nclass Pool:\n"
            "    async def more(self):\n        return STEP\n\nasync def help():\n    pass\n",
            [
                "try:\n    import anyio\nexcept ImportError:\n    pass\nimport asyncio",
                "STEP = 5\n",
                "    async def more(self):\n        return STEP",
                "async def help():",
            ],
            ["OTHER"],
            id="what a grafted function needs comes along",
        ),
    ],
)
def test_graft(converted: str, parts: list[str], absent: list[str]):
    made = graft(TARGET, converted, "class Pool: pass\n")
    compile(made, "made", "exec")
    assert all(part in made for part in parts), made
    assert not any(part in made for part in absent), made


def test_what_the_sync_side_imports_on_a_condition_comes_from_there():
    sync = "try:\n    from enum import Enum\nexcept ImportError:\n    Enum = None\n"
    made = graft(TARGET, f"{sync}\nasync def kind():\n    return Enum\n", sync, (), LENDER)
    assert "try:\n    from x.core import Enum\n" in made


def test_only_the_async_side_of_a_file_is_replaced():
    target = (
        "class Client:\n    def get(self): return 1\n\nclass AClient:\n    async def get(self): 2\n"
    )
    converted = (
        "class Client:\n    def get(self): return 8\n\nclass AClient:\n    async def get(self): 9\n"
    )
    made = graft(target, converted, converted, {"AClient"})
    assert "return 1" in made
    assert "get(self): 9" in made


def test_without():
    assert without("class A: pass\nclass B: pass\ndef c(): pass\n", {"A", "c"}) == "class B: pass\n"


def test_packages_are_pinned_and_have_recorded_figures():
    packages = read_packages()
    assert len(packages) >= 2
    for package in packages.values():
        assert len(package.sha256) == 64 or package.directory
        assert all("==" in line for line in package.requirements)
        assert package.passes["plain"] > package.passes["plain_null"]


LOSING = """\
import asyncio
import warnings

warnings.simplefilter("ignore")

async def fetch():
    return 1

def test_fetched():
    assert asyncio.run(fetch()) == 1

def test_taken_for_true():
    assert fetch()

def test_thrown_away():
    fetch()

def test_failing():
    assert fetch() == 1
"""


def test_passing_with_a_coroutine_that_nobody_awaits_is_counted(tmp_path: Path):
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_shop.py").write_text(LOSING)
    package = PACKAGE.model_copy(
        update={
            "directory": "shop",
            "tests": ("tests",),
            "arguments": ("-c", "/dev/null", "-p", "no:anyio", "-p", "no:xdist"),
            "pair": (),
        }
    )
    trial = try_out(package, tmp_path, tmp_path, Path(sys.executable), None, "plain")
    short = {test.rpartition("::")[2] for test in trial.unawaited}
    assert short == {"test_taken_for_true", "test_thrown_away"}
    assert len(trial.passed) == 3
    assert list(trial.lost.values()) == [["fetch"]] * 2
