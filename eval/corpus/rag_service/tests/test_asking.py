"""Questions, answers and conversations."""

import asyncio
import json
import sqlite3
import time
from dataclasses import replace

import httpx
import pytest
from backend import COLLECTION, Backend, Reply

from rag_service.app import create_app
from rag_service.llm import ModelClient, ModelError
from rag_service.pipeline import Answer, Services, stream_answer
from rag_service.settings import Settings
from rag_service.vector_store import Match, Point

pytestmark = pytest.mark.anyio

BUSY = Reply(503)


@pytest.fixture
def indexed(services: Services, backend: Backend) -> Services:
    """Four chunks in the vector store, and no requests on record."""
    points = [
        Point("fruit#0", "An apple a day", [1, 0, 0, 0]),
        Point("harbour#0", "A boat in the harbour", [0, 1, 0, 0]),
        Point("harbour#1", "A boat under a cloud", [0, 1, 1, 0]),
        Point("music#0", "A drum", [0, 0, 0, 1]),
    ]
    assert services.store.upsert(points) == 4
    backend.calls.clear()
    return services


async def ask(client: httpx.AsyncClient, question: str, session: str = "s1") -> httpx.Response:
    return await client.post("/ask", json={"session_id": session, "question": question})


async def test_a_question_is_answered_from_the_nearest_chunks(
    indexed: Services, client: httpx.AsyncClient, backend: Backend
) -> None:
    response = await ask(client, "Is there a boat, or a cloud?")

    assert response.status_code == 200
    assert response.json() == {
        "text": "Reply to Question: Is there a boat, or a cloud?",
        "sources": ["harbour#1", "harbour#0", "fruit#0"],
    }
    assert backend.paths() == ["/embed", f"{COLLECTION}/search", "/v1/completions"]
    [completion] = backend.to("/v1/completions")
    assert completion.body["prompt"] == (
        "Passages:\n- A boat under a cloud\n- A boat in the harbour\n- An apple a day\n"
        "So far:\n\nQuestion: Is there a boat, or a cloud?\n"
    )


async def test_the_vector_store_sees_the_client_and_the_exact_query(
    indexed: Services, client: httpx.AsyncClient, backend: Backend
) -> None:
    await ask(client, "drum drum")

    [search] = backend.to(f"{COLLECTION}/search")
    assert search.headers["X-Client"] == "rag-service"
    assert search.body == {"vector": [0.0, 0.0, 0.0, 2.0], "limit": 3}


async def test_a_conversation_is_part_of_the_next_prompt(
    indexed: Services, client: httpx.AsyncClient, backend: Backend
) -> None:
    await ask(client, "apple?")
    await ask(client, "other session", session="s2")
    await ask(client, "and a drum?")

    prompt = backend.to("/v1/completions")[-1].body["prompt"]
    assert "So far:\nuser: apple?\nassistant: Reply to Question: apple?\nQuestion: and" in prompt


async def test_only_the_end_of_a_conversation_is_part_of_the_prompt(
    indexed: Services, client: httpx.AsyncClient, backend: Backend
) -> None:
    for number in range(5):
        await ask(client, f"q{number}")

    prompt = backend.to("/v1/completions")[-1].body["prompt"]
    said = [line for line in prompt.splitlines() if line.startswith(("user", "assistant"))]
    assert said == [
        "user: q1",
        "assistant: Reply to Question: q1",
        "user: q2",
        "assistant: Reply to Question: q2",
        "user: q3",
        "assistant: Reply to Question: q3",
    ]


async def test_questions_asked_at_once_get_their_own_answers(
    indexed: Services, client: httpx.AsyncClient
) -> None:
    responses = await asyncio.gather(*(ask(client, f"boat {n}", f"s{n}") for n in range(6)))

    texts = [response.json()["text"] for response in responses]
    assert texts == [f"Reply to Question: boat {n}" for n in range(6)]


async def test_a_busy_model_is_asked_again_after_growing_pauses(
    indexed: Services, client: httpx.AsyncClient, backend: Backend
) -> None:
    backend.script("/v1/completions", BUSY, BUSY)

    response = await ask(client, "apple?")

    assert response.json()["text"] == "Reply to Question: apple?"
    first, second = backend.gaps("/v1/completions")
    assert first >= 0.04
    assert second >= 0.08


