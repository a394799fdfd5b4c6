"""Which prompt templates are in force."""

from __future__ import annotations

import pytest

from refactor_agent.errors import UsageError
from refactor_agent.project import open_project
from refactor_agent.run.prompts import prompts_for


@pytest.mark.parametrize("name", ["missing", "..", "/tmp", "shop.py"])  # noqa: S108 - never read
def test_prompts_must_lie_in_the_project(tmp_path, name):
    (tmp_path / "shop.py").write_text("x = 1\n")
    (tmp_path / "pyproject.toml").write_text(f'[tool.refactor-agent]\nprompts = "{name}"\n')
    with pytest.raises(UsageError, match="is no directory of the project"):
        prompts_for(open_project(tmp_path))
