"""Which files are looked at, under which names, and what is skipped."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from refactor_agent.errors import UsageError
from refactor_agent.project import Config, open_project
from refactor_agent.project.discover import discover
from support.files import as_somebody, write_files


def modules(root, **settings) -> dict[str, str]:
    config = Config.model_validate(settings)
    return {source.file: source.module for source in discover(root.resolve(), config).files}


def skipped(root) -> dict[str, str]:
    return {one.file: one.reason for one in discover(root.resolve(), Config()).skipped}


@pytest.mark.parametrize(
    ("files", "named"),
    [
        pytest.param(
            ["shop/__init__.py", "shop/stock.py", "tests/test_stock.py", "setup.py"],
            {
                "setup.py": "setup",
                "shop/__init__.py": "shop",
                "shop/stock.py": "shop.stock",
                "tests/test_stock.py": "tests.test_stock",
            },
            id="flat",
        ),
        pytest.param(
            ["src/shop/__init__.py", "src/shop/stock.py", "src/tool.py"],
            {
                "src/shop/__init__.py": "shop",
                "src/shop/stock.py": "shop.stock",
                "src/tool.py": "tool",
            },
            id="src layout",
        ),
        pytest.param(
            ["src/__init__.py", "src/main.py"],
            {"src/__init__.py": "src", "src/main.py": "src.main"},
            id="src is a package",
        ),
        pytest.param(
            ["acme/shop/__init__.py", "acme/shop/stock.py", "acme/plain.py"],
            {
                "acme/plain.py": "acme.plain",
                "acme/shop/__init__.py": "acme.shop",
                "acme/shop/stock.py": "acme.shop.stock",
            },
            id="namespace package",
        ),
        pytest.param(
            ["services/api/pyproject.toml", "services/api/api/__init__.py",
             "services/api/src/deep/__init__.py", "services/job/main.py"],
            {
                "services/api/api/__init__.py": "api",
                "services/api/src/deep/__init__.py": "deep",
                "services/job/main.py": "services.job.main",
            },
            id="nested roots",
        ),
        pytest.param(
            ["__init__.py", "a.py", "setup.py"],
            {"__init__.py": "__init__", "a.py": "a", "setup.py": "setup"},
            id="root",
        ),
        pytest.param(
            ["my-script.py", "a b.py", "naïve.py", "pkg/v1.2.py"],
            {
                "a b.py": "a b",
                "my-script.py": "my-script",
                "naïve.py": "naïve",
                "pkg/v1.2.py": "pkg.v1.2",
            },
            id="odd names",
        ),
        pytest.param(
            [".venv/pyvenv.cfg", ".venv/lib/a.py", "env/pyvenv.cfg", "env/lib/b.py",
             "conda/conda-meta/history", "conda/lib/c.py", ".tox/d.py", "__pycache__/e.py",
             "web/node_modules/f.py", "shop.egg-info/g.py", "h.pyc", "i.txt", "j.py"],
            {"j.py": "j"},
            id="not the project's own",
        ),
        pytest.param(
            ["setup.py", "shop/__init__.py", "shop/stock.py", "build/lib/shop/__init__.py",
             "build/lib/shop/stock.py", "build/bdist.linux-x86_64/wheel/shop/stock.py"],
            {"setup.py": "setup", "shop/__init__.py": "shop", "shop/stock.py": "shop.stock"},
            id="what setuptools builds",
        ),
        pytest.param(
            ["pyproject.toml", "src/shop/stock.py", "build/lib.linux-x86_64-3.11/shop/stock.py"],
            {"src/shop/stock.py": "shop.stock"},
            id="what setuptools builds from src",
        ),
        pytest.param(
            ["build/__init__.py", "build/lib/__init__.py", "build/lib/wheels.py", "shop/stock.py"],
            {
                "build/__init__.py": "build",
                "build/lib/__init__.py": "build.lib",
                "build/lib/wheels.py": "build.lib.wheels",
                "shop/stock.py": "shop.stock",
            },
            id="a package called build",
        ),
    ],
)  # fmt: skip
def test_files_and_their_modules(tmp_path, files, named):
    write_files(tmp_path, dict.fromkeys(files, ""))
    assert modules(tmp_path) == named
    assert list(modules(tmp_path)) == sorted(named)
    assert skipped(tmp_path) == {}


@pytest.mark.parametrize(
    ("files", "scanned", "named"),
    [
        pytest.param(
            ["setup.py", "src/shop/__init__.py", "src/shop/stock.py", "src/shop/web/__init__.py"],
            "src/shop",
            {"__init__.py": "shop", "stock.py": "shop.stock", "web/__init__.py": "shop.web"},
            id="a package",
        ),
        pytest.param(
            ["shop/__init__.py", "shop/web/__init__.py", "shop/web/views.py"],
            "shop/web",
            {"__init__.py": "shop.web", "views.py": "shop.web.views"},
            id="a package in a package",
        ),
        pytest.param(
            ["shop/__init__.py", "shop/pyproject.toml", "shop/stock.py"],
            "shop",
            {"__init__.py": "__init__", "stock.py": "stock"},
            id="a project whose root has an __init__.py",
        ),
        pytest.param(
            ["shop/__init__.py", "shop/.git/HEAD", "shop/stock.py"],
            "shop",
            {"__init__.py": "__init__", "stock.py": "stock"},
            id="a repository whose root has an __init__.py",
        ),
    ],
)
def test_a_directory_that_is_a_package(tmp_path, files, scanned, named):
    write_files(tmp_path, dict.fromkeys(files, ""))
    assert modules(tmp_path / scanned) == named


def test_source_roots_are_settings(tmp_path):
    write_files(tmp_path, {"lib/shop/stock.py": ""})
    assert modules(tmp_path) == {"lib/shop/stock.py": "lib.shop.stock"}
    for name in ("lib", "./lib", "lib/"):
        assert modules(tmp_path, source_roots=(name,)) == {"lib/shop/stock.py": "shop.stock"}


@pytest.mark.parametrize(
    ("pattern", "left"),
    [
        ("shop/migrations", ["manage.py", "shop/stock.py"]),
        ("shop/migrations/", ["manage.py", "shop/stock.py"]),
        ("*/0001.py", ["manage.py", "shop/stock.py"]),
        ("*.py", []),
        ("stock.py", ["manage.py", "shop/migrations/0001.py", "shop/stock.py"]),
        ("nothing", ["manage.py", "shop/migrations/0001.py", "shop/stock.py"]),
    ],
)
def test_excluded(tmp_path, pattern, left):
    write_files(tmp_path, {"manage.py": "", "shop/stock.py": "", "shop/migrations/0001.py": ""})
    assert list(modules(tmp_path, exclude=(pattern,))) == left


def test_skipped_by_name(tmp_path):
    root = write_files(tmp_path / "root", {"a.py": "", "look.ipynb": "{}", "d.py/x.txt": ""})
    write_files(tmp_path, {"outside.py": ""})
    (root / "link.py").symlink_to("a.py")
    (root / "out.py").symlink_to("../outside.py")
    (root / "gone.py").symlink_to("nowhere.py")
    (root / "loop.py").symlink_to("loop.py")
    os.mkfifo(root / "pipe.py")
    assert list(modules(root)) == ["a.py"]
    assert skipped(root) == {
        "gone.py": "a symbolic link that leads nowhere",
        "link.py": "a symbolic link: its target is looked at",
        "loop.py": "a symbolic link that leads nowhere",
        "look.ipynb": "a notebook: convert it to a module first",
        "out.py": "a symbolic link: it leads outside",
        "pipe.py": "not a regular file",
    }


@pytest.mark.parametrize(
    ("under", "found"),
    [
        ("pkg", {"pkg/a.py": "pkg.a", "pkg/sub/b.py": "pkg.sub.b"}),
        ("pkg/a.py", {"pkg/a.py": "pkg.a"}),
    ],
)
def test_a_part_of_a_directory(tmp_path, under, found):
    packages = {"pkg/a.py": "", "pkg/sub/b.py": "", "other.py": ""}
    write_files(tmp_path, packages)
    sources = discover(tmp_path, Config(), under)
    assert {item.file: item.module for item in sources.files} == found


def test_links_to_directories_are_not_followed(tmp_path):
    root = write_files(tmp_path / "root", {"pkg/a.py": ""})
    (root / "pkg/loop").symlink_to(root)
    (root / "twice").symlink_to("pkg")
    assert list(modules(root)) == ["pkg/a.py"]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse the name")
def test_a_name_that_is_not_utf_8(tmp_path):
    (tmp_path / os.fsdecode(b"caf\xe9.py")).write_text("")
    assert modules(tmp_path) == {}
    assert skipped(tmp_path) == {r"caf\xe9.py": "its name is not UTF-8"}


def test_a_directory_that_cannot_be_listed():
    with as_somebody() as root:
        write_files(root, {"a.py": "", "closed/b.py": ""})
        (root / "closed").chmod(0)
        assert list(modules(root)) == ["a.py"]
        assert skipped(root) == {"closed": "can't be listed: Permission denied"}


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("nothing", "does not exist; give the directory of a Python project"),
        ("file.py", "is not a directory; give the directory of a Python project"),
    ],
)
def test_no_directory(tmp_path, name, message):
    (tmp_path / "file.py").write_text("")
    with pytest.raises(UsageError, match=message):
        open_project(tmp_path / name)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse the name")
def test_a_path_that_is_not_utf_8(tmp_path):
    root = tmp_path / os.fsdecode(b"caf\xe9")
    root.mkdir()
    with pytest.raises(UsageError, match="is not UTF-8; rename it"):
        open_project(root)


def test_a_link_to_the_project_is_resolved(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    assert open_project(tmp_path / "link").root == (tmp_path / "real").resolve()


def test_names_are_those_that_python_imports(tmp_path):
    root = write_files(tmp_path, {"acme/shop/__init__.py": "", "acme/shop/stock.py": "N = 1\n"})
    for module in modules(root).values():
        subprocess.run([sys.executable, "-c", f"import {module}"], cwd=root, check=True)
