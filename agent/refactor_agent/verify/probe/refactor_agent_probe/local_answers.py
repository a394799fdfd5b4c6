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
