"""Dependencies declared with the smallest edit."""

from __future__ import annotations

from pathlib import Path

import pytest

from refactor_agent.domain.plan import Dependency
from refactor_agent.edit import declared_distributions, dependency_changes
from refactor_agent.tree import Tree

HTTPX = Dependency(distribution="httpx", specifier=">=0.27, <1")


def tree_with(files: dict[str, str]) -> Tree:
    return Tree(Path("/nowhere"), {name: text.encode() for name, text in files.items()})


PYPROJECT = {
    "one a line": (
        '[project]\ndependencies = [\n  "fastapi",  # web\n  "pip[x]>=2",\n]\n[x]\na = 1\n',
        (
            '[project]\ndependencies = [\n  "fastapi",  # web\n  "httpx>=0.27,<1",\n'
            '  "pip[x]>=2",\n]\n[x]\na = 1\n'
        ),
    ),
    "at the end, no trailing comma": (
        '[project]\ndependencies = [\n  "fastapi"  # web\n]\n',
        '[project]\ndependencies = [\n  "fastapi",  # web\n  "httpx>=0.27,<1"\n]\n',
    ),
    "at the front": (
        '[project]\ndependencies = [\n    "requests",\n]\n',
        '[project]\ndependencies = [\n    "httpx>=0.27,<1",\n    "requests",\n]\n',
    ),
    "in one line": (
        "[project]\ndependencies = ['fastapi', 'requests']\n",
        "[project]\ndependencies = ['fastapi', 'httpx>=0.27,<1', 'requests']\n",
    ),
    "empty": (
        '[project]\nname = "x"\ndependencies = []\n',
        '[project]\nname = "x"\ndependencies = ["httpx>=0.27,<1"]\n',
    ),
    "windows newlines": (
        '[project]\r\ndependencies = [\r\n  "a",\r\n]\r\n',
        '[project]\r\ndependencies = [\r\n  "a",\r\n  "httpx>=0.27,<1",\r\n]\r\n',
    ),
    "poetry": (
        '[tool.poetry.dependencies]\npython = "^3.11"\n\n[tool.other]\n',
        '[tool.poetry.dependencies]\npython = "^3.11"\nhttpx = ">=0.27,<1"\n\n[tool.other]\n',
    ),
    "a bracket in a comment": (
        '[project]\ndependencies = [\n  "a",  # see [1]\n]\n',
        '[project]\ndependencies = [\n  "a",  # see [1]\n  "httpx>=0.27,<1",\n]\n',
    ),
}


@pytest.mark.parametrize(("before", "after"), PYPROJECT.values(), ids=PYPROJECT)
def test_declared_in_pyproject(before: str, after: str) -> None:
    tree = tree_with({"pyproject.toml": before})
    changes = dependency_changes(tree, [HTTPX])
    assert changes == ({"pyproject.toml": after.encode()}, ())
    again = tree.with_changes(changes.files)
    assert dependency_changes(again, [HTTPX]) == ({}, ())


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("fastapi==1\nrequests\n", "fastapi==1\nhttpx>=0.27,<1\nrequests\n"),
        ("# all\n-r base.txt\nfastapi", "# all\n-r base.txt\nfastapi\nhttpx>=0.27,<1\n"),
        ("", "httpx>=0.27,<1\n"),
    ],
)
def test_declared_in_requirements(before: str, after: str) -> None:
    files = {"requirements.txt": before, "pyproject.toml": "[tool.black]\n"}
    changes = dependency_changes(tree_with(files), [HTTPX])
    assert changes.files == {"requirements.txt": after.encode()}


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"setup.py": "setup(install_requires=['a'])"},
        {"pyproject.toml": '[project]\ndynamic = ["dependencies"]\n'},
        {"pyproject.toml": "not toml ["},
        {"pyproject.toml": 'project = {dependencies = ["a"]}\n'},
    ],
)
def test_left_to_a_person_where_the_place_is_not_known(files: dict[str, str]) -> None:
    assert dependency_changes(tree_with(files), [HTTPX]) == ({}, (HTTPX,))


def test_what_is_declared() -> None:
    tree = tree_with(
        {
            "pyproject.toml": '[project]\ndependencies = ["Requests[x] >= 2", "typing_extensions"]',
            "requirements.txt": "-e .\n# no\nFast.API==1 ; python_version > '3'\n",
        }
    )
    assert declared_distributions(tree) == {"requests", "typing-extensions", "fast-api"}


RESPX = Dependency(
    distribution="respx", specifier=">=0.22,<1", beside=("requests_mock", "responses")
)
WEB = '[project]\ndependencies = ["httpx"]\n\n'
POETRY = '[tool.poetry.group.dev.dependencies]\nresponses = "^0.25"\n'
FOR_TESTS = {
    "a group": (
        "pyproject.toml",
        WEB + '[dependency-groups]\nlint = ["ruff"]\ntest = [\n  "pytest",\n  "responses>=1",\n]\n',
        WEB + '[dependency-groups]\nlint = ["ruff"]\n'
        'test = [\n  "pytest",\n  "responses>=1",\n  "respx>=0.22,<1",\n]\n',
    ),
    "an extra": (
        "pyproject.toml",
        WEB + '[project.optional-dependencies]\ntest = ["pytest", "requests-mock"]\n',
        WEB + "[project.optional-dependencies]\n"
        'test = ["pytest", "requests-mock", "respx>=0.22,<1"]\n',
    ),
    "what the code needs too": (
        "pyproject.toml",
        '[project]\ndependencies = ["httpx", "responses"]\n',
        '[project]\ndependencies = ["httpx", "responses", "respx>=0.22,<1"]\n',
    ),
    "poetry": (
        "pyproject.toml",
        POETRY + "\n[tool.black]\n",
        POETRY + 'respx = ">=0.22,<1"\n\n[tool.black]\n',
    ),
    "a file": (
        "requirements-test.txt",
        "-r requirements.txt\npytest\nresponses==0.25\nzeep\n",
        "-r requirements.txt\npytest\nresponses==0.25\nrespx>=0.22,<1\nzeep\n",
    ),
}


@pytest.mark.parametrize(("file", "before", "after"), FOR_TESTS.values(), ids=FOR_TESTS)
def test_declared_beside_what_tests_need(file: str, before: str, after: str) -> None:
    tree = tree_with({"requirements.txt": "httpx\n", file: before})
    changes = dependency_changes(tree, [RESPX])
    assert changes == ({file: after.encode()}, ())
    assert dependency_changes(tree.with_changes(changes.files), [RESPX]) == ({}, ())


def test_what_tests_need_and_what_code_needs() -> None:
    before = '[project]\ndependencies = ["a"]\n\n[dependency-groups]\ntest = ["responses"]\n'
    after = (
        '[project]\ndependencies = ["a", "httpx>=0.27,<1"]\n\n'
        '[dependency-groups]\ntest = ["responses", "respx>=0.22,<1"]\n'
    )
    changes = dependency_changes(tree_with({"pyproject.toml": before}), [RESPX, HTTPX])
    assert changes == ({"pyproject.toml": after.encode()}, ())


@pytest.mark.parametrize("files", [
    {},
    {"tox.ini": "[testenv]\ndeps = responses\n"},
    {"pyproject.toml": 'dependency-groups = {test = ["responses"]}\n'},
])  # fmt: skip
def test_what_tests_need_is_left_to_a_person(files: dict[str, str]) -> None:
    assert dependency_changes(tree_with(files), [RESPX]) == ({}, (RESPX,))
