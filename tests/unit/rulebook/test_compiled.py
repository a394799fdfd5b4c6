"""Rules as they were read the last time are the rules as they are read today."""

from __future__ import annotations

import os

import pytest

from refactor_agent.data import data_dir
from refactor_agent.errors import UsageError
from refactor_agent.rulebook.compiled import compiled
from refactor_agent.rulebook.load import find_rule_files
from refactor_agent.rulebook.parse import parse_rule


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path


def _files():
    root = data_dir("rules")
    return [(str(path.relative_to(root)), path.read_text()) for path in find_rule_files(root)]


def test_kept_rules_are_what_was_read(cache):
    files = _files()
    fresh = compiled(files)
    assert compiled(files) == fresh == tuple(parse_rule(text, name) for name, text in files)
    assert len(list(cache.rglob("rules/*"))) == 1


def test_another_text_is_another_rule(cache):
    (name, text), *_ = _files()
    (before,) = compiled([(name, text)])
    (after,) = compiled([(name, text.replace("## What it does\n", "## What it does\n\nIt waits."))])
    assert before.does != after.does
    assert before.version != after.version


@pytest.mark.parametrize("damage", [b"", b"[]", b"x" * 500])
def test_what_is_damaged_is_read_again(cache, damage):
    files = _files()[:3]
    fresh = compiled(files)
    (path,) = cache.rglob("rules/*")
    path.write_bytes(damage)
    assert compiled(files) == fresh


def test_a_faulty_rule_is_named_every_time(cache):
    for _ in range(2):
        with pytest.raises(UsageError, match=r"^ours\.md:1: "):
            compiled([("ours.md", "no rule")])
    assert [name for _, _, names in os.walk(cache) for name in names] == []
