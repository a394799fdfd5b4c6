"""The settings in ``pyproject.toml``: what is read, and one line for what is wrong."""

from __future__ import annotations

import re

import pytest

from refactor_agent.errors import UsageError
from refactor_agent.project import Config
from refactor_agent.project.config import load_config
from support.files import as_somebody


def test_every_key(tmp_path):
    (tmp_path / "pyproject.toml").write_text(
        """
[tool.refactor-agent]
rules = ["lint/rules"]
disable = ["RA101"]
exclude = ["migrations/*"]
source-roots = ["lib"]
offload-wrappers = ["shop.threads.run"]
python = "env/bin/python"
test-command = "pytest -q"
test-timeout = 90
allow-dependencies = ["httpx"]
"""
    )
    assert load_config(tmp_path) == Config(
        rules=("lint/rules",),
        disable=("RA101",),
        exclude=("migrations/*",),
        source_roots=("lib",),
        offload_wrappers=("shop.threads.run",),
        python="env/bin/python",
        test_command="pytest -q",
        test_timeout=90,
        allow_dependencies=("httpx",),
    )


@pytest.mark.parametrize(
    "text", ["", "[project]\nname = 'x'\n", "tool = 3\n", "[tool.other]\nkey = 1\n", None]
)
def test_nothing_said(tmp_path, text):
    if text is not None:
        (tmp_path / "pyproject.toml").write_text(text)
    assert load_config(tmp_path) == Config()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[tool.refactor-agent]\nexcludes = []\n", "has no key excludes; did you mean exclude?"),
        ("[tool.refactor-agent]\nx = 1\n", "has no key x; did you mean rules, disable, exclude,"),
        ("[tool.refactor-agent]\nrules = 'a'\n", "rules: input should be a valid tuple"),
        ("[tool.refactor-agent]\nrules = [1]\n", "rules.0: input should be a valid string"),
        ("[tool.refactor-agent]\ntest-timeout = 0\n", "test-timeout: input should be greater"),
        ("[tool.refactor-agent]\ntest-timeout = 'soon'\n", "test-timeout: input should be a valid"),
        ("[tool]\nrefactor-agent = 3\n", "[tool.refactor-agent] must be a table"),
        ("[tool.refactor-agent\n", "is not valid TOML: "),
        (b"name = '\xff'\n", "is not valid TOML: "),
    ],
)
def test_one_line_for_what_is_wrong(tmp_path, text, message):
    data = text if isinstance(text, bytes) else text.encode()
    (tmp_path / "pyproject.toml").write_bytes(data)
    with pytest.raises(UsageError, match=re.escape(message)) as caught:
        load_config(tmp_path)
    assert str(caught.value).startswith(str(tmp_path / "pyproject.toml"))
    assert "\n" not in str(caught.value)


def test_a_file_that_cannot_be_read():
    with as_somebody() as root:
        (root / "pyproject.toml").touch(mode=0o000)
        with pytest.raises(UsageError, match="can't be read: Permission denied"):
            load_config(root)
