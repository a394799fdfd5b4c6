"""Which models a run asks: the command line over the profile over the defaults."""

from __future__ import annotations

import pytest

from refactor_agent.errors import UsageError
from refactor_agent.llm import read_api_key
from refactor_agent.project import open_project
from refactor_agent.project.config import Config
from refactor_agent.run.models import ModelChoice, configured_models, read_amounts

URL = "http://127.0.0.1:8000/v1"
TOML = """\
[tool.refactor-agent]
prices = { plain = [1.0, 2.0] }

[tool.refactor-agent.limits]
calls = 50
cost = 9

[tool.refactor-agent.change-set-limits]
tokens = 1000

[tool.refactor-agent.models.local]
base-url = "http://127.0.0.1:8000/v1/"
concurrency = 2
price = [0, 0]

[tool.refactor-agent.models.hosted]
model = "large-1"
base-url = "https://llm.example.com/v1"
api = "responses"
stream = true
key-from = "LLM_KEY"
price = [3.0, 15.0]
temperature = 0.0
sample-temperature = 0.8
limits = { cost = 5.0 }
"""


@pytest.fixture
def config(tmp_path) -> Config:
    (tmp_path / "pyproject.toml").write_text(TOML)
    return open_project(tmp_path).config


def test_a_profile_says_how_a_model_is_asked(config):
    local, hosted = configured_models(config, ModelChoice(profiles=("local", "hosted")))
    assert (local.model, local.base_url, local.api) == ("local", URL, "chat")
    assert (local.concurrency, local.stream) == (2, False)
    assert (hosted.model, hosted.api, hosted.stream) == ("large-1", "responses", True)
    assert (hosted.price, hosted.key_from) == ((3.0, 15.0), "LLM_KEY")
    assert (hosted.temperature_of(0), hosted.temperature_of(1)) == (0.0, 0.8)
    assert hosted.model_limits.cost == 5.0
    assert hosted.model_limits.calls is None


def test_the_command_line_goes_before_the_profile(config):
    choice = ModelChoice(
        profiles=("hosted",), base_url=URL, api="chat", stream=False, temperature=1.0
    )
    (found,) = configured_models(config, choice)
    assert (found.base_url, found.api, found.stream) == (URL, "chat", False)
    assert found.temperature == 1.0


def test_limits_come_from_the_project_and_then_from_the_user(config):
    choice = ModelChoice(
        profiles=("local",), limits={"calls": 3}, change_set_limits={"seconds": 60}
    )
    (found,) = configured_models(config, choice)
    assert (found.limits.calls, found.limits.cost, found.limits.tokens) == (3, 9, 2_000_000)
    each = found.change_set_limits
    assert (each.tokens, each.seconds, each.calls) == (1000, 60, 20)


def test_a_model_without_a_profile_gets_its_price_from_the_table(config):
    (found,) = configured_models(config, ModelChoice(models=("plain",), base_url=URL))
    assert found.cost(1_000_000, 1_000_000) == 3.0


WRONG = {
    "both": (ModelChoice(models=("m",), profiles=("local",)), "not both"),
    "no such profile": (ModelChoice(profiles=("other",)), "no profile other: local, hosted"),
    "no price": (ModelChoice(models=("m",), base_url=URL), "needs the price of m"),
    "nothing leads there": (ModelChoice(models=("plain",)), "needs --base-url"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_choice_is_said_in_one_line(config, case, monkeypatch):
    for name in ("OPENAI_API_KEY", "REFACTOR_AGENT_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    choice, words = WRONG[case]
    with pytest.raises(UsageError, match=words):
        configured_models(config, choice)


def test_offline_there_are_none(config):
    assert configured_models(config, ModelChoice(profiles=("local",), offline=True)) == ()


@pytest.mark.parametrize("words", ["calls", "calls=", "calls=many", "money=3", "=3"])
def test_a_limit_is_a_name_and_a_number(words):
    with pytest.raises(UsageError, match="--limit"):
        read_amounts([words], "--limit")
    assert read_amounts(["calls=3", "cost=0.5"], "--limit") == {"calls": 3.0, "cost": 0.5}


def test_half_a_call_is_no_limit(config):
    choice = ModelChoice(profiles=("local",), limits=read_amounts(["calls=1.5"], "--limit"))
    with pytest.raises(UsageError, match="limit of calls"):
        configured_models(config, choice)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('[tool.refactor-agent.models.a]\nbase-urll = "x"\n', "has no key models.a.base-urll"),
        ("[tool.refactor-agent.limits]\nmoney = 3\n", "limits.money"),
        ('[tool.refactor-agent.models.a]\nkey = "sk-secret"\n', "has no key models.a.key"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path, line, words):
    (tmp_path / "pyproject.toml").write_text(line)
    with pytest.raises(UsageError, match=words) as raised:
        open_project(tmp_path)
    assert "sk-secret" not in str(raised.value)


def test_the_key_comes_from_the_variable_that_was_named():
    environ = {"LLM_KEY": "sk-one", "OPENAI_API_KEY": "sk-general"}
    key = read_api_key("LLM_KEY", environ=environ)
    assert key is not None
    assert key.get_secret_value() == "sk-one"
    with pytest.raises(UsageError, match="to come from OTHER_KEY, and that is not set"):
        read_api_key("OTHER_KEY", environ=environ)


def test_the_key_comes_from_the_keyring(monkeypatch):
    """By the endpoint's host; this needs the extra."""
    keyring = pytest.importorskip("keyring")
    from keyring.backend import KeyringBackend

    class Memory(KeyringBackend):
        priority = 1
        kept: dict[tuple[str, str], str] = {}  # noqa: RUF012 - the test's own

        def get_password(self, service, username):
            return self.kept.get((service, username))

        def set_password(self, service, username, password):
            self.kept[service, username] = password

    before = keyring.get_keyring()
    keyring.set_keyring(Memory())
    try:
        keyring.set_password("refactor-agent", "llm.example.com:8443", "sk-ring")
        key = read_api_key("keyring", "https://llm.example.com:8443/v1")
        assert key is not None
        assert key.get_secret_value() == "sk-ring"
        with pytest.raises(UsageError, match="keyring set refactor-agent other"):
            read_api_key("keyring", "https://other/v1")
    finally:
        keyring.set_keyring(before)


def test_without_a_keyring_that_is_said():
    try:
        import keyring  # noqa: F401
    except ImportError:
        with pytest.raises(UsageError, match=r"pip install 'refactor-agent\[keyring\]'"):
            read_api_key("keyring", URL)
