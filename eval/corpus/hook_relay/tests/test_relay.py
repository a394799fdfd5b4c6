"""The relay between senders and a subscriber."""

import json

import pytest
from backend import Backend
from fastapi.testclient import TestClient

from hook_relay.signing import encode, is_valid, sign


def send(client: TestClient, event: str, payload: dict, signature: str = "") -> dict:
    body = encode(payload)
    headers = {"X-Event": event, "X-Signature": signature or sign("secret", body)}
    response = client.post("/hooks/shop", content=body, headers=headers)
    return {"status": response.status_code, **response.json()}


def test_an_event_is_handed_on(client: TestClient, backend: Backend) -> None:
    assert send(client, "e1", {"b": 1, "a": "å"}) == {"status": 202, "event": "e1", "state": "done"}
    ((path, headers, body),) = backend.received
    assert path == "/shop"
    assert json.loads(body) == {"a": "å", "b": 1}
    assert headers["x-event"] == "e1"
    assert is_valid("secret", body, headers["x-signature"])
    shown = client.get("/events/e1").json()
    assert (shown["state"], shown["attempts"]) == ("done", 1)


def test_a_known_event_is_not_handed_on_again(client: TestClient, backend: Backend) -> None:
    send(client, "e1", {})
    assert send(client, "e1", {})["state"] == "known"
    assert len(backend.received) == 1


def test_a_wrong_signature(client: TestClient, backend: Backend) -> None:
    assert send(client, "e1", {}, "x")["status"] == 401
    assert backend.received == []
    assert client.get("/events/e1").status_code == 404


def test_attempts(client: TestClient, backend: Backend) -> None:
    backend.statuses = [500, 503]
    assert send(client, "e1", {})["state"] == "done"
    assert len(backend.received) == 3
    assert client.get("/events/e1").json()["attempts"] == 3


def test_what_fails_is_tried_again_later(client: TestClient, backend: Backend) -> None:
    backend.statuses = [500] * 3
    assert send(client, "e1", {})["state"] == "failed"
    assert client.get("/states/failed").json() == ["e1"]
    assert client.post("/failed/deliver").json() == {"e1": "done"}
    assert client.post("/events/e1/deliver").json() == {"state": "done"}
    assert client.post("/events/none/deliver").status_code == 404


def test_dead_letters(client: TestClient, backend: Backend) -> None:
    backend.statuses = [410]
    assert send(client, "e1", {"a": 1})["state"] == "dead"
    (line,) = client.app.state.settings.dead_letters.read_text().splitlines()
    assert json.loads(line)["reason"] == "answered 410"


def test_health(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    assert client.get("/healthz").json() == {"subscriber": "204"}
    monkeypatch.setenv("RELAY_SUBSCRIBER_URL", "http://127.0.0.1:9")
    with TestClient(client.app) as other:
        assert other.get("/healthz").status_code == 503
        assert send(other, "e9", {})["state"] == "failed"