async def test_a_model_that_stays_busy_is_given_up(
    indexed: Services, client: httpx.AsyncClient, backend: Backend
) -> None:
    backend.script("/v1/completions", BUSY, BUSY, BUSY, BUSY)

    response = await ask(client, "apple?")

    assert response.status_code == 502
    assert response.json() == {"detail": "the model is busy"}
    assert len(backend.to("/v1/completions")) == 4
    assert (await client.get("/conversations")).json() == []


async def test_a_model_error_is_not_retried(
    indexed: Services, client: httpx.AsyncClient, backend: Backend
) -> None:
    backend.script("/v1/completions", Reply(500))

    response = await ask(client, "apple?")

    assert response.status_code == 502
    assert response.json() == {"detail": "the model answered 500"}
    assert len(backend.to("/v1/completions")) == 1


async def test_the_model_key_is_read_again_for_every_completion(
    indexed: Services, client: httpx.AsyncClient, backend: Backend, settings: Settings
) -> None:
    await ask(client, "apple?")
    settings.api_key_file.write_text("second-key\n")
    backend.api_key = "second-key"

    assert (await ask(client, "drum?")).status_code == 200
    keys = [call.headers["Authorization"] for call in backend.to("/v1/completions")]
    assert keys == ["Bearer first-key", "Bearer second-key"]


async def test_an_overloaded_embedding_server_is_given_the_time_it_asks_for(
    indexed: Services, client: httpx.AsyncClient, backend: Backend
) -> None:
    backend.script(
        "/embed",
        Reply(429, headers={"Retry-After": "0.12"}),
        Reply(429, headers={"Retry-After": "soon"}),
        Reply(429),
    )

    assert (await ask(client, "apple?")).status_code == 200
    asked_for, unreadable, absent = backend.gaps("/embed")
    assert asked_for >= 0.12
    assert unreadable >= 0.04
    assert absent >= 0.04
    assert backend.paths()[4:] == [f"{COLLECTION}/search", "/v1/completions"]


async def test_a_question_is_embedded_once(
    indexed: Services, client: httpx.AsyncClient, backend: Backend
) -> None:
    await ask(client, "apple?")
    await ask(client, "apple?")

    assert len(backend.to("/embed")) == 1
    assert (await client.get("/stats")).json() == {
        "messages": 4,
        "points": 4,
        "cached": 1,
        "saved": 1,
    }


async def test_nothing_indexed_is_a_conflict(client: httpx.AsyncClient) -> None:
    response = await ask(client, "apple?")

    assert response.status_code == 409
    assert response.json() == {"detail": "nothing has been indexed yet"}
    assert (await client.get("/stats")).json()["points"] == 0


async def test_a_missing_template_is_a_fault(
    indexed: Services, client: httpx.AsyncClient, settings: Settings
) -> None:
    (settings.prompts_dir / "answer.txt").unlink()

    with pytest.raises(FileNotFoundError):
        await ask(client, "apple?")


async def test_a_streamed_answer_is_the_answer(
    indexed: Services, client: httpx.AsyncClient
) -> None:
    body = {"session_id": "s1", "question": "apple?"}
    response = await client.post("/ask/stream", json=body)

    assert response.text == "Reply to Question: apple?"
    assert response.headers["content-type"] == "text/plain; charset=utf-8"


async def test_words_come_at_reading_speed() -> None:
    times, words = [], []
    async for word in stream_answer(Answer("one two three", []), 0.05):
        times.append(time.monotonic())
        words.append(word)

    assert words == ["one", " ", "two", " ", "three"]
    assert times[1] - times[0] >= 0.05
    assert times[3] - times[2] >= 0.05


async def test_votes_change_the_order_of_the_chunks(
    indexed: Services, client: httpx.AsyncClient
) -> None:
    for chunk, vote in [("fruit#0", 1), ("fruit#0", 1), ("harbour#0", 1)]:
        await client.post("/feedback", json={"chunk_id": chunk, "vote": vote})

    assert (await ask(client, "boat cloud")).json()["sources"] == [
        "fruit#0",
        "harbour#0",
        "harbour#1",
    ]


async def test_equal_votes_keep_the_order_of_the_search(services: Services) -> None:
    matches = [Match(name, name, 0.5) for name in ("b", "c", "a")]

    assert await services.history.rank(matches) == matches


