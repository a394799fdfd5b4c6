"""What a target says it depends on, in each of the places where projects say so."""

from __future__ import annotations

import pytest

from refactor_agent.edit import declared_ranges, optional_ranges
from unit.edit.test_dependencies import tree_with

PYPROJECT = """\
[project]
dependencies = ["requests"]

[project.optional-dependencies]
llm = ["OpenAI >= 1.2"]
"""
CFG = """\
[options]
install_requires =
    requests >= 2
    redis[hiredis]>=5,<6

[options.extras_require]
llm =
    openai>=1.2
"""
SETUP = """\
from setuptools import setup

setup(
    name="shop",
    install_requires=["requests>=2", "redis"],
    extras_require={"llm": ["openai>=1.2"], "all": everything},
)
"""


@pytest.mark.parametrize(
    ("file", "text", "needed", "optional"),
    [
        (
            "pyproject.toml",
            PYPROJECT,
            {"requests": ""},
            {"openai": ">= 1.2"},
        ),
        ("setup.cfg", CFG, {"requests": ">= 2", "redis": ">=5,<6"}, {"openai": ">=1.2"}),
        ("setup.py", SETUP, {"requests": ">=2", "redis": ""}, {"openai": ">=1.2"}),
        (
            "Pipfile",
            '[packages]\nrequests = "*"\nredis = {version = ">=5"}\n[dev-packages]\nx = "*"\n',
            {"requests": "", "redis": ">=5"},
            {},
        ),
        ("setup.py", "setup(install_requires=read('requirements'))", {}, {}),
        ("setup.py", "setup(", {}, {}),
        ("setup.cfg", "[options", {}, {}),
        ("Pipfile", "packages", {}, {}),
    ],
)
def test_what_is_declared_where(file, text, needed, optional):
    tree = tree_with({file: text})
    assert declared_ranges(tree) == needed
    assert optional_ranges(tree) == optional
