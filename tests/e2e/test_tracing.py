"""A shell that is set up to upload traces to LangSmith gets nothing of a run uploaded."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from support.agent_process import AgentHome, make_repository
from support.request_counter import RequestCounter

pytestmark = pytest.mark.slow

FILES = {
    "app.py": "import time\n\n\nasync def poll():\n    time.sleep(0.001)\n",
    "test_app.py": """\
import asyncio

import app


def test_poll():
    assert asyncio.run(app.poll()) is None
""",
}
BARE_GRAPH = """
from langchain_core.tracers.langchain import wait_for_all_tracers
from langgraph.graph import END, START, StateGraph

graph = StateGraph(dict)
graph.add_node("node", lambda state: {"secret": "source code"})
graph.add_edge(START, "node")
graph.add_edge("node", END)
graph.compile().invoke({})
wait_for_all_tracers()
"""


@pytest.fixture
def uploads():
    with RequestCounter() as counter:
        yield counter


def shell(url: str) -> dict[str, str]:
    """Give the variables that LangSmith's own set-up page tells people to export."""
    return {
        "LANGSMITH_TRACING": "true",
        "LANGSMITH_ENDPOINT": url,
        "LANGSMITH_API_KEY": "lsv2_scripted",
        "LANGCHAIN_TRACING_V2": "true",
        "LANGCHAIN_ENDPOINT": url,
        "LANGCHAIN_API_KEY": "lsv2_scripted",
    }


def test_a_run_uploads_nothing(uploads, tmp_path):
    target = make_repository(tmp_path / "app", FILES)
    user = AgentHome(target, tmp_path / "home", shell(uploads.url))
    waiting = user.run("--ask")
    assert (waiting.code, "waits for approval" in waiting.out) == (1, True), waiting.err
    ended = user.agent("resume", "latest", "--approve", "all")
    assert (ended.code, list(user.statuses().values())) == (1, ["verified"]), ended.err
    assert uploads.requests == []


def test_a_bare_graph_does_upload(uploads):
    """Else the test above could not fail."""
    subprocess.run(
        [sys.executable, "-c", BARE_GRAPH], env={**os.environ, **shell(uploads.url)}, check=True
    )
    assert any("/runs" in request for request in uploads.requests)
