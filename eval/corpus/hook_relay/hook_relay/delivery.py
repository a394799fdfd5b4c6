"""Handing events on."""

import json
import time
from pathlib import Path
from typing import Any

import requests

from hook_relay import database
from hook_relay.settings import Settings
from hook_relay.signing import encode, sign


class Rejected(Exception):
    """The subscriber does not want it; trying again is no use."""


def post(settings: Settings, event: dict[str, Any]) -> bool:
    """Post an event; say whether the subscriber has it now. Raises `Rejected`."""
    body = encode(event["payload"])
    headers = {
        "Content-Type": "application/json",
        "X-Event": event["id"],
        "X-Signature": sign(settings.secret, body),
    }
    try:
        response = requests.post(
            f"{settings.subscriber_url}/{event['source']}",
            data=body,
            headers=headers,
            timeout=settings.timeout,
        )
    except (requests.ConnectionError, requests.Timeout):
        return False
    if 400 <= response.status_code < 500:
        raise Rejected(f"answered {response.status_code}")
    return response.ok


def bury(path: Path, event: dict[str, Any], reason: str) -> None:
    """Write an event that nobody wants to the dead letters."""
    with open(path, "a", encoding="utf-8") as file:
        file.write(json.dumps({**event, "reason": reason}, sort_keys=True) + "\n")


async def deliver(settings: Settings, event: str) -> str:
    """Hand an event on, with as many attempts as are allowed; give the state that it ends in."""
    found = database.find(settings.database, event)
    if found is None:
        raise LookupError(event)
    for attempt in range(settings.attempts):
        if attempt:
            time.sleep(settings.backoff * 2 ** (attempt - 1))
        try:
            done = post(settings, found)
        except Rejected as error:
            database.record(settings.database, event, "dead")
            bury(settings.dead_letters, found, str(error))
            return "dead"
        database.record(settings.database, event, "done" if done else "failed")
        if done:
            return "done"
    return "failed"


async def deliver_failed(settings: Settings) -> dict[str, str]:
    """Try again what failed, one after the other; give what became of it."""
    return {
        event: await deliver(settings, event)
        for event in database.in_state(settings.database, "failed")
    }
