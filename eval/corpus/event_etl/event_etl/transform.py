"""From events as they come to rows as they are stored."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any


class BadEvent(Exception):
    """An event that can't be stored; the text says why."""


@dataclass(frozen=True)
class Row:
    """One event, as it is stored."""

    id: str
    kind: str
    at: str
    amount: int


def to_row(event: dict[str, Any]) -> Row:
    """Return the row of an event; raises `BadEvent`."""
    try:
        at = datetime.fromisoformat(event["at"])
        amount = round(float(event.get("amount", 0)) * 100)
        return Row(str(event["id"]), str(event["kind"]).lower(), at.isoformat(), amount)
    except KeyError as error:
        raise BadEvent(f"it has no {error.args[0]}") from error
    except ValueError as error:
        raise BadEvent(str(error)) from error


def batches(rows: Iterable[Row], size: int) -> Iterator[list[Row]]:
    """Yield rows by the dozen, or whatever ``size`` says."""
    batch: list[Row] = []
    for row in rows:
        batch.append(row)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
