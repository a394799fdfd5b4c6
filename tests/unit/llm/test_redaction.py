"""Secrets stay on this machine and come back to their place."""

from __future__ import annotations

import pytest

from refactor_agent.domain.verdict import CheckFailure
from refactor_agent.llm import Round
from refactor_agent.llm.redaction import Vault
from support.model_server import Said, ScriptedModelServer, answer
from support.model_session import ModelSession, function_request

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P"
PEM = "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA1\n  x\n-----END RSA PRIVATE KEY-----"
SECRETS = {
    "openai": ('client = OpenAI("{}")', "sk-proj-abcdefghijklmnop0123"),
    "anthropic": ("# use {}", "sk-ant-api03-abcdefghijklmnop"),
    "github": ("x = '{}'", "ghp_abcdefghijklmnopqrstuvwxyz0123456789"),
    "github, fine": ("x = '{}'", "github_pat_11ABCDEFG0abcdefghijkl_mnop"),
    "gitlab": ("x = '{}'", "glpat-abcdefghij0123456789"),
    "aws": ("boto3.client('s3', '{}')", "AKIAIOSFODNN7EXAMPLE"),
    "google": ("x = '{}'", "AIzaSyA-abcdefghijklmnopqrstuvwxyz01234"),
    "slack": ("x = '{}'", "xoxb-1234567890-abcdefghij"),
    "hugging face": ("x = '{}'", "hf_abcdefghijklmnopqrstuvwx"),
    "pypi": ("x = '{}'", "pypi-AgEIcHlwaS5vcmcCJDAwMDAw"),
    "json web token": ("x = '{}'", JWT),
    "private key": ('KEY = """{}"""', PEM),
    "bearer": ('{{"Authorization": "Bearer {}"}}', "abcdef123456.ghijkl"),
    "database": ('connect("postgresql://app:{}@db/app")', "hunter2"),
    "broker": ('Celery(broker="redis://:{}@cache:6379/0")', "s3cr3t"),
    "password": ('password = "{}"', "hunter22"),
    "annotated": ('api_key: str = "{}"', "0123456789abcdef"),
    "keyword": ('login(user, password="{}")', "hunter22"),
    "dictionary": ("{{'client_secret': '{}'}}", "hunter22"),
    "environment": ('API-KEY: "{}"', "0123456789abcdef"),
    "openssh": ('KEY = """{}"""', PEM.replace("RSA", "OPENSSH")),
    "pgp": ('KEY = """{}"""', PEM.replace("RSA PRIVATE KEY", "PGP PRIVATE KEY BLOCK")),
    "stripe": ("x = '{}'", "sk_live_abcdefghij0123456789"),
    "sendgrid": ("x = '{}'", "SG.abcdefghij0123456789.abcdefghij0123456789"),
    "google oauth": ("x = '{}'", "ya29.a0AfH6SMBabcdefghij0123456789"),
    "vault": ("x = '{}'", "hvs.CAESIJabcdefghij0123456789"),
    "digitalocean": ("x = '{}'", "dop_v1_abcdefghij0123456789abcdef"),
    "docker": ("x = '{}'", "dckr_pat_abcdefghij0123456789"),
    "shopify": ("x = '{}'", "shpat_abcdefghij0123456789"),
    "databricks": ("x = '{}'", "dapi0123456789abcdef0123456789abcdef"),
    "telegram": ("x = '{}'", "123456789:AAabcdefghijklmnopqrstuvwxyz0123456"),
    "slack webhook": ("x = 'https://hooks.slack.com/services/{}'", "T00000000/B00000000/abcdefgh"),
    "basic": ('{{"Authorization": "Basic {}"}}', "dXNlcjpodW50ZXIyMg=="),
    "azure storage": ("x = 'AccountName=a;AccountKey={};'", "abcdefghij0123456789abcdefghij=="),
    "shared access": ("x = 'https://a.example/b?sv=1&sig={}'", "abcdefghij0123456789%2Babcdef"),
    "libpq": ('connect("host=db user=app password={} dbname=x")', "hunter22"),
    "odbc": ('connect("Server=db;Uid=app;Pwd={};")', "hunter22"),
    "mongo": ('MongoClient("mongodb+srv://app:{}@db.example/x")', "hunter22"),
    "amqp": ('connect("amqps://app:{}@mq:5671/")', "hunter22"),
    "twilio": ("x = '{}'", "SK0123456789abcdef0123456789abcdef"),
    "mailgun": ("x = '{}'", "key-0123456789abcdef0123456789abcdef"),
    "atlassian": ("x = '{}'", "ATATT3xFfGF0abcdefghij0123456789abcdef"),
    "output": ("E  env: DB_PASSWORD={} HOME=/root", "hunter2x9"),
    "sqlalchemy": ('create_engine("mysql+aiomysql://app:{}@db/x?charset=utf8")', "hunter22"),
    "bytes": ('secret = b"{}"', "0123456789abcdef"),
}


@pytest.mark.parametrize("case", SECRETS)
def test_a_secret_is_hidden_and_restored(case):
    template, secret = SECRETS[case]
    text = template.format(secret)
    vault = Vault(text)
    hidden = vault.hide(text)
    assert secret not in hidden
    assert hidden == template.format("REDACTED_SECRET_1")
    assert vault.hide(hidden) == hidden
    assert vault.restore(hidden) == text


