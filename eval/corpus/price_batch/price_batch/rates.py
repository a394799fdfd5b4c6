"""Exchange rates, from the finance team's server."""

import json
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from price_batch.settings import Settings


class NoRate(Exception):
    """There is no rate for a currency; the text says why."""


def fetch_rate(settings: Settings, currency: str) -> float:
    """Return how many euros one unit is worth; raises `NoRate`."""
    try:
        with urlopen(f"{settings.rates_url}/rates/{currency}", timeout=5) as response:
            return float(json.load(response)["rate"])
    except HTTPError as error:
        raise NoRate(f"{currency}: status {error.code}") from error
    except URLError as error:
        raise NoRate(f"{currency}: the server can't be reached") from error


class RateCache:
    """Fetches each rate once."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._rates: dict[str, float] = {"EUR": 1.0}

    def rate(self, currency: str) -> float:
        """Return a rate; raises `NoRate`."""
        if currency not in self._rates:
            self._rates[currency] = fetch_rate(self._settings, currency)
        return self._rates[currency]
