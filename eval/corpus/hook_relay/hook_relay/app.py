"""The HTTP API."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

import requests
from fastapi import FastAPI, Header, HTTPException, Request

from hook_relay import database, delivery
from hook_relay.settings import Settings
from hook_relay.signing import is_valid


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    app.state.settings = Settings.from_env()
    database.create(app.state.settings.database)
    yield


app = FastAPI(lifespan=lifespan)


@app.post("/hooks/{source}", status_code=202)
async def receive(
    source: str,
    request: Request,
    x_event: Annotated[str, Header()],
    x_signature: Annotated[str, Header()] = "",
) -> dict[str, str]:
    """Take an event in, and hand it on."""
    settings: Settings = request.app.state.settings
    body = await request.body()
    if not is_valid(settings.secret, body, x_signature):
        raise HTTPException(401, "the signature is not that of the body")
    try:
        database.insert(settings.database, x_event, source, json.loads(body))
    except database.Duplicate:
        return {"event": x_event, "state": "known"}
    return {"event": x_event, "state": await delivery.deliver(settings, x_event)}


@app.get("/events/{event}")
async def show(event: str, request: Request) -> dict[str, Any]:
    found = database.find(request.app.state.settings.database, event)
    if found is None:
        raise HTTPException(404, "no such event")
    return found


@app.post("/events/{event}/deliver")
async def deliver_again(event: str, request: Request) -> dict[str, str]:
    try:
        return {"state": await delivery.deliver(request.app.state.settings, event)}
    except LookupError as error:
        raise HTTPException(404, "no such event") from error


@app.post("/failed/deliver")
async def deliver_failed(request: Request) -> dict[str, str]:
    return await delivery.deliver_failed(request.app.state.settings)


@app.get("/states/{state}")
async def states(state: str, request: Request) -> list[str]:
    return database.in_state(request.app.state.settings.database, state)


@app.get("/healthz")
async def health(request: Request) -> dict[str, str]:
    """Say whether the subscriber answers."""
    settings: Settings = request.app.state.settings
    try:
        response = requests.head(f"{settings.subscriber_url}/health", timeout=1)
    except requests.RequestException as error:
        raise HTTPException(503, "the subscriber can't be reached") from error
    return {"subscriber": str(response.status_code)}
