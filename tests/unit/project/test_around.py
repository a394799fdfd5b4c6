"""The project that a single file belongs to."""

from __future__ import annotations

import pytest

from refactor_agent.errors import UsageError
from refactor_agent.project import open_project_around
from support.files import write_files


@pytest.mark.parametrize(
    ("files", "name", "looked_at"),
    [
        (
            ["pyproject.toml", "src/shop/__init__.py", "src/shop/a.py", "tests/test_a.py"],
            "src/shop/a.py",
            ["src/shop/__init__.py", "src/shop/a.py", "tests/test_a.py"],
        ),
        ([".git/HEAD", "a.py", "lib/b.py"], "lib/b.py", ["a.py", "lib/b.py"]),
        (
            ["a.py", "shop/__init__.py", "shop/sub/__init__.py", "shop/sub/b.py"],
            "shop/sub/b.py",
            ["shop/__init__.py", "shop/sub/__init__.py", "shop/sub/b.py"],
        ),
        (["a.py", "b.py"], "b.py", ["b.py"]),
    ],
    ids=["packaging files", "a repository", "the outermost package", "the file alone"],
)
def test_what_is_looked_at(tmp_path, files, name, looked_at):
    write_files(tmp_path, dict.fromkeys(files, ""))
    project, file = open_project_around(tmp_path / name)
    found = [str(item.path.relative_to(tmp_path)) for item in project.sources.files]
    assert found == looked_at
    assert project.root / file == tmp_path / name


def test_the_settings_are_those_of_the_project(tmp_path):
    settings = '[tool.refactor-agent]\nexclude = ["old"]\n'
    write_files(tmp_path, {"pyproject.toml": settings, "shop/a.py": ""})
    project, _ = open_project_around(tmp_path / "shop/a.py")
    assert project.config.exclude == ("old",)


@pytest.mark.parametrize(
    ("name", "says"),
    [("look.ipynb", "is a notebook; convert"), ("notes.txt", "is no Python file; give one")],
)
def test_other_files(tmp_path, name, says):
    write_files(tmp_path, {name: ""})
    with pytest.raises(UsageError, match=says):
        open_project_around(tmp_path / name)
