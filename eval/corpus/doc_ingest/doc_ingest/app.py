"""The HTTP API."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any

from fastapi import Body, FastAPI, HTTPException, Request

from doc_ingest import files
from doc_ingest.extract import NotExtracted, extract
from doc_ingest.index import Entry, Index, chunks
from doc_ingest.settings import Settings


class Service:
    """What the routes work with."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.index = Index(settings.index)
        self.indexing = asyncio.Lock()

    async def ingest(self, path: Path) -> Entry:
        """Extract, index and keep one file of the inbox; raises `NotExtracted`."""
        data = path.read_bytes()
        text = await extract(self.settings, data)
        name = files.keep(path, self.settings.originals)
        entry = Entry(name, path.name, chunks(text, self.settings.chunk_words))
        async with self.indexing:
            self.index.add(entry)
        return entry


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    settings = Settings.from_env()
    for place in (settings.inbox, settings.originals, settings.index):
        place.mkdir(parents=True, exist_ok=True)
    app.state.service = Service(settings)
    yield


app = FastAPI(lifespan=lifespan)


@app.put("/documents/{title}", status_code=201)
async def put(title: str, text: Annotated[str, Body(embed=True)], request: Request) -> dict[str, Any]:
    """Take a document in."""
    service: Service = request.app.state.service
    path = await files.store(service.settings.inbox, title, text.encode())
    try:
        entry = await service.ingest(path)
    except NotExtracted as error:
        path.unlink()
        raise HTTPException(422, str(error)) from error
    return {"name": entry.name, "chunks": len(entry.chunks)}


@app.post("/inbox")
async def ingest_inbox(request: Request) -> dict[str, str]:
    """Take in what lies in the inbox; what can't be read stays there."""
    service: Service = request.app.state.service
    found = {}
    for path in files.waiting(service.settings.inbox):
        try:
            found[path.name] = (await service.ingest(path)).name
        except NotExtracted as error:
            found[path.name] = f"stays: {error}"
    return found


@app.get("/documents")
async def documents(request: Request) -> dict[str, str]:
    return await request.app.state.service.index.titles()


@app.get("/documents/{name}")
async def document(name: str, request: Request) -> dict[str, Any]:
    found = await request.app.state.service.index.entry(name)
    if found is None:
        raise HTTPException(404, "no such document")
    return found


@app.get("/documents/{name}/size")
async def size(name: str, request: Request) -> dict[str, int]:
    settings: Settings = request.app.state.service.settings
    path = files.original(settings.originals, name)
    if not path.is_file():
        raise HTTPException(404, "no such document")
    return {"bytes": path.stat().st_size}


@app.get("/search")
async def search(words: str, request: Request) -> list[dict[str, str]]:
    return await request.app.state.service.index.search(words)


@app.delete("/documents")
async def clear(request: Request) -> dict[str, int]:
    """Drop everything."""
    service: Service = request.app.state.service
    async with service.indexing:
        count = len(await service.index.titles())
        for place in (service.settings.originals, service.settings.index):
            shutil.rmtree(place)
            place.mkdir()
    return {"dropped": count}
