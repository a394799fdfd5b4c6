"""The job: read the catalogue, price every product, write a report."""

import csv
import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from price_batch.rates import NoRate, RateCache, fetch_rate
from price_batch.settings import Settings


@dataclass(frozen=True)
class Product:
    """A line of the catalogue."""

    number: str
    cost: float
    currency: str


def read_catalogue(path: Path) -> list[Product]:
    """Return the products of a catalogue."""
    with open(path, encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        return [Product(row["number"], float(row["cost"]), row["currency"]) for row in rows]


def margin(cost: float) -> float:
    """Return what is added to a cost."""
    return cost * (0.3 if cost < 100 else 0.2)


def price(product: Product, rate: float) -> dict[str, object]:
    """Return a line of the report."""
    cost = product.cost * rate
    return {"number": product.number, "price": round(cost + margin(cost), 2)}


def priced(settings: Settings, products: list[Product]) -> Iterator[dict[str, object]]:
    """Yield line after line; the finance server wants a pause after each new currency."""
    cache, seen = RateCache(settings), set[str]()
    for product in products:
        try:
            rate = cache.rate(product.currency)
        except NoRate as error:
            yield {"number": product.number, "error": str(error)}
            continue
        if product.currency not in seen:
            seen.add(product.currency)
            time.sleep(settings.pause)
        yield price(product, rate)


def write_report(path: Path, lines: list[dict[str, object]]) -> None:
    """Write a report; it is there whole, or not at all."""
    part = path.with_suffix(".part")
    with open(part, "w", encoding="utf-8") as file:
        for line in lines:
            file.write(json.dumps(line) + "\n")
    part.replace(path)


def run(settings: Settings, name: str) -> dict[str, int]:
    """Run the job; give how many products were priced, and how many not."""
    products = read_catalogue(settings.catalogue)
    lines = list(priced(settings, products))
    settings.reports.mkdir(parents=True, exist_ok=True)
    write_report(settings.reports / f"{name}.jsonl", lines)
    bad = sum("error" in line for line in lines)
    return {"priced": len(lines) - bad, "bad": bad}


def all_rates(settings: Settings, currencies: list[str]) -> dict[str, float]:
    """Fetch rates, several at a time; raises `NoRate`."""
    with ThreadPoolExecutor(settings.workers) as pool:
        found = pool.map(lambda currency: fetch_rate(settings, currency), currencies)
        return dict(zip(currencies, found, strict=True))
