"""A load: from the upstream log to the store."""

from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass
from typing import Any

from event_etl import store
from event_etl.settings import Settings
from event_etl.transform import BadEvent, Row, to_row
from event_etl.upstream import events, pages


@dataclass
class Progress:
    """How far a load is."""

    read: int = 0
    stored: int = 0
    bad: int = 0


async def load(settings: Settings, topic: str) -> AsyncIterator[dict[str, int]]:
    """Load a topic; yield the progress after each batch."""
    progress, batch = Progress(), list[Row]()
    for event in events(settings, topic):
        progress.read += 1
        try:
            batch.append(to_row(event))
        except BadEvent as error:
            progress.bad += 1
            store.reject(settings.rejects_path, event, str(error))
        if len(batch) >= settings.batch_size:
            progress.stored += store.write_batch(settings.store_path, batch)
            batch = []
            yield asdict(progress)
    if batch:
        progress.stored += store.write_batch(settings.store_path, batch)
    yield asdict(progress)


async def peek(settings: Settings, topic: str) -> dict[str, Any] | None:
    """Return the first event of a topic; `None` where there are none."""
    for page in pages(settings, topic):
        if page:
            return page[0]
    return None


async def retry_rejects(settings: Settings) -> int:
    """Store what was rejected and can be stored by now; give how much that is."""
    rows = []
    for kept in store.rejected(settings.rejects_path):
        try:
            rows.append(to_row(kept["event"]))
        except BadEvent:
            continue
    return store.write_batch(settings.store_path, rows) if rows else 0
