"""The agent as customers see it."""

import pytest
from backend import Backend
from fastapi.testclient import TestClient


def ask(client: TestClient, text: str, conversation: str = "c") -> dict:
    response = client.post("/ask", json={"conversation": conversation, "text": text})
    assert response.status_code == 200, response.text
    return response.json()


@pytest.mark.parametrize(
    ("question", "answer", "tools"),
    [
        ("status 1001", "I found out: Order 1001 is on its way.", ["order_status"]),
        ("status 9", "I found out: There is no order 9.", ["order_status"]),
        ("cancel 1001", "I found out: Order 1001 was cancelled.", ["cancel_order"]),
        ("cancel 1002", "I found out: The shop refused: 409.", ["cancel_order"]),
        ("note nothing", "I found out: Nothing was written down.", ["read_note"]),
        ("sum 3+4j", "I found out: (3+4j)", ["calculate"]),
        ("sum x", "I found out: That is no number.", ["calculate"]),
        ("dance now", "I found out: There is no tool dance.", ["dance"]),
        ("hello", "You said hello.", []),
    ],
)
def test_answers(client: TestClient, question: str, answer: str, tools: list[str]) -> None:
    found = ask(client, question)
    assert found["text"] == answer
    assert found["tools"] == tools
    assert found["steps"] == len(tools) + 1


def test_notes(client: TestClient) -> None:
    put = client.put("/notes", json={"topic": "returns", "text": "Within 30 days.\n"})
    assert put.json() == {"characters": 16}
    assert ask(client, "note returns")["text"] == "I found out: Within 30 days."


def test_conversations_are_remembered(client: TestClient, backend: Backend) -> None:
    ask(client, "hello")
    ask(client, "status 1001")
    ask(client, "other", "d")
    said = client.get("/conversations/c").json()
    assert [one["role"] for one in said] == ["user", "assistant"] * 2
    assert [one["content"] for one in said[::2]] == ["hello", "status 1001"]
    assert len(backend.asked[-1]["messages"]) == 2
    assert client.get("/conversations/none").json() == []


def test_a_busy_model_is_asked_again(client: TestClient, backend: Backend) -> None:
    backend.busy = 2
    assert ask(client, "hello")["text"] == "You said hello."


def test_a_model_that_stays_busy(client: TestClient, backend: Backend) -> None:
    backend.busy = 9
    response = client.post("/ask", json={"conversation": "c", "text": "hello"})
    assert response.status_code == 503
    assert response.json()["detail"] == "the model is busy"


def test_a_shop_that_is_gone(
    client: TestClient, backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AGENT_SHOP_URL", "http://127.0.0.1:9")
    with TestClient(client.app) as other:
        assert ask(other, "cancel 1001")["text"] == "I found out: The shop can't be reached."
