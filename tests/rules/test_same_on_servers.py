"""Runs both sides of examples against the same databases, brokers and mail servers.

A server that does not run on this machine is skipped by its name.
"""

from __future__ import annotations

import sqlite3
import threading
import uuid
from collections.abc import Callable
from contextlib import closing
from email.message import EmailMessage
from pathlib import Path

import pytest

from refactor_agent import boundary
from rules.servers import mariadb, needs, postgresql
from rules.sides import calls, run, sides

ROWS = [(1, "lamp"), (2, "Gurke é")]


@pytest.fixture(autouse=True)
def boundary_module(monkeypatch):
    monkeypatch.syspath_prepend(Path(boundary.__file__).parent)


def same(
    example: tuple[str, str, str],
    arguments: tuple[object, ...],
    reset: Callable[[], None] = lambda: None,
    state: Callable[[], object] = lambda: None,
) -> object:
    """Run both sides of an example (file, title and function) on the same state.

    Give what they did and what they left, which must be the same.
    """
    file, title, function = example
    return _same((file, title), f"{function}(*arguments)", reset, state, arguments=arguments)


def as_on_the_page(
    example: tuple[str, str],
    reset: Callable[[], None],
    state: Callable[[], object],
    **names: object,
) -> list[object]:
    """Make the calls that the page makes of both sides; give what each did and left."""
    return [_same(example, call, reset, state, **names) for call in calls(*example)]


def _same(
    example: tuple[str, str],
    call: str,
    reset: Callable[[], None],
    state: Callable[[], object],
    **names: object,
) -> object:
    outcomes = []
    for code in sides(*example):
        reset()
        outcomes.append((run(code, call, **names), state()))
    assert outcomes[0] == outcomes[1]
    return outcomes[0]


RENAME = "A connection opened in a handler"
TO_PSYCOPG = "In a project that depends on psycopg, too"


@pytest.mark.parametrize(
    ("file", "title", "results"),
    [
        ("psycopg", RENAME, [
            (1, [(1, "lamp"), (2, "crème")]), (0, ROWS), ("raised", ROWS),
        ]),
        ("psycopg", "Rows that are read one by one, and one row", [
            ((["lamp", "Gurke é"], 2), ROWS),
        ]),
        ("psycopg", "A transaction, through a helper and under another name", [
            (None, [(1, "door"), (2, "Gurke é")]), ("raised ValueError", ROWS),
        ]),
        ("psycopg", "What is set by assignment goes to a thread", [(2, ROWS)]),
        ("psycopg2", TO_PSYCOPG, [
            (1, [(1, "lamp"), (2, "crème")]), (1, [(1, "lamp"), (2, "50%")]),
            (1, [(1, "lamp"), (2, None)]), (0, ROWS), (-1, ROWS), ("raised", ROWS),
        ]),
        ("psycopg2", "Rows are read in a thread, and so is what can't be read here", [
            (["lamp", "Gurke é"], ROWS), (None, [ROWS[1]]),
        ]),
    ],
)  # fmt: skip
def test_postgresql(file, title, results):
    pytest.importorskip(file)
    with postgresql() as dsn:
        import psycopg

        with psycopg.connect(dsn, autocommit=True) as admin:

            def reset() -> None:
                admin.execute("TRUNCATE items")
                admin.cursor().executemany("INSERT INTO items VALUES (%s, %s)", ROWS)

            def state() -> object:
                return admin.execute("SELECT id, name FROM items ORDER BY id").fetchall()

            found = as_on_the_page((f"database/{file}.md", title), reset, state, server=dsn)

    assert found == results


@pytest.mark.parametrize(
    ("title", "results"),
    [
        (RENAME, [(1, [(1, "lamp"), (2, "crème")]), ("raised", ROWS)]),
        ("Rows that are read one by one, under another name", [(["lamp", "Gurke é"], ROWS)]),
        ("In a project without aiomysql", [(2, ROWS)]),
    ],
)
def test_mariadb(title, results):
    with mariadb() as settings:
        import pymysql

        with pymysql.connect(**settings, autocommit=True) as admin, admin.cursor() as cursor:

            def reset() -> None:
                cursor.execute("TRUNCATE items")
                cursor.executemany("INSERT INTO items VALUES (%s, %s)", ROWS)

            def state() -> object:
                cursor.execute("SELECT id, name FROM items ORDER BY id")
                return list(cursor.fetchall())

            example = ("database/pymysql.md", title)
            found = as_on_the_page(example, reset, state, server=settings)

    assert found == results