async def test_feedback_is_logged_line_by_line(
    client: httpx.AsyncClient, settings: Settings
) -> None:
    for vote, comment in [(1, "trés bien"), (-1, ""), (1, "two\nlines")]:
        response = await client.post(
            "/feedback", json={"chunk_id": "a#0", "vote": vote, "comment": comment}
        )
        assert response.status_code == 200

    assert response.json() == {"score": 1}
    assert settings.feedback_log.read_bytes().decode() == (
        '{"chunk_id": "a#0", "vote": 1, "comment": "trés bien", "score": 1}\n'
        '{"chunk_id": "a#0", "vote": -1, "comment": "", "score": 0}\n'
        '{"chunk_id": "a#0", "vote": 1, "comment": "two\\nlines", "score": 1}\n'
    )


async def test_feedback_given_at_once_is_all_logged(
    client: httpx.AsyncClient, settings: Settings
) -> None:
    bodies = [{"chunk_id": f"c{n}", "vote": 1, "comment": "x" * 5000} for n in range(12)]
    await asyncio.gather(*(client.post("/feedback", json=body) for body in bodies))

    lines = settings.feedback_log.read_text(encoding="utf-8").splitlines()
    records = [json.loads(line) for line in lines]
    assert {record["chunk_id"] for record in records} == {f"c{n}" for n in range(12)}
    assert [record["comment"] for record in records] == ["x" * 5000] * 12


async def test_conversations_are_listed_latest_first(
    services: Services, client: httpx.AsyncClient
) -> None:
    assert (await client.get("/conversations")).json() == []
    for session in ("a", "b", "a", "c", "a"):
        await services.history.append(session, "user", "hello")

    response = await client.get("/conversations", params={"limit": 2})

    assert response.json() == [
        {"session_id": "a", "messages": 3},
        {"session_id": "c", "messages": 1},
    ]


async def test_messages_are_numbered_and_committed(services: Services) -> None:
    numbers = [await services.history.append("a", "user", text) for text in ("x", "y")]

    assert numbers == [1, 2]
    other = sqlite3.connect(services.settings.history_path)
    assert other.execute("SELECT text FROM messages ORDER BY id").fetchall() == [("x",), ("y",)]
    other.close()


async def test_the_service_is_ready_when_models_are_loaded(
    client: httpx.AsyncClient, backend: Backend
) -> None:
    backend.script("/v1/models", Reply(301, headers={"Location": "/v1/models"}))

    response = await client.get("/readyz")

    assert response.json() == {"models": ["small", "large"]}


@pytest.mark.parametrize("status", [404, 500])
async def test_the_service_is_not_ready_when_the_model_server_fails(
    client: httpx.AsyncClient, backend: Backend, status: int
) -> None:
    backend.script("/v1/models", Reply(status))

    response = await client.get("/readyz")

    assert response.status_code == 503
    assert response.json() == {"detail": "the list of models could not be read"}


async def test_an_unreachable_model_server_is_a_model_error(settings: Settings) -> None:
    model = ModelClient(replace(settings, model_url="http://127.0.0.1:9"))

    with pytest.raises(ModelError, match="could not be read"):
        await model.available_models()
    with pytest.raises(ModelError, match=r"not ready after 0\.05 s"):
        await model.wait_until_ready(0.05)
    await model.aclose()


async def test_start_up_waits_for_the_model(settings: Settings, backend: Backend) -> None:
    backend.script("/health", BUSY, BUSY)
    app = create_app(settings)

    async with app.router.lifespan_context(app):
        assert len(backend.to("/health")) == 3
        assert min(backend.gaps("/health")) >= 0.04
        assert await app.state.services.model.wait_until_ready(1.0) == 1


async def test_the_history_outlives_the_service(settings: Settings) -> None:
    for expected in (1, 2):
        app = create_app(settings)
        async with app.router.lifespan_context(app):
            assert await app.state.services.history.append("a", "user", "x") == expected


async def test_canned_questions_are_read_again_on_demand(
    client: httpx.AsyncClient, settings: Settings
) -> None:
    assert (await client.get("/prompts/greeting")).json()["text"] == "Who are you?"
    (settings.prompts_dir / "farewell.prompt").write_text("Bye?", encoding="utf-8")
    assert (await client.get("/prompts/farewell")).status_code == 404

    assert (await client.post("/prompts/reload")).status_code == 403
    response = await client.post("/prompts/reload", headers={"X-Admin-Token": "let-me-in"})

    assert response.json() == ["farewell", "greeting"]
    assert (await client.get("/prompts/farewell")).json()["text"] == "Bye?"
