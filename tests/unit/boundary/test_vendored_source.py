"""The vendored modules as text: what others' linters and type checkers make of it."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from refactor_agent.boundary import VERSIONS, boundary_source

# Contradicted by the formatter or each other, or about the place a file stands in.
LOOSE = "D203,D213,COM812,CPY,EM,TRY003,INP001"

_MOST_LINES = {"_async_process": 340}
"""What stands in for a part of `subprocess` takes more than the 300 of the others."""

USER = """\
from _async_adapters import offload


def load(path: str, *, encoding: str = "utf-8") -> bytes:
    return (path + encoding).encode()


async def main() -> int:
    data = await offload(load, "a", encoding="ascii")
    return len(data)


async def wrong() -> None:
    await offload(load, 1)
"""


def _tool(*command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *command], cwd=cwd, capture_output=True, text=True, check=False
    )


@pytest.fixture
def vendored(tmp_path):
    for module in VERSIONS:
        (tmp_path / f"{module}.py").write_text(boundary_source(module))
    (tmp_path / "user.py").write_text(USER)
    return tmp_path


@pytest.mark.parametrize("module", VERSIONS)
def test_it_is_valid_for_the_oldest_python_and_needs_the_standard_library_only(module):
    tree = ast.parse(boundary_source(module), feature_version=(3, 9))
    imported = {
        name.split(".")[0]
        for node in tree.body
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert imported <= sys.stdlib_module_names
    assert len(boundary_source(module).splitlines()) < _MOST_LINES.get(module, 300)


@pytest.mark.parametrize("width", ["79", "88", "100", "120"])
@pytest.mark.parametrize("module", VERSIONS)
def test_formatters_leave_it_alone(vendored, module, width):
    result = _tool("ruff", "format", "--isolated", "--check", "--line-length", width,
                   f"{module}.py", cwd=vendored)  # fmt: skip
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize("target", ["py39", "py314"])
@pytest.mark.parametrize("module", VERSIONS)
def test_linters_have_nothing_to_say(vendored, module, target):
    options = ("--isolated", "--select", "ALL", "--ignore", LOOSE, "--target-version", target)
    result = _tool("ruff", "check", *options, f"{module}.py", cwd=vendored)
    assert result.returncode == 0, result.stdout


@pytest.mark.slow
def test_strict_type_checkers_follow_arguments_and_results_through_it(vendored):
    result = _tool("mypy", "--strict", "--config-file=", "user.py", cwd=vendored)
    assert result.stdout.splitlines()[0].startswith(
        'user.py:14: error: Argument 2 to "offload" has incompatible type "int"; expected "str"'
    )
    assert len(result.stdout.splitlines()) == 2


@pytest.mark.slow
@pytest.mark.parametrize("module", VERSIONS)
def test_strict_type_checkers_have_nothing_to_say_of_itself(vendored, module):
    result = _tool("mypy", "--strict", "--config-file=", f"{module}.py", cwd=vendored)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize("module", VERSIONS)
def test_module_and_stamp_name_the_same_version(module):
    assert f'__version__ = "{VERSIONS[module]}"\n' in boundary_source(module)
    assert boundary_source(module).startswith(
        f"# Vendored by refactor-agent: version {VERSIONS[module]},"
    )
