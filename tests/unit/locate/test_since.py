"""Which regions are new since another state of the project."""

from __future__ import annotations

from textwrap import dedent

import pytest

from refactor_agent.locate import SourceLines, locate, regions_since
from refactor_agent.project import open_project
from support.files import write_files

BEFORE = {
    "shop/__init__.py": "",
    "shop/app.py": """\
        import time

        from shop.stock import load


        async def handler(path):
            load(path, limit=3)
            time.sleep(1)
        """,
    "shop/stock.py": """\
        def load(path, limit):
            return open(path)
        """,
}


def new(tmp_path, rules, after):
    """Give entry and callee of what is new in ``after``."""
    states = []
    for name, files in (("before", BEFORE), ("after", after)):
        root = write_files(tmp_path / name, {file: dedent(text) for file, text in files.items()})
        project = open_project(root)
        paths = {item.file: item.path for item in project.sources.files}
        states.append((locate(project, rules).regions, SourceLines(paths)))
    (before, lines_before), (now, lines) = states
    found = regions_since(now, lines, before, lines_before)
    return [f"{region.entry} {region.callee}" for region in found]


def changed(old, new_text, file="shop/app.py"):
    assert old in BEFORE[file]
    return {**BEFORE, file: BEFORE[file].replace(old, new_text)}


MOVED = {
    "nothing": BEFORE,
    "lines": changed("import time\n", "import time\n\nLIMIT = 3\n"),
    "formatting": changed("load(path, limit=3)", "load(\n                path,\n limit=3,\n )"),
    "another module": {
        "shop/__init__.py": "",
        "shop/web.py": BEFORE["shop/app.py"].replace("shop.stock", "shop.disk"),
        "shop/disk.py": BEFORE["shop/stock.py"],
    },
    "a call between": changed(
        "return open(path)",
        "return _read(path)\n\n        def _read(path):\n            return open(path)",
        "shop/stock.py",
    ),
}


@pytest.mark.parametrize("after", MOVED.values(), ids=MOVED)
def test_what_only_moved_is_not_new(tmp_path, rules, after) -> None:
    assert new(tmp_path, rules, after) == []


SYNC = """


        import subprocess

        def sync(path):
            subprocess.run(["sync"])
            return open(path)
"""
MORE = """async def more(path):
            return open(path)


        """
NEW = {
    "a call in an async function": (
        changed("time.sleep(1)", "time.sleep(1)\n            time.sleep(2)"),
        ["shop.app.handler time.sleep"],
    ),
    "the same call again": (
        changed("time.sleep(1)", "time.sleep(1)\n            time.sleep(1)"),
        ["shop.app.handler time.sleep"],
    ),
    "a call in a helper, far from any async function": (
        changed("return open(path)", f"path.unlink(); return sync(path){SYNC}", "shop/stock.py"),
        ["shop.app.handler subprocess.run"],
    ),
    "another argument": (changed("sleep(1)", "sleep(60)"), ["shop.app.handler time.sleep"]),
    "a function that became async": (
        changed("def load(path", f"{MORE}def load(path", "shop/stock.py"),
        ["shop.stock.more builtins.open"],
    ),
}


@pytest.mark.parametrize(("after", "expected"), NEW.values(), ids=NEW)
def test_what_is_new(tmp_path, rules, after, expected) -> None:
    assert new(tmp_path, rules, after) == expected
