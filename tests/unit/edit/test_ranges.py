"""Ranges of versions that have nothing in common."""

from __future__ import annotations

import pytest

from refactor_agent.edit import are_apart, declared_ranges
from refactor_agent.tree import Tree


@pytest.mark.parametrize(
    ("asked", "checked"),
    [
        ("<9", ">=9,<11"), ("==8.1", ">=9"), ("==8.*", ">=9"), ("~=8.1", ">=9,<11"),
        ("^8.2", ">=9"),
        ("~8.2", ">=9"), (">=11", ">=9,<11"), ("<=8.9.9", ">=9"), (">8,<9", ">=9"),
        ("^0.3", ">=0.4"), ("8.2", ">=9"), (">=12,!=12.1", "<11"),
    ],
)  # fmt: skip
def test_apart(asked, checked):
    assert are_apart(asked, checked)
    assert are_apart(checked, asked)


@pytest.mark.parametrize(
    ("asked", "checked"),
    [
        ("", ">=9,<11"), (">=5", ">=9,<11"), ("<=9", ">=9"), ("^9", ">=9.4"),
        ("==9.*", ">=9.4,<10"),
        ("~=9.0", ">=9.5"), ("!=9", ">=9,<10"), ("git+https://x", ">=9"), ("==9.1.post1", ">=10"),
        ("^0.4.2", ">=0.4.9"), (">=9,<10", ""),
    ],
)  # fmt: skip
def test_not_apart(asked, checked):
    assert not are_apart(asked, checked)
    assert not are_apart(checked, asked)


@pytest.mark.parametrize(
    ("files", "ranges"),
    [
        (
            {"pyproject.toml": (
                "[project]\n"
                'dependencies = ["a[x]>=2,<3", "B_c", "d<2; os_name == \'nt\'"]\n'
            )},
            {"a": ">=2,<3", "b-c": "", "d": ""},
        ),
        (
            {"requirements.txt": "a==1.2  # why\n-r other.txt\ne>=2; python_version < '3.12'\n"},
            {"a": "==1.2", "e": ""},
        ),
        (
            {"pyproject.toml": (
                "[tool.poetry.dependencies]\n"
                'a = "^1.2"\nb = {version = "~2", extras = ["x"]}\nc = "*"\nd = "^1 || ^2"\n'
                'e = {git = "https://example.org/e"}\n'
            )},
            {"a": "^1.2", "b": "~2", "c": "", "d": "", "e": ""},
        ),
    ],
)  # fmt: skip
def test_what_a_project_asks_for(tmp_path, files, ranges):
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")

    assert declared_ranges(Tree(tmp_path)) == ranges