@pytest.mark.parametrize(
    ("title", "function", "arguments", "result"),
    [
        ("In a project that depends on aiosqlite", "rename", (1, "door"),
         ((1, ["door", "Gurke é"]), [(1, "door"), (2, "Gurke é")])),
        ("In a project that depends on aiosqlite", "rename", (1, []), ("raised", ROWS)),
        ("A `with` that commits is offloaded", "rename", (1, "door"),
         (None, [(1, "door"), (2, "Gurke é")])),
    ],
)  # fmt: skip
def test_sqlite(tmp_path, title, function, arguments, result):
    pytest.importorskip("aiosqlite")
    path = tmp_path / "items.db"

    def reset() -> None:
        path.unlink(missing_ok=True)
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute("CREATE TABLE items (id int PRIMARY KEY, name text)")
            connection.executemany("INSERT INTO items VALUES (?, ?)", ROWS)

    def state() -> object:
        with closing(sqlite3.connect(path)) as connection:
            return connection.execute("SELECT id, name FROM items ORDER BY id").fetchall()

    example = ("database/sqlite3.md", title, function)
    assert same(example, (path, *arguments), reset, state) == result


@pytest.mark.parametrize(
    ("key", "name", "result"),
    [(1, "door", (None, ["door", "Gurke é"])), (3, "nobody", ("raised", ["lamp", "Gurke é"]))],
)
def test_sqlalchemy(tmp_path, key, name, result):
    sqlalchemy = pytest.importorskip("sqlalchemy")
    from sqlalchemy.orm import DeclarativeBase, Session, mapped_column

    class Base(DeclarativeBase):
        pass

    class Item(Base):
        __tablename__ = "items"
        id = mapped_column(sqlalchemy.Integer, primary_key=True)
        name = mapped_column(sqlalchemy.String)

    engine = sqlalchemy.create_engine(f"sqlite:///{tmp_path}/items.db")

    def reset() -> None:
        Base.metadata.drop_all(engine)
        Base.metadata.create_all(engine)
        with Session(engine) as session:
            session.add_all([Item(id=number, name=text) for number, text in ROWS])
            session.commit()

    def state() -> object:
        with Session(engine) as session:
            return list(session.scalars(sqlalchemy.select(Item.name).order_by(Item.id)))

    example = ("database/sqlalchemy.md", "A session, under another name", "update")
    found = same(example, (engine, Item, key, name), reset, state)
    engine.dispose()

    assert found == result


@pytest.mark.parametrize(
    ("title", "there", "results"),
    [
        ("A client made in the handler", False,
         [(None, (b"v", True)), ("raised", (None, False))]),
        ("A pipeline", False, [(1, (b"1", True))]),
        ("Keys that are scanned", True, [(True, (b"v", True))]),
    ],
)  # fmt: skip
def test_redis(title, there, results):
    needs("Redis", 6379, "redis")
    import redis

    key = f"session:{uuid.uuid4().hex}"
    with redis.Redis() as admin:

        def reset() -> None:
            admin.delete(key)
            if there:
                admin.set(key, "v", ex=60)

        def state() -> object:
            return admin.get(key), admin.ttl(key) > 0

        found = as_on_the_page(("database/redis.md", title), reset, state, key=key)
        admin.delete(key)

    known = [
        (key.encode() in gave if isinstance(gave, list) else gave, left) for gave, left in found
    ]
    assert known == results


def test_rabbitmq():
    needs("RabbitMQ", 5672, "pika")
    queue = f"examples-{uuid.uuid4().hex}"

    example = ("database/brokers.md", "A message for RabbitMQ", "handler")
    found = same(example, (queue, b"hello"))

    assert found == ((queue, b"hello"), None)


