"""What the local server answers: of services of which rules have examples. Stdlib only."""

from __future__ import annotations

__all__ = ["ANSWERS", "LINES", "STREAMS"]

_TEXT = {"role": "assistant", "content": "Four."}
_COMPLETION = {"id": "1", "created": 1, "model": "small"}
_USAGE = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
_MESSAGE = {
    "id": "1", "type": "message", "role": "assistant", "model": "small",
    "usage": {"input_tokens": 1, "output_tokens": 1},
}  # fmt: skip
_CANDIDATE = {"content": {"role": "model", "parts": [{"text": "Four."}]}, "finishReason": "STOP"}
_PREDICTION = {
    "id": "p1", "model": "owner/model", "version": "v1", "status": "succeeded", "input": {},
    "output": "Four.", "logs": "", "error": None, "urls": {"stream": "/stream/p1"},
}  # fmt: skip
_KEY = "00000000-0000-4000-8000-000000000001"
_CHROMA = "/api/v2/tenants/default_tenant"
_COLLECTION = {
    "id": _KEY, "name": "docs", "configuration_json": {},
    "tenant": "default_tenant", "database": "default_database", "dimension": 2, "metadata": None,
    "version": 0, "log_position": 0,
}  # fmt: skip
_INDEX = {
    "name": "docs", "host": "docs.example.org", "deletion_protection": "disabled", "tags": None,
    "schema": {"fields": {"v": {"type": "dense_vector", "dimension": 2, "metric": "cosine"}}},
    "deployment": {"deployment_type": "managed", "cloud": "aws", "region": "us-east-1"},
    "status": {"ready": True, "state": "Ready"},
}  # fmt: skip
_DOCS = f"{_CHROMA}/databases/default_database/collections"
ANSWERS: dict[str, tuple[int, object]] = {
    "/moved": (302, None),
    "/missing": (404, {"error": "no such page"}),
    "/broken": (500, {"error": "out of order"}),
    "/chat/completions": (200, {
        **_COMPLETION, "object": "chat.completion", "usage": _USAGE,
        "choices": [{"index": 0, "finish_reason": "stop", "message": _TEXT}],
    }),
    "/embeddings": (200, {
        "id": "1", "object": "list", "model": "embed", "usage": _USAGE,
        "data": [{"object": "embedding", "index": 0, "embedding": [0.5, 0.25]}],
    }),
    "/v1/messages": (200, {
        **_MESSAGE, "stop_reason": "end_turn", "content": [{"type": "text", "text": "Four."}],
    }),
    "/v1/messages/count_tokens": (200, {"input_tokens": 7}),
    "/models": (200, {"models": [{"name": "models/small"}]}),
    "/models/small:generateContent": (200, {"candidates": [_CANDIDATE]}),
    "/rerank": (200, {"id": "1", "results": [{"index": 1, "relevance_score": 0.5}]}),
    "/embed": (200, {"id": "1", "embeddings": {"float": [[0.5, 0.25]]}, "texts": ["lamp"]}),
    "/indexes('films')/docs/search.post.search": (200, {
        "@odata.count": 1, "value": [{"title": "Up"}],
    }),
    "/prices()": (200, {"value": [{"PartitionKey": "shop", "RowKey": "lamp", "price": 5}]}),
    "/v1/pages/lamp": (200, {"object": "page", "id": "lamp", "archived": False}),
    "/api/v2/auth/identity": (200, {
        "user_id": "", "tenant": "default_tenant", "databases": ["default_database"],
    }),
    "/api/v2/pre-flight-checks": (200, {"max_batch_size": 100}),
    _CHROMA: (200, {"name": "default_tenant"}),
    f"{_CHROMA}/databases/default_database": (200, {
        "id": _KEY, "name": "default_database", "tenant": "default_tenant",
    }),
    f"{_DOCS}/docs": (200, _COLLECTION),
    f"{_DOCS}/{_KEY}/add": (201, {}),
    f"{_DOCS}/{_KEY}/query": (200, {
        "ids": [["a"]], "distances": [[0.5]], "include": ["distances"], "embeddings": None,
        "documents": None, "metadatas": None, "uris": None,
    }),
    "/indexes": (200, {"indexes": [_INDEX]}),
    "/indexes/docs": (200, _INDEX),
    "/vectors/upsert": (200, {"upsertedCount": 1}),
    "/vectors/list": (200, {"vectors": [{"id": "doc1"}], "namespace": ""}),
    "/query": (200, {"matches": [{"id": "a", "score": 0.5, "values": []}], "namespace": ""}),
    "/describe_index_stats": (200, {
        "namespaces": {}, "dimension": 2, "indexFullness": 0.0, "totalVectorCount": 3,
    }),
    "/v1/meta": (200, {"version": "1.30.0", "hostname": "", "modules": {}}),
    "/v1/.well-known/openid-configuration": (404, None),
    "/v1/schema/Film": (200, {"class": "Film"}),
    "/v1/schema/Missing": (404, None),
    f"/v1/objects/Film/{_KEY}": (204, None),
    f"/v1/objects/Film/{_KEY[:-1]}2": (500, {"error": "out of order"}),
    "/models/owner/model/predictions": (201, _PREDICTION),
    "/v1/predictions/p1": (200, _PREDICTION),
    "/rest/v1/films": (200, [{"title": "Up"}]),
    "/api/chat": (200, {"model": "small", "message": _TEXT}),
    "/api/embed": (200, {"model": "embed", "embeddings": [[0.5, 0.25]]}),
}  # fmt: skip
STREAMS: dict[str, list[tuple[str, object]]] = {
    "/chat/completions": [
        ("", {**_COMPLETION, "object": "chat.completion.chunk",
              "choices": [{"index": 0, "finish_reason": reason, "delta": {"content": text}}]})
        for text, reason in (("Fo", None), ("ur.", "stop"))
    ],
    "/v1/messages": [
        (str(event["type"]), event)
        for event in (
            {"type": "message_start", "message": {**_MESSAGE, "content": []}},
            {"type": "content_block_start", "index": 0,
             "content_block": {"type": "text", "text": ""}},
            {"type": "content_block_delta", "index": 0,
             "delta": {"type": "text_delta", "text": "Four."}},
            {"type": "content_block_stop", "index": 0},
            {"type": "message_delta", "delta": {"stop_reason": "end_turn"},
             "usage": {"output_tokens": 1}},
            {"type": "message_stop"},
        )
    ],
    "/chat": [
        ("", {"type": "content-delta", "index": 0,
              "delta": {"message": {"content": {"text": text}}}})
        for text in ("Fo", "ur.")
    ],
    "/stream/p1": [("output", "Four."), ("done", {})],
    "/models/small:streamGenerateContent": [("", {"candidates": [_CANDIDATE]})],
}  # fmt: skip
"""What is answered to those who ask for a stream: events, by name and data."""
LINES = {
    "/api/chat": [
        {"model": "small", "message": {"role": "assistant", "content": text}, "done": done}
        for text, done in (("Fo", False), ("ur.", True))
    ],
}
"""What is answered to those who ask for a stream by lines."""
