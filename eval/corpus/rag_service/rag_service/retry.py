"""Waiting between attempts."""

import time

MAX_DELAY = 30.0


def backoff_delay(attempt: int, base: float) -> float:
    """Seconds to wait before the given attempt: base, twice the base, and so on."""
    return min(base * 2 ** (attempt - 1), MAX_DELAY)


def pause_before_retry(attempt: int, base: float) -> float:
    """Wait before the given attempt and return how long that was."""
    delay = backoff_delay(attempt, base)
    time.sleep(delay)
    return delay


def wait_retry_after(value: str | None, default: float) -> None:
    """Wait as long as a `Retry-After` header asks for."""
    try:
        delay = float(value) if value else default
    except ValueError:
        delay = default
    time.sleep(min(max(delay, 0.0), MAX_DELAY))
