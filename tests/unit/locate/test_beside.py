"""Work in a process of its own: waited for where it matters, done here where that process fails."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from refactor_agent.locate.incremental.beside import do_beside, settle, start_beside


def _fail() -> None:
    raise ValueError


def _die() -> None:
    os._exit(1)


@pytest.mark.parametrize("fate", [_fail, _die])
def test_what_another_process_fails_at_is_done_here(fate):
    here = os.getpid()

    def work() -> bytes:
        if os.getpid() != here:
            fate()
        return b"done here"

    assert start_beside(work)() == b"done here"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="processes share memory on Linux")
def test_what_it_gives_comes_whole():
    here = os.getpid()
    given = start_beside(lambda: str(os.getpid() == here).encode() * 1_000_000)
    assert given() == b"False" * 1_000_000


def test_what_is_kept_is_there_once_it_is_waited_for(tmp_path: Path):
    for name in ("a", "b"):
        do_beside((tmp_path / name).touch)
    settle()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b"]
