"""The HTTP API."""

import json
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, HTTPException, Request

from price_batch import job
from price_batch.rates import NoRate, fetch_rate
from price_batch.settings import Settings


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    app.state.settings = Settings.from_env()
    app.state.settings.reports.mkdir(parents=True, exist_ok=True)
    app.state.pool = ThreadPoolExecutor(2)
    yield
    app.state.pool.shutdown()


app = FastAPI(lifespan=lifespan)


@app.post("/runs/{name}", status_code=201)
async def start(name: str, request: Request) -> dict[str, int]:
    """Run the job now."""
    try:
        return job.run(request.app.state.settings, name)
    except FileNotFoundError as error:
        raise HTTPException(409, "there is no catalogue") from error


@app.get("/runs/{name}")
async def report(name: str, request: Request) -> list[dict[str, Any]]:
    """Return a report."""
    path = request.app.state.settings.reports / f"{name}.jsonl"
    try:
        with open(path, encoding="utf-8") as file:
            return [json.loads(line) for line in file]
    except FileNotFoundError as error:
        raise HTTPException(404, "no such run") from error


@app.get("/runs")
async def runs(request: Request) -> list[str]:
    """List the reports by name."""
    return sorted(path.stem for path in request.app.state.settings.reports.glob("*.jsonl"))


@app.get("/price/{number}")
async def show_price(number: str, request: Request) -> dict[str, Any]:
    """Price one product, with the rate of this moment."""
    settings: Settings = request.app.state.settings
    products = {found.number: found for found in job.read_catalogue(settings.catalogue)}
    if number not in products:
        raise HTTPException(404, "no such product")
    product = products[number]
    try:
        rate = fetch_rate(settings, product.currency)
    except NoRate as error:
        raise HTTPException(502, str(error)) from error
    return job.price(product, rate)


@app.get("/rates")
async def rates(currencies: str, request: Request) -> dict[str, float]:
    """Return the rates of some currencies, divided by commas."""
    try:
        return job.all_rates(request.app.state.settings, currencies.split(","))
    except NoRate as error:
        raise HTTPException(502, str(error)) from error


@app.get("/checksum")
async def checksum(request: Request) -> dict[str, int]:
    """Return a number that changes with the catalogue; it is worked out on the job's own pool."""
    settings: Settings = request.app.state.settings
    future = request.app.state.pool.submit(settings.catalogue.read_bytes)
    return {"checksum": sum(future.result())}
