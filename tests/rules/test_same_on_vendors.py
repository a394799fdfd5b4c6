"""Runs both sides of examples against servers that speak what a vendor's client needs.

A client that is not installed here is skipped by its name.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest

from refactor_agent import boundary
from rules.answering import Asked, Reply, answering
from rules.sides import calls, run, sides


@pytest.fixture(autouse=True)
def boundary_module(monkeypatch):
    monkeypatch.syspath_prepend(Path(boundary.__file__).parent)


def both(
    example: tuple[str, str],
    reset: Callable[[], None],
    state: Callable[[], object],
    **names: object,
) -> list[tuple[object, object]]:
    """Make the page's calls of both sides; give what each did and left, which must be the same."""
    found = []
    for call in calls(*example):
        outcomes = []
        for code in sides(*example):
            reset()
            outcomes.append((run(code, call, **names), state()))
        assert outcomes[0] == outcomes[1]
        found.append(outcomes[0])
    return found


def _text(value: str) -> bytes:
    return bytes([len(value.encode())]) + value.encode()


def _block(columns: dict[str, tuple[str, list[bytes]]]) -> Reply:
    """Write a block of ClickHouse's native format: columns by name, with their type and values."""
    rows = len(next(iter(columns.values()))[1])
    data = bytes([len(columns), rows]) + b"".join(
        _text(name) + _text(kind) + b"".join(values) for name, (kind, values) in columns.items()
    )
    return Reply(data, headers=(("x-clickhouse-format", "Native"),))


def _clickhouse(asked: Asked) -> Reply:
    query = asked.body.decode(errors="replace")
    if "version()" in query:
        return Reply(b"24.8.1.1\tUTC\n", headers=(("x-clickhouse-format", "TabSeparated"),))
    if "system.settings" in query:
        return _block({
            "name": ("String", [_text("max_threads")]), "value": ("String", [_text("4")]),
            "readonly": ("UInt8", [b"\0"]),
        })  # fmt: skip
    if "broken" in query:
        return Reply(
            b"Code: 62. DB::Exception: out of order", 500, (("x-clickhouse-exception-code", "62"),)
        )
    if query.startswith("DESCRIBE"):
        return _block({
            name: ("String", [_text(value) for value in values])
            for name, values in (
                ("name", ["id", "name"]), ("type", ["Int32", "String"]),
                ("default_type", ["", ""]), ("default_expression", ["", ""]),
                ("comment", ["", ""]), ("codec_expression", ["", ""]), ("ttl_expression", ["", ""]),
            )
        })  # fmt: skip
    if "count()" in query:
        return Reply(b"3\n", headers=(("x-clickhouse-format", "TabSeparated"),))
    numbers = [number.to_bytes(4, "little") for number in (1, 2)]
    return _block({
        "id": ("Int32", numbers), "name": ("String", [_text("lamp"), _text("Gurke é")]),
    })  # fmt: skip


def _asked(seen: list[Asked]) -> list[object]:
    """Give what was asked, but for the ids that clients make up."""
    return [
        (
            one.method,
            sorted(
                (name, "" if name in {"query_id", "session_id"} else value)
                for name, value in parse_qsl(urlsplit(one.path).query)
            ),
            one.body,
        )
        for one in seen
    ]


def test_clickhouse():
    pytest.importorskip("clickhouse_connect")
    example = ("database/clickhouse.md", "In a project that declares aiohttp")
    with answering(_clickhouse) as (port, seen):
        found = both(example, seen.clear, lambda: _asked(seen), port=port)

    results = [gave for gave, _ in found]
    assert results == [(("id", "name"), [(1, "lamp"), (2, "Gurke é")]), 3, "DatabaseError"]
    assert all(asked for _, asked in found)


_LAMPS = "".join(
    f"<QueueMessage><MessageId>{number}</MessageId><PopReceipt>{number}</PopReceipt>"
    "<InsertionTime>Thu, 01 Jan 2026 00:00:00 GMT</InsertionTime><DequeueCount>1</DequeueCount>"
    f"<MessageText>lamp {number}</MessageText></QueueMessage>"
    for number in (1, 2)
)


def test_azure_queue():
    pytest.importorskip("azure.storage.queue")
    deleted: list[str] = []

    def answer(asked: Asked) -> Reply:
        if asked.method == "DELETE":
            deleted.append(asked.path)
            return Reply(b"", 204)
        text = f"<QueueMessagesList>{'' if deleted else _LAMPS}</QueueMessagesList>"
        return Reply(text.encode(), headers=(("content-type", "application/xml"),))

    example = ("cloud/azure-queue.md", "In a project that declares aiohttp")
    with answering(answer) as (port, seen):

        def reset() -> None:
            seen.clear()
            deleted.clear()

        found = both(example, reset, lambda: _asked(seen), server=f"http://127.0.0.1:{port}")

    asked = ["GET", "DELETE", "DELETE", "GET"]
    assert [gave for gave, _ in found] == [["lamp 1", "lamp 2"]] * 2
    assert [[method for method, *_ in one] for _, one in found] == [asked] * 2


def test_milvus(tmp_path):
    manager = pytest.importorskip("milvus_lite.server_manager").server_manager_instance
    pymilvus = pytest.importorskip("pymilvus")
    server = manager.start_and_get_uri(str(tmp_path / "milvus.db"))
    admin = pymilvus.MilvusClient(server)

    def reset() -> None:
        if admin.has_collection("docs"):
            admin.drop_collection("docs")
        admin.create_collection("docs", dimension=2, metric_type="L2", consistency_level="Strong")
        admin.insert("docs", [{"id": 7, "vector": [9.0, 9.0]}])

    def state() -> object:
        return sorted(row["id"] for row in admin.query("docs", filter="id >= 0"))

    try:
        example = ("database/milvus.md", "A client that the function closes")
        found = both(example, reset, state, server=server)
    finally:
        admin.close()
        manager.release_all()

    assert found == [([0], [0, 1, 7]), ([7], [7]), (None, [7])]
