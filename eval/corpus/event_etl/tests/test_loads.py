"""Loads, as operators see them."""

import json

import pytest
from backend import Backend
from fastapi.testclient import TestClient

from event_etl.transform import BadEvent, Row, batches, to_row


def load(client: TestClient, topic: str) -> list[dict]:
    response = client.post(f"/loads/{topic}")
    assert response.status_code == 200
    return [json.loads(line) for line in response.text.splitlines()]


def test_progress_is_told_batch_by_batch(client: TestClient, backend: Backend) -> None:
    assert load(client, "sales") == [
        {"read": 50, "stored": 50, "bad": 0},
        {"read": 100, "stored": 100, "bad": 0},
        {"read": 130, "stored": 130, "bad": 0},
    ]
    assert len(backend.asked) == 7
    totals = client.get("/totals").json()
    assert totals["sale"]["count"] + totals["refund"]["count"] == 130


def test_what_is_known_is_not_stored_again(client: TestClient) -> None:
    assert load(client, "few")[-1]["stored"] == 3
    assert load(client, "few")[-1] == {"read": 3, "stored": 0, "bad": 0}


def test_an_empty_topic(client: TestClient) -> None:
    assert load(client, "none") == [{"read": 0, "stored": 0, "bad": 0}]
    assert client.get("/totals").json() == {}


def test_what_is_odd_is_kept(client: TestClient) -> None:
    assert load(client, "odd") == [{"read": 3, "stored": 1, "bad": 2}]
    assert client.post("/rejects/retry").json() == {"stored": 0}


def test_nothing_to_try_again(client: TestClient) -> None:
    assert client.post("/rejects/retry").json() == {"stored": 0}


def test_rejects_that_can_be_stored_by_now(client: TestClient, backend: Backend) -> None:
    settings = client.app.state.settings
    good = {"id": 5, "kind": "Sale", "at": "2026-05-01", "amount": 1}
    settings.rejects_path.write_text(json.dumps({"event": good, "reason": "an old rule"}) + "\n")
    assert client.post("/rejects/retry").json() == {"stored": 1}


def test_upstream_that_fails_for_a_while(client: TestClient, backend: Backend) -> None:
    backend.failures = 2
    assert load(client, "few")[-1]["stored"] == 3
    backend.failures = 9
    assert load(client, "few") == [{"error": "upstream answered 503"}]


def test_no_topic_and_no_upstream(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    assert load(client, "what") == [{"error": "there is no topic what"}]
    monkeypatch.setenv("ETL_UPSTREAM_URL", "http://127.0.0.1:9")
    with TestClient(client.app) as other:
        assert load(other, "few") == [{"error": "upstream can't be reached"}]
        assert other.get("/topics/few/first").status_code == 502


def test_the_first_event(client: TestClient, backend: Backend) -> None:
    assert client.get("/topics/sales/first").json()["id"] == 0
    assert len(backend.asked) == 1
    assert client.get("/topics/none/first").status_code == 404


def test_rows() -> None:
    assert to_row({"id": 1, "kind": "A", "at": "2026-05-01", "amount": "1.5"}).amount == 150
    with pytest.raises(BadEvent, match="no kind"):
        to_row({"id": 1, "at": "2026-05-01"})
    rows = [Row(str(number), "a", "", 0) for number in range(5)]
    assert [len(batch) for batch in batches(rows, 2)] == [2, 2, 1]
