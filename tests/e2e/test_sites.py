"""The measure of what rules make of labelled sites, on a small package."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from eval.sites.__main__ import main

SERVICE = """\
import asyncio
import sqlite3
import time


async def poll():
    time.sleep(1)


class Books:
    def __init__(self):
        self.connection = sqlite3.connect(":memory:")

    async def count(self):
        return self.connection.execute("select count(*) from books").fetchone()


async def rest():
    await asyncio.sleep(1)
"""


def site(line: int, function: str, callee: str, kind: str = "direct") -> dict[str, object]:
    return {
        "package": "shop",
        "file": "shop/service.py",
        "line": line,
        "kind": kind,
        "chain": [f"shop.service.{function}", callee],
    }


def test_each_true_site_is_converted_or_left_with_its_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    package = tmp_path / "packages" / "shop" / "shop"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "service.py").write_text(SERVICE)
    labels = tmp_path / "labels.json"
    labels.write_text(
        json.dumps(
            [
                site(7, "poll", "time.sleep"),
                site(15, "Books.count", "sqlite3.Connection.execute"),
                site(18, "rest", "sqlite3.connect"),
                site(19, "rest", "asyncio.sleep", kind="negative"),
            ]
        )
    )

    assert main([str(labels), str(tmp_path / "packages"), "--details"]) == 0

    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split(maxsplit=1) == ["shop", "1 of 3 converted (1 left, 1 native, 1 unseen)"]
    assert lines[2].startswith("native    shop/service.py:7 time.sleep")
    assert lines[3].startswith("left      shop/service.py:15 sqlite3.Connection.execute: thread")
    assert lines[4].startswith("unseen    shop/service.py:18 sqlite3.connect")
