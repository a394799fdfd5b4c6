"""What starts fast stays so: commands import only what they need."""

from __future__ import annotations

import pytest

from support.agent_process import AgentHome, make_repository

HEAVY = {"langgraph", "langchain_core", "openai", "libcst"}


@pytest.mark.parametrize(("command", "code"), [("--help", 0), ("scan --help", 0), ("scan .", 1)])
def test_neither_graph_nor_model_nor_codemods(tmp_path, command, code):
    files = {"app.py": "import time\n\n\nasync def poll():\n    time.sleep(1)\n"}
    user = AgentHome(make_repository(tmp_path / "app", files), tmp_path / "home")
    ended = user.agent(*command.split(), modules=str(tmp_path / "modules"))
    assert ended.code == code, ended.err
    imported = {name.partition(".")[0] for name in (tmp_path / "modules").read_text().split()}
    assert "refactor_agent" in imported
    assert not imported & HEAVY
