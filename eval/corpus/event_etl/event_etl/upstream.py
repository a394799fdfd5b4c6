"""Pages of the upstream log, one after the other."""

import time
from collections.abc import Iterator
from typing import Any

import requests

from event_etl.settings import Settings


class UpstreamError(Exception):
    """The upstream log can't be read any further."""


def fetch_page(settings: Settings, topic: str, cursor: str) -> dict[str, Any]:
    """Return one page; a server error is tried again."""
    for attempt in range(settings.max_attempts):
        try:
            response = requests.get(
                f"{settings.upstream_url}/topics/{topic}",
                params={"cursor": cursor},
                timeout=10,
            )
        except requests.ConnectionError as error:
            raise UpstreamError("upstream can't be reached") from error
        if response.status_code < 500:
            break
        time.sleep(settings.page_pause * (attempt + 1))
    if response.status_code == 404:
        raise UpstreamError(f"there is no topic {topic}")
    if not response.ok:
        raise UpstreamError(f"upstream answered {response.status_code}")
    return response.json()


def pages(settings: Settings, topic: str) -> Iterator[list[dict[str, Any]]]:
    """Yield the events of page after page; upstream wants a pause in between."""
    cursor = "0"
    while cursor:
        page = fetch_page(settings, topic, cursor)
        yield page["events"]
        cursor = page["next"]
        if cursor:
            time.sleep(settings.page_pause)


def events(settings: Settings, topic: str) -> Iterator[dict[str, Any]]:
    """Yield event after event."""
    for page in pages(settings, topic):
        yield from page
