"""The HTTP API."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import StreamingResponse

from event_etl import load, store
from event_etl.settings import Settings
from event_etl.upstream import UpstreamError


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    app.state.settings = Settings.from_env()
    app.state.settings.data_dir.mkdir(parents=True, exist_ok=True)
    yield


app = FastAPI(lifespan=lifespan)


@app.post("/loads/{topic}")
async def start_load(topic: str, request: Request) -> StreamingResponse:
    """Load a topic, and tell the progress line by line."""
    settings: Settings = request.app.state.settings

    async def lines() -> AsyncIterator[str]:
        try:
            async for progress in load.load(settings, topic):
                yield json.dumps(progress) + "\n"
        except UpstreamError as error:
            yield json.dumps({"error": str(error)}) + "\n"

    return StreamingResponse(lines(), media_type="application/x-ndjson")


@app.get("/topics/{topic}/first")
async def first(topic: str, request: Request) -> dict[str, Any]:
    try:
        event = await load.peek(request.app.state.settings, topic)
    except UpstreamError as error:
        raise HTTPException(502, str(error)) from error
    if event is None:
        raise HTTPException(404, "no event yet")
    return event


@app.get("/totals")
async def totals(request: Request) -> dict[str, dict[str, int]]:
    return store.totals(request.app.state.settings.store_path)


@app.post("/rejects/retry")
async def retry(request: Request) -> dict[str, int]:
    return {"stored": await load.retry_rejects(request.app.state.settings)}
