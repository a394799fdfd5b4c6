"""Prices, by the command and by the service."""

from pathlib import Path

import pytest
from backend import CATALOGUE, Backend
from fastapi.testclient import TestClient

from price_batch import job
from price_batch.cli import main
from price_batch.rates import RateCache
from price_batch.settings import Settings

PRICES = [
    {"number": "p1", "price": 13.0},
    {"number": "p2", "price": 216.0},
    {"number": "p3", "price": 117.0},
    {"number": "p4", "price": 58.5},
]


def test_a_run(client: TestClient, backend: Backend) -> None:
    assert client.post("/runs/monday").json() == {"priced": 4, "bad": 0}
    assert client.get("/runs/monday").json() == PRICES
    assert client.get("/runs").json() == ["monday"]
    assert backend.asked == ["USD", "SEK"]
    assert client.get("/runs/tuesday").status_code == 404


def test_the_command(backend: Backend, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["night"]) == 0
    assert capsys.readouterr().out == "4 priced, 0 not\n"
    assert (tmp_path / "reports" / "night.jsonl").read_text().count("\n") == 4


def test_products_without_a_price(
    client: TestClient, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "catalogue.csv").write_text(f"{CATALOGUE}p5,1,XXX\np6,1,EUR\n")
    assert client.post("/runs/odd").json() == {"priced": 5, "bad": 1}
    assert {"number": "p5", "error": "XXX: status 404"} in client.get("/runs/odd").json()
    assert main(["night"]) == 1
    assert capsys.readouterr().out == "5 priced, 1 not\n"


def test_no_catalogue(client: TestClient, tmp_path: Path) -> None:
    (tmp_path / "catalogue.csv").unlink()
    assert client.post("/runs/x").status_code == 409


def test_one_price(client: TestClient) -> None:
    assert client.get("/price/p2").json() == PRICES[1]
    assert client.get("/price/p9").status_code == 404


def test_rates(client: TestClient, backend: Backend) -> None:
    assert client.get("/rates?currencies=USD,SEK,EUR").json() == {"USD": 0.9, "SEK": 0.09, "EUR": 1.0}
    assert client.get("/rates?currencies=USD,XXX").status_code == 502


def test_rates_that_cannot_be_had(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRICES_RATES_URL", "http://127.0.0.1:9")
    with TestClient(client.app) as other:
        response = other.get("/price/p2")
    assert (response.status_code, response.json()["detail"]) == (
        502,
        "USD: the server can't be reached",
    )


def test_checksum(client: TestClient) -> None:
    assert client.get("/checksum").json() == {"checksum": sum(CATALOGUE.encode())}


def test_each_rate_is_fetched_once(backend: Backend) -> None:
    cache = RateCache(Settings.from_env())
    assert [cache.rate("SEK"), cache.rate("SEK"), cache.rate("EUR")] == [0.09, 0.09, 1.0]
    assert backend.asked == ["SEK"]
    assert job.margin(10) == 3
