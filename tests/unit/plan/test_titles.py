"""Titles and ids that people recognise."""

from __future__ import annotations

import pytest

from refactor_agent.domain.place import Site, Span
from refactor_agent.domain.region import Hop, Region
from refactor_agent.plan.titles import slug, title

MODULES = {"pkg", "pkg.app", "pkg.sync", "pkg.storage.filesystem", "pkg.singlefile"}
SITE = Site("app.py", Span(1, 0, 1, 9))


def regions(*calls: tuple[str, int]) -> list[Region]:
    return [
        Region(
            id=callee,
            rule="RA101",
            hops=(Hop(function="f", site=SITE, callee=callee),),
            weight=weight,
        )
        for callee, weight in calls
    ]


TITLES = {
    "heaviest first": (
        ["pkg.storage.filesystem.FilesystemStorage.upload"],
        [("os.fsync", 4), ("io.TextIOWrapper.write", 2), ("subprocess.call", 9), ("os.stat", 1)],
        "FilesystemStorage.upload: subprocess.call, os.fsync, +2 more",
    ),
    "builtins and methods as people write them": (
        ["pkg.app.load"],
        [("builtins.open", 4), ("sqlite3.Connection.execute", 5)],
        "load: Connection.execute, open",
    ),
    "what syntax calls": (
        ["pkg.app.load"],
        [("io.TextIOWrapper.__next__", 4), ("concurrent.futures.ThreadPoolExecutor.__exit__", 5)],
        "load: leaving ThreadPoolExecutor, iterating TextIOWrapper",
    ),
    "equal calls once": (
        ["pkg.app.load", "pkg.app.store"],
        [("requests.get", 9), ("requests.get", 9)],
        "load and 1 more: requests.get",
    ),
    "a long subject loses a call, then its class": (
        ["pkg.app.ConversationRepository.load_recent_messages"],
        [("urllib.request.urlopen", 9), ("subprocess.check_output", 8), ("os.stat", 1)],
        "load_recent_messages: urllib.request.urlopen, +2 more",
    ),
    "nested functions and variants": (
        ["pkg.app.outer.inner#2"],
        [("time.sleep", 9)],
        "outer.inner: time.sleep",
    ),
}


@pytest.mark.parametrize(("entries", "calls", "expected"), TITLES.values(), ids=TITLES)
def test_title(entries: list[str], calls: list[tuple[str, int]], expected: str) -> None:
    assert title(entries, regions(*calls), MODULES) == expected


def test_titles_are_short_and_ascii() -> None:
    text = title([f"pkg.app.Größe.{'very_' * 20}long"], regions(("time.sleep", 9)), MODULES)
    assert len(text) <= 72
    assert text.isascii()


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ("pkg.app.ask", "app-ask"),
        ("pkg.sync.Upload._run_impl", "sync-upload-run-impl"),
        ("pkg.storage.filesystem.FilesystemStorage.get", "filesystem-storage-get"),
        ("pkg.singlefile.SingleFile.get", "single-file-get"),
        ("pkg.app.HTTPStore.load2", "app-http-store-load2"),
        ("pkg.app.outer.inner#2", "app-outer-inner"),
        ("pkg.main", "pkg-main"),
    ],
)
def test_slug(entry: str, expected: str) -> None:
    assert slug(entry, MODULES) == expected