INNOCENT = [
    "tokenizer = 'gpt2-medium'",
    "token_url = 'https://example.org/token'",
    "password_field = 'password'",
    "primary_key = 'customer_id'",
    "cache_key = 'user:42:profile'",
    "password = os.environ['APP_PASSWORD']",
    "password = ''",
    'raise ValueError("bad token: " + name)',
    "url = 'http://localhost:8000/api'",
    "url = 'redis://cache:6379/0'",
    "url = f'postgresql://{user}:{password}@{host}/app'",
    "task-skeleton-with-a-long-name",
    "login(user, password=password, timeout=3)",
    "form = 'password=%s' % quote(password)",
    "label = 'Basic authentication'",
    "sig = inspect.signature(f)",
]


@pytest.mark.parametrize("text", INNOCENT)
def test_innocent_code_is_sent_as_it_is(text):
    assert Vault(text).hide(text) == text


def test_one_secret_has_one_placeholder_everywhere():
    """Also where nothing around it gives it away, such as in a test's output."""
    code = 'api_key = "0123456789abcdef"\npassword = "hunter22"'
    vault = Vault(code)
    assert vault.hide(code) == 'api_key = "REDACTED_SECRET_1"\npassword = "REDACTED_SECRET_2"'
    assert vault.hide("sent 0123456789abcdef to db") == "sent REDACTED_SECRET_1 to db"


def test_a_weak_secret_is_not_hidden_out_of_context():
    """Else a password that is a word would tear other code apart."""
    assert Vault('password = "postgres"').hide("import postgres") == "import postgres"


def test_placeholders_that_stand_in_the_code_are_left_alone():
    text = 'x = "REDACTED_SECRET_7"\npassword = "hunter22"'
    vault = Vault(text)
    hidden = vault.hide(text)
    assert hidden == 'x = "REDACTED_SECRET_7"\npassword = "REDACTED_SECRET_8"'
    assert vault.restore(hidden) == text


PLACES = {
    "a docstring": 'def f():\n    """Uses {}."""',
    "a comment": "def f():\n    return 1  # {}",
    "a string": "def f():\n    return '{}'",
    "a default": "def f(key='{}'):\n    return key",
    "an f-string": "def f(x):\n    return f'{{x}}:{}'",
    "bytes": "def f():\n    return b'{}'",
}


@pytest.mark.parametrize("place", PLACES)
def test_a_secret_is_sent_from_no_place_in_the_code(tmp_path, place):
    """And it comes back to where it stood."""
    source = PLACES[place].format("sk-proj-abcdefghijklmnop0123")
    request = function_request(source, name="app.jobs.f")
    seen = []

    def react(asked):
        seen.append(asked.prompt)
        return Said("no")

    with ScriptedModelServer(react) as server:
        ModelSession(tmp_path, server.base_url).propose(request)
    assert seen
    assert not [text for text in seen if "sk-proj" in text]
    assert all("REDACTED_SECRET_1" in text for text in seen)


def test_a_secret_is_sent_neither_by_file_name_nor_by_test_output(tmp_path):
    secret = "ghp_abcdefghijklmnopqrstuvwxyz0123456789"
    request = function_request("def f():\n    return 1", name="app.jobs.f")
    part = request.functions[0]
    ref = part.ref.model_copy(update={"file": f"app/{secret}/jobs.py"})
    file = request.files[0].model_copy(update={"file": ref.file})
    update = {"functions": (part.model_copy(update={"ref": ref}),), "files": (file,)}
    failure = CheckFailure(check="tests", message=f"E  assert '{secret}' == 1\nTOKEN={secret}")
    seen = []

    def react(asked):
        seen.append(asked.prompt)
        return Said("no")

    with ScriptedModelServer(react) as server:
        session = ModelSession(tmp_path, server.base_url)
        session.propose(
            request.model_copy(update=update), [Round(functions=(), failures=(failure,))]
        )
    assert seen
    assert not [text for text in seen if secret in text]


SECRET = "sk-proj-abcdefghijklmnop0123"
SOURCE = f'    async def poll(self):\n        time.sleep(1)\n        return "{SECRET}"'
NAME = "app.jobs.Jobs.poll"


def propose(tmp_path, code):
    """Ask about a function that holds a secret; the server answers ``code`` once."""
    said = answer({NAME: code}, imports=["import asyncio"], assumes=["REDACTED_SECRET_1 is valid"])
    with ScriptedModelServer([said]) as server:
        session = ModelSession(tmp_path, server.base_url)
        outcome = session.propose(function_request(SOURCE, name=NAME))
    return outcome, server.requests


def test_the_model_never_sees_a_secret_and_the_code_keeps_it(tmp_path):
    code = 'async def poll(self):\n    await asyncio.sleep(1)\n    return "REDACTED_SECRET_1"'
    proposal, requests = propose(tmp_path, code)
    assert SECRET not in requests[0].prompt
    assert 'return "REDACTED_SECRET_1"' in requests[0].prompt
    assert proposal.functions[0].code == SOURCE.replace("time", "await asyncio") + "\n"
    assert proposal.notes == ("the model assumes: REDACTED_SECRET_1 is valid",)
    kept = [path.read_text() for path in tmp_path.rglob("*") if path.is_file()]
    assert not [text for text in kept if SECRET in text]


@pytest.mark.parametrize(
    "code",
    [
        'async def poll(self):\n    await asyncio.sleep(1)\n    return "secret"',
        'async def poll(self):\n    print("REDACTED_SECRET_1")\n    return "REDACTED_SECRET_1"',
        'async def poll(self):\n    print("REDACTED_SECRET_2")\n    return "REDACTED_SECRET_1"',
    ],
    ids=["lost", "copied", "invented"],
)
def test_a_secret_that_moved_is_a_fault(tmp_path, code):
    """A secret must neither vanish nor find its way into a log call."""
    _, requests = propose(tmp_path, code)
    assert len(requests) == 2
    assert "answer/moved-secret" in requests[1].prompt
    assert SECRET not in requests[1].prompt
