"""Which model is asked, and what stays out of it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from refactor_agent.errors import UsageError
from refactor_agent.llm import model_config, read_api_key
from refactor_agent.llm.config import DEFAULT_BASE_URL

URL = "http://127.0.0.1:8000/v1"


@pytest.mark.parametrize(
    ("arguments", "environ", "base_url"),
    [
        ({"model": "m", "base_url": f"{URL}/"}, {}, URL),
        ({"model": "m"}, {"OPENAI_API_KEY": "k"}, DEFAULT_BASE_URL),
        ({"model": "m"}, {"REFACTOR_AGENT_API_KEY": "k"}, DEFAULT_BASE_URL),
        ({"model": "m"}, {"OPENAI_BASE_URL": URL}, URL),
    ],
)
def test_the_endpoint_is_where_the_user_says(arguments, environ, base_url):
    config = model_config(**arguments, environ=environ)
    assert config is not None
    assert config.base_url == base_url


def test_without_a_name_or_offline_there_is_no_model():
    environ = {"OPENAI_API_KEY": "k"}
    assert model_config(None, URL, environ=environ) is None
    assert model_config("m", URL, offline=True, environ=environ) is None


@pytest.mark.parametrize(
    ("base_url", "words"),
    [
        (None, "needs --base-url"),
        ("127.0.0.1:8000", "must be a URL"),
        ("ftp://host/v1", "must be a URL"),
        ("http://", "must be a URL"),
        ("http://[::1/v1", "must be a URL"),
        ("http://host:port/v1", "must be a URL"),
        ("https://user:secret@host/v1", "must not hold a key"),
        ("https://host/v1?api-key=secret", "must not hold a key"),
    ],
)
def test_a_wrong_endpoint_is_said_in_one_line(base_url, words):
    with pytest.raises(UsageError, match=words) as raised:
        model_config("m", base_url, environ={})
    assert "secret" not in str(raised.value)


def test_the_key_hides_itself():
    key = read_api_key(environ={"OPENAI_API_KEY": "sk-general", "REFACTOR_AGENT_API_KEY": "sk-own"})
    assert key is not None
    assert key.get_secret_value() == "sk-own"
    assert "sk-own" not in f"{key} {key!r}"
    assert read_api_key(environ={"OPENAI_API_KEY": ""}) is None


def test_a_key_is_taken_without_the_line_break_that_came_with_it():
    key = read_api_key(environ={"OPENAI_API_KEY": "sk-general\n"})
    assert key is not None
    assert key.get_secret_value() == "sk-general"
    with pytest.raises(UsageError, match="OPENAI_API_KEY holds characters") as raised:
        read_api_key(environ={"OPENAI_API_KEY": "sk-„general“"})
    assert "general" not in str(raised.value)


def test_the_client_library_is_imported_only_when_a_model_is_opened():
    """It takes over a second, and a run without a model has no use for it."""
    code = "import sys, refactor_agent.llm; print({'openai', 'httpx2'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
