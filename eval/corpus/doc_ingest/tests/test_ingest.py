"""Documents on their way in and out."""

import hashlib

from fastapi.testclient import TestClient

from doc_ingest.index import chunks


def put(client: TestClient, title: str, text: str) -> dict:
    response = client.put(f"/documents/{title}", json={"text": text})
    return {"status": response.status_code, **response.json()}


def test_a_document(client: TestClient) -> None:
    text = "<p>Tea &amp; <b>milk</b></p>" + " more words" * 50
    name = hashlib.sha256(text.encode()).hexdigest()
    assert put(client, "tea", text) == {"status": 201, "name": name, "chunks": 3}
    assert client.get("/documents").json() == {name: "tea"}
    assert client.get(f"/documents/{name}").json()["chunks"][0].startswith("Tea & milk more")
    assert client.get(f"/documents/{name}/size").json() == {"bytes": len(text)}


def test_search(client: TestClient) -> None:
    put(client, "a", "green tea")
    put(client, "b", "black tea with milk")
    found = client.get("/search", params={"words": "Tea milk"}).json()
    assert [one["title"] for one in found] == ["b"]
    assert len(client.get("/search", params={"words": "tea"}).json()) == 2
    assert client.get("/search", params={"words": "coffee"}).json() == []


def test_what_is_not_there(client: TestClient) -> None:
    assert client.get("/documents/x").status_code == 404
    assert client.get("/documents/x/size").status_code == 404


def test_what_takes_too_long(client: TestClient) -> None:
    assert put(client, "slow", "<!-- slow -->") == {"status": 422, "detail": "it took too long"}
    assert list(client.app.state.service.settings.inbox.iterdir()) == []


def test_the_inbox(client: TestClient) -> None:
    inbox = client.app.state.service.settings.inbox
    (inbox / "one").write_text("one")
    (inbox / "two").write_bytes(b"\xff\xfe\x00")
    found = client.post("/inbox").json()
    assert found["one"] == hashlib.sha256(b"one").hexdigest()
    assert found["two"].startswith("stays: no text")
    assert [path.name for path in inbox.iterdir()] == ["two"]


def test_clear(client: TestClient) -> None:
    put(client, "a", "tea")
    assert client.delete("/documents").json() == {"dropped": 1}
    assert client.get("/documents").json() == {}
    assert put(client, "a", "tea")["status"] == 201


def test_chunks() -> None:
    assert chunks("a b c", 2) == ["a b", "c"]
    assert chunks("", 2) == []