def test_mqtt():
    needs("an MQTT broker", 1883, "paho.mqtt")
    from paho.mqtt.client import CallbackAPIVersion, Client

    topic, seen, ready = f"examples/{uuid.uuid4().hex}", [], threading.Semaphore(0)
    listener = Client(CallbackAPIVersion.VERSION2)
    listener.on_subscribe = lambda *_: ready.release()
    listener.on_message = lambda *given: (seen.append(given[2].payload), ready.release())
    listener.connect("127.0.0.1")
    listener.subscribe(topic, qos=1)
    listener.loop_start()
    assert ready.acquire(timeout=10)

    def state() -> object:
        assert ready.acquire(timeout=10)
        return seen.pop()

    try:
        example = ("database/brokers.md", "A message over MQTT", "handler")
        found = same(example, (topic, "21.5"), state=state)
    finally:
        listener.disconnect()
        listener.loop_stop()

    assert found == (None, b"21.5")


NOTIFY = ("network/mail-and-ftp.md", "In a project that depends on aiosmtplib")


class Postman:
    """Keeps letters, but for one address."""

    def __init__(self) -> None:
        self.letters: list[object] = []

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if address.startswith("nobody"):
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        letter = (envelope.mail_from, envelope.rcpt_tos, envelope.content.splitlines())
        self.letters.append(letter)
        return "451 full" if b"too much" in envelope.content else "250 kept"


@pytest.mark.parametrize(
    ("address", "text", "result", "kept"),
    [
        ("anna@example.org", "Grüße", "sent", True),
        ("nobody@example.org", "hello", "refused", False),
        ("anna@example.org", "too much", "failed", True),
    ],
)
def test_smtp(address, text, result, kept):
    pytest.importorskip("aiosmtplib")
    controller = pytest.importorskip("aiosmtpd.controller")
    postman = Postman()
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = "shop@example.org", address, "Order"
    letter.set_content(text)
    server = controller.Controller(postman, hostname="127.0.0.1", port=free_port())
    server.start()
    try:
        (found,) = as_on_the_page(
            NOTIFY, postman.letters.clear, lambda: [*postman.letters],
            host="127.0.0.1", port=server.port, letter=letter,
        )  # fmt: skip
    finally:
        server.stop()

    assert found[0] == result
    assert bool(found[1]) is kept


def test_smtp_where_nobody_listens():
    pytest.importorskip("aiosmtplib")
    letter = EmailMessage()
    letter["From"] = letter["To"] = "shop@example.org"

    assert same((*NOTIFY, "notify"), ("127.0.0.1", free_port(), letter)) == ("raised", None)


def test_websockets():
    server = pytest.importorskip("websockets.sync.server")
    seen: list[object] = []

    def echo(socket) -> None:
        for message in socket:
            seen.append(message)
            socket.send(message)

    with server.serve(echo, "127.0.0.1", 0) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        url = f"ws://127.0.0.1:{running.socket.getsockname()[1]}"
        example = ("network/websocket.md", "A conversation with `websockets.sync`")
        found = as_on_the_page(example, seen.clear, lambda: [*seen], server=url)
        running.shutdown()
        thread.join()

    assert found == [(["a", b"b"], ["a", b"b"])]


@pytest.mark.parametrize(
    ("title", "function", "argument"),
    [
        ("A command run in a handler", "version", "git"),
        ("A command run in a handler", "version", "no-such-command"),
        ("Under another name", "head", "no-such-directory"),
        ("A child that is started and talked to", "sort", b"b\na\n"),
        ("A child whose time is up", "check", ("/etc/hostname", 5)),
        ("A child whose time is up", "check", ("/no/such/file", 5)),
        ("A child that `with` waits for", "status", ["false"]),
        ("A child that `with` waits for", "status", ["no-such-command"]),
    ],
)
def test_children(title, function, argument):
    arguments = argument if isinstance(argument, tuple) else (argument,)
    same(("process/subprocess.md", title, function), arguments)


def free_port() -> int:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]
