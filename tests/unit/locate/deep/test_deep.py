"""Calls of libraries that no rule names block where the library's own code leads to a wait."""

import pytest

CLIENT = """
# file: somelib/__init__.py
from somelib._client import Client as Client, connect as connect
# file: somelib/_client.py
import socket
import threading

def connect(url):
    return Client(url)

class Base:
    def __init__(self, url):
        self._sock = socket.socket()
        self._lock = threading.Lock()

    def close(self):
        self._sock.close()

    def ping(self):
        self._read(1)

    def _read(self, size):
        return self._sock.recv(size)

class Client(Base):
    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()

    @property
    def child(self):
        return self

    def fetch(self, key):
        with self._lock:
            return self._read(10)

    def pages(self):
        while True:
            yield self.fetch("page")

    async def fetch_later(self, key):
        return self._read(10)

    def count(self):
        return 1
"""


def test_a_method_is_found_through_what_a_factory_gives(install, deep):
    install("somelib", CLIENT)
    found, _ = deep(
        """
        import somelib

        async def handler():
            client = somelib.connect("u")
            client.fetch("k")
            client.child.child.ping()
            client.count()
            client.close()
            await client.fetch_later("k")
        """,
        "somelib",
    )
    assert set(found) == {"somelib.Client.fetch", "somelib.Client.ping"}
    fetch = found["somelib.Client.fetch"]
    assert fetch.inside == ("somelib._client.Base._read", "socket.socket.recv")
    assert (fetch.evidence, fetch.rule, fetch.confidence) == ("deep", "RA401", "high")
    assert fetch.weight >= 7


@pytest.mark.parametrize(
    ("use", "callee"),
    [
        ("with somelib.Client('u') as client:\n        client.fetch('k')", "somelib.Client.fetch"),
        ("for page in somelib.connect('u').pages(): pass", "somelib.Client.pages"),
        ("somelib._client.Client('u').fetch('k')", "somelib.Client.fetch"),
    ],
)
def test_uses(install, deep, use, callee):
    install("somelib", CLIENT)
    found, _ = deep(f"import somelib\n\nasync def handler():\n    {use}\n", "somelib")
    assert set(found) == {callee}


QUIET = {
    "an uncontended lock, a log line and a stat": """
        import logging, os, threading
        _lock = threading.Lock()
        def call():
            with _lock:
                logging.getLogger().info("called")
            _lock.acquire()
            return os.path.exists("x")
    """,
    "a file read while an error is handled": """
        def call():
            try:
                return 1
            except ValueError:
                return open("dump").read()
    """,
    "a file read once": """
        import functools
        @functools.lru_cache(maxsize=None)
        def load():
            return open("table").read()
        def call():
            return load()
    """,
    "a file read when the library is imported": """
        TABLE = open("table").read()
        def call():
            return TABLE
    """,
    "a thread of its own": """
        import threading, time
        def call():
            threading.Thread(target=time.sleep, args=(9,)).start()
    """,
    "a file that other arguments would name": """
        import json
        def parse(text, file=None):
            if file is not None:
                return json.load(file)
            return json.loads(text)
        def call():
            return parse("{}")
    """,
    "what a subclass would run": """
        import requests
        class Bar:
            def close(self):
                self.closed = True
        class RemoteBar(Bar):
            def close(self):
                requests.post("u")
        def call(bar: Bar = None):
            bar.close()
    """,
    "an import": """
        def call():
            import json
            return json.dumps({})
    """,
    "a receiver nobody knows": """
        def call(sock=None):
            return sock.recv(1)
    """,
    "one of several that may run, and light": """
        import abc
        class Base(abc.ABC):
            @abc.abstractmethod
            def read(self): ...
        class File(Base):
            def read(self):
                return open("x").read()
        class Memory(Base):
            def read(self):
                return ""
        def call(source: Base = None):
            return source.read()
    """,
}


@pytest.mark.parametrize("body", QUIET.values(), ids=QUIET)
def test_quiet(install, deep, body):
    lines = "\n".join(line.removeprefix("        ") for line in body.splitlines())
    install("somelib", f"# file: somelib/__init__.py\n{lines}\n")
    found, _ = deep("import somelib\nasync def handler():\n    somelib.call()\n", "somelib")
    assert found == {}


def test_a_library_is_followed_into_another_and_a_rule_ends_the_search(install, deep):
    install("inner", "# file: inner.py\nimport time\ndef wait():\n    time.sleep(1)\n")
    install(
        "outer",
        """
        # file: outer/__init__.py
        import inner
        import requests

        class Session(requests.Session):
            def polite(self):
                inner.wait()

        def search(query):
            return requests.get(query)
        """,
        requires="inner requests",
    )
    found, _ = deep(
        """
        import outer

        async def handler():
            outer.search("q")
            session = outer.Session()
            session.polite()
            session.get("u")
        """,
        "outer",
    )
    assert {name: region.inside for name, region in found.items()} == {
        "outer.search": ("requests.get",),
        "outer.Session.polite": ("inner.wait", "time.sleep"),
        "outer.Session.get": (),
    }
    assert found["outer.Session.get"].evidence == "rules"


def test_summaries_are_kept_until_the_library_or_one_below_it_changes(install, deep, tmp_path):
    site = install("inner", "# file: inner.py\nimport time\ndef wait():\n    time.sleep(1)\n")
    install(
        "outer", "# file: outer.py\nimport inner\ndef go():\n    inner.wait()\n", requires="inner"
    )
    code = "import outer\nasync def handler():\n    outer.go()\n"
    found, loaded = deep(code, "outer", cache=tmp_path / "kept")
    assert (set(found), loaded.made, loaded.kept) == ({"outer.go"}, 2, 0)
    found, loaded = deep(code, "outer", cache=tmp_path / "kept")
    assert (set(found), loaded.made) == ({"outer.go"}, 0)
    (site / "inner.py").write_text("def wait():\n    pass\n")
    (site / "inner-1.0.dist-info" / "RECORD").write_text("inner.py,sha256=other,9\n")
    found, loaded = deep(code, "outer", cache=tmp_path / "kept")
    assert (set(found), loaded.made) == (set(), 2)
    for path in (tmp_path / "kept").rglob("*"):
        if path.is_file():
            path.write_bytes(b"damaged")
    found, loaded = deep(code, "outer", cache=tmp_path / "kept")
    assert (set(found), loaded.made) == (set(), 2)


def test_a_disabled_rule_stays_disabled_for_libraries(install, tmp_path):
    from refactor_agent.locate.deep import Installed, Libraries, LibraryRules
    from refactor_agent.rulebook import load_rulebook

    site = install("lib", "# file: lib.py\nimport time\ndef wait():\n    time.sleep(1)\n")
    libraries = Libraries(Installed([site], (3, 11)), load_rulebook())
    assert LibraryRules(load_rulebook(), libraries.of).blocking("lib.wait") is not None
    disabled = load_rulebook(disable=["RA101"])
    assert LibraryRules(disabled, libraries.of).blocking("lib.wait") is None
