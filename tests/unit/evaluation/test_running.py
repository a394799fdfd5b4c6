"""What of the constructs can be run, and where blockbuster stops them."""

from __future__ import annotations

import sys
import types
from pathlib import Path

import pytest
from eval.runs.values import Setting
from eval.suites.locate_micro.construct import read_construct
from eval.suites.locate_running import cases
from eval.suites.locate_running.callable import entries_of

CASE = "# A case\n\n- area: calls\n\n```python app.py\n{}```\n"


def entries(place: Path, code: str) -> tuple[str, ...]:
    path = place / "case.md"
    path.write_text(CASE.format(code), encoding="utf-8")
    return entries_of(read_construct(path))


@pytest.mark.parametrize(
    ("code", "found"),
    [
        pytest.param("async def main():\n    pass\n", ("app:main",), id="as it is"),
        pytest.param("async def main(a=1, *, b=2):\n    pass\n", ("app:main",), id="defaults"),
        pytest.param("async def main(a):\n    pass\n", (), id="an argument"),
        pytest.param("async def main(*, a):\n    pass\n", (), id="a keyword"),
        pytest.param("def main():\n    pass\n", (), id="not async"),
        pytest.param("import requests\n\n\nasync def main():\n    pass\n", (), id="a library"),
        pytest.param("async def main(:\n", (), id="no Python"),
        pytest.param(
            "import time\n\n\nasync def main():\n    pass\n\n\nasync def other(a):\n"
            "    time.sleep(a)  # blocks: app.other > time.sleep\n",
            (),
            id="what is expected can't be called",
        ),
    ],
)
def test_what_can_be_called(tmp_path: Path, code: str, found: tuple[str, ...]) -> None:
    assert entries(tmp_path, code) == found


def test_most_constructs_of_the_standard_library_can_be_run() -> None:
    able = cases(Setting(Path(), Path()))
    assert len(able) > 150
    assert len({case.id for case in able}) == len(able)


class StoppedError(Exception):
    """What the watcher raises."""


@pytest.fixture
def driver(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> types.ModuleType:
    """The program, with its watcher's names as this Python may not have it."""
    watcher = types.ModuleType("blockbuster")
    watcher.BlockingError = StoppedError  # type: ignore[attr-defined]
    watcher.blockbuster_ctx = None  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "blockbuster", watcher)
    monkeypatch.delitem(sys.modules, "eval.locate.under_blockbuster", raising=False)
    monkeypatch.chdir(tmp_path)
    import eval.locate.under_blockbuster as program

    yield program
    sys.modules.pop("eval.locate.under_blockbuster", None)


def test_the_place_is_the_innermost_async_function(driver, tmp_path: Path) -> None:
    import asyncio

    code = (
        "def held():\n    raise StoppedError\n\n\nasync def inner():\n    held()\n\n\n"
        "async def main():\n    await inner()\n"
    )
    names = {"StoppedError": StoppedError}
    exec(compile(code, str(tmp_path / "app.py"), "exec"), names)  # noqa: S102 - the test's own
    with pytest.raises(StoppedError) as raised:
        asyncio.run(driver.call(names["main"]))
    assert driver.place(raised.value) == ("app.py", 6)
