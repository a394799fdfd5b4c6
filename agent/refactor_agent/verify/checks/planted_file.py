"""No new file that runs by itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from refactor_agent.verify.checks._check import Check, Example, Objection
from refactor_agent.verify.context import Context

__all__ = ["CHECK"]

_RUN = frozenset({"conftest.py", "sitecustomize.py", "usercustomize.py", "__main__.py", "setup.py"})
_READ = frozenset({"pytest.ini", "tox.ini", "setup.cfg", "pyproject.toml", ".coveragerc"})


def _find(context: Context) -> Iterator[Objection]:
    for file in sorted(context.files):
        if context.before.exists(file) and context.before.read(file).strip():
            continue  # what an old file may become is for other checks
        path = PurePosixPath(file)
        if path.name not in _RUN | _READ and _holds_copies_alone(context, file):
            continue
        if path.name in _RUN | _READ or path.suffix == ".pth" or path.name.startswith("test_"):
            yield Objection(f"{file} is filled, and takes part in every run of the tests")


def _holds_copies_alone(context: Context, file: str) -> bool:
    """Say whether every test of a new file is a planned copy of one that is there."""
    planned = {copy.test for change in context.changes for copy in change.proposal.tests}
    module = context.module_after(file)
    if module is None or not any(test.startswith(f"{file}::") for test in planned):
        return False
    tests = (n for n, node in module.functions.items() if node.name.startswith("test"))
    return all(f"{file}::{name.replace('.', '::')}" in planned for name in tests)


_BEFORE = "def f():\n    return 1\n"

CHECK = Check(
    name="planted-file",
    hazards=("H-X3", "H-X5"),
    reason="Such a file can make any test pass.",
    find=_find,
    examples=(
        Example("settings", "", "import warnings\n", "takes part", file="conftest.py"),
        Example("a changed file", _BEFORE, _BEFORE + "\n\n", ""),
    ),
)
