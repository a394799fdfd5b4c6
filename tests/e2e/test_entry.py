"""Entry points made async, from the run to the rollback, as a user goes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from support.agent_process import AgentHome, Ended, make_repository
from support.files import contents

pytestmark = pytest.mark.slow

FILES = {
    "pyproject.toml": '[project]\nname = "shop"\nversion = "1"\n',
    "shop/__init__.py": 'from shop.store import Store\n\n__all__ = ["Store"]\n',
    "shop/store.py": """\
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType


class Store:
    \"\"\"Reads what is for sale.\"\"\"

    def __init__(self, root: Path) -> None:
        self.root = root
        self.reads = 0

    def __enter__(self) -> "Store":
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.pause(0)

    def pause(self, seconds: float) -> None:
        time.sleep(seconds)

    def read(self, name: str) -> str:
        text = (self.root / name).read_text()
        self.reads += 1
        return text.strip()

    def each(self, names: list[str]) -> Iterator[str]:
        for name in names:
            yield self.read(name)
""",
    "shop/report.py": """\
from pathlib import Path

from shop import Store


def report(root: Path, names: list[str]) -> str:
    with Store(root) as store:
        return ", ".join(text for text in store.each(names))
""",
    "tests/test_shop.py": """\
import unittest
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from shop import Store
from shop.report import report


@pytest.fixture
def root(tmp_path):
    (tmp_path / "a").write_text(" apple ")
    (tmp_path / "b").write_text("bread")
    return tmp_path


@pytest.mark.parametrize(("names", "expected"), [(["a"], "apple"), (["a", "b"], "apple, bread")])
def test_report(root, names, expected):
    assert report(root, names) == expected


def test_missing(root):
    store = Store(root)
    with pytest.raises(FileNotFoundError):
        store.read("c")
    assert store.reads == 0


class StoreTest(unittest.TestCase):
    def test_each(self):
        with TemporaryDirectory() as directory:
            Path(directory, "a").write_text("x")
            store = Store(Path(directory))
            self.assertEqual(list(store.each(["a", "a"])), ["x", "x"])
            self.assertEqual(store.reads, 2)
""",
}
IN_PLACE = ("--entry", "shop:Store", "--entry", "shop.report:report", "--in-place")


def done(ended: Ended) -> str:
    assert ended.code in {0, 1}, ended.err
    return ended.out + ended.err


def own(root: Path) -> dict[str, tuple[int, bytes]]:
    """The target's files, without what refactor-agent or pytest keeps there."""
    found = contents(root)
    return {f: d for f, d in found.items() if not f.startswith(".refactor") and "cache" not in f}


def its_tests(root: Path) -> str:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "error"]
    return subprocess.run(
        command, cwd=root, check=False, capture_output=True, text=True,
        env={"PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1", "PATH": "/usr/bin:/bin"},
    ).stdout.splitlines()[-1]  # fmt: skip


def test_in_place_and_back(tmp_path):
    user = AgentHome(make_repository(tmp_path / "shop", FILES), tmp_path / "home", seconds=300)
    before = own(user.target)
    said = done(user.run(*IN_PLACE))
    assert "1 change set: 1 verified" in said
    [change] = user.report["changes"]
    assert change["verdict"]["tests"]["passed"] == 4
    assert len(change["verdict"]["covering_tests"]) == 4
    assert change["verdict"]["uncovered"] == []
    kinds = [entry["event"] for entry in user.audit.events()]
    assert [kind for kind in kinds if kind in {"planned", "proposed", "judged", "decided"}] == [
        "planned", "proposed", "judged", "decided",
    ]  # fmt: skip

    done(user.agent("apply", "latest", str(user.target)))
    store = (user.target / "shop/store.py").read_text()
    assert "    async def __aenter__(self)" in store
    assert "        await asyncio.sleep(seconds)\n" in store
    assert "text = await offload((self.root / name).read_text)\n" in store
    assert "    async def each(self, names: list[str]) -> AsyncIterator[str]:\n" in store
    tests = (user.target / "tests/test_shop.py").read_text()
    assert "class StoreTest(unittest.IsolatedAsyncioTestCase):" in tests
    assert its_tests(user.target).startswith("4 passed")

    done(user.agent("rollback", "latest", str(user.target)))
    assert own(user.target) == before


def test_a_twin_and_back(tmp_path):
    user = AgentHome(make_repository(tmp_path / "shop", FILES), tmp_path / "home", seconds=300)
    before = own(user.target)
    said = done(user.run("--entry", "shop:Store", "--entry", "shop.report:report", "--twin"))
    assert "2 change sets: 2 verified" in said
    store, report = (change["change_set"] for change in user.report["changes"])
    assert f"report; stands on {store['id']}" in said
    assert (store["stands_on"], report["stands_on"]) == ([], [store["id"]])
    for change in user.report["changes"]:
        assert all("_async.py::" in test for test in change["verdict"]["covering_tests"])
    assert user.report["combined"]["tests"]["passed"] == 8

    done(user.agent("apply", "latest", str(user.target)))
    after = own(user.target)
    added = {"shop/_async_adapters.py", "tests/test_shop_async.py"}
    assert after.keys() - before.keys() == added
    changed = {file for file in before if before[file] != after[file]}
    assert changed == {"shop/__init__.py", "shop/store.py", "shop/report.py"}
    for file in ("shop/store.py", "shop/report.py"):
        body = FILES[file].partition("\n\n\n")[2]
        assert body in after[file][1].decode()
    exports = after["shop/__init__.py"][1].decode()
    assert exports.endswith('__all__ = ["AsyncStore", "Store"]\n')
    assert its_tests(user.target).startswith("8 passed")

    done(user.agent("rollback", "latest", str(user.target)))
    assert own(user.target) == before


def test_a_sync_caller_left_is_named(tmp_path):
    user = AgentHome(make_repository(tmp_path / "shop", FILES), tmp_path / "home", seconds=300)
    said = done(user.run("--entry", "shop:Store", "--in-place"))
    assert "1 change set: 1 left" in said
    assert "shop.report.report calls shop.store.Store.each and stays sync" in said
    assert user.patches() == {}


def test_bad_input_is_said_in_one_line(tmp_path):
    user = AgentHome(make_repository(tmp_path / "shop", FILES), tmp_path / "home", seconds=300)
    ended = user.run("--entry", "shop:Stor", "--in-place")
    assert ended.code == 2
    assert ended.err == (
        "error: --entry shop:Stor: shop has no function or class Stor; did you mean Store?\n"
    )
    assert not (user.target / ".refactor-agent").exists()
