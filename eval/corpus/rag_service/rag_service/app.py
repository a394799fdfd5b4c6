"""The HTTP API."""

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Annotated

import requests
from fastapi import (
    APIRouter,
    BackgroundTasks,
    Depends,
    FastAPI,
    Header,
    HTTPException,
    Request,
    UploadFile,
)
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from rag_service import documents, history, pipeline
from rag_service.extract import describe_extractor
from rag_service.llm import ModelError
from rag_service.pipeline import IngestQueue, Services, build_services
from rag_service.prompts import PromptLibrary
from rag_service.settings import Settings
from rag_service.vector_store import CollectionNotFound, count_points

router = APIRouter()


class Question(BaseModel):
    session_id: str
    question: str


class Note(BaseModel):
    name: str
    text: str


class Feedback(BaseModel):
    chunk_id: str
    vote: int
    comment: str = ""


def get_services(request: Request) -> Services:
    return request.app.state.services


def get_queue(request: Request) -> IngestQueue:
    return request.app.state.queue


ServicesDep = Annotated[Services, Depends(get_services)]
QueueDep = Annotated[IngestQueue, Depends(get_queue)]


def require_admin(services: ServicesDep, x_admin_token: Annotated[str, Header()] = "") -> None:
    """Let only holders of the admin token through."""
    expected = services.settings.admin_token_file.read_text(encoding="utf-8").strip()
    if x_admin_token != expected:
        raise HTTPException(403, "admin token needed")


@router.get("/readyz")
async def readyz(services: ServicesDep) -> dict[str, list[str]]:
    """Tell whether questions can be answered."""
    try:
        return {"models": await services.model.available_models()}
    except ModelError as error:
        raise HTTPException(503, str(error)) from error


@router.get("/stats")
def stats(services: ServicesDep) -> dict[str, int]:
    """Count what the service holds."""
    connection = sqlite3.connect(services.settings.history_path)
    try:
        messages = connection.execute("SELECT COUNT(*) FROM messages").fetchone()[0]
    finally:
        connection.close()
    points = count_points(services.settings)
    return {"messages": messages, "points": points, **services.embedder.cache.summary()}


@router.get("/extractor")
async def extractor(services: ServicesDep) -> dict[str, str]:
    """Describe the text extractor."""
    return await describe_extractor(services.settings)


@router.post("/ask")
async def ask(body: Question, services: ServicesDep) -> pipeline.Answer:
    """Answer a question."""
    try:
        return await pipeline.answer_question(services, body.session_id, body.question)
    except CollectionNotFound as error:
        raise HTTPException(409, "nothing has been indexed yet") from error
    except ModelError as error:
        raise HTTPException(502, str(error)) from error


@router.post("/ask/stream")
async def ask_stream(body: Question, services: ServicesDep) -> StreamingResponse:
    """Answer a question word by word."""
    answer = await ask(body, services)
    words = pipeline.stream_answer(answer, services.settings.stream_delay)
    return StreamingResponse(words, media_type="text/plain; charset=utf-8")


@router.get("/conversations")
async def list_conversations(services: ServicesDep, limit: int = 20) -> list[dict[str, str | int]]:
    """List the conversations, the latest first."""
    connection = sqlite3.connect(services.settings.history_path)
    try:
        if history.newest_message(connection) is None:
            return []
        counted = history.count_messages(connection, limit)
        return [{"session_id": name, "messages": count} for name, count in counted]
    finally:
        connection.close()


@router.post("/feedback")
async def feedback(body: Feedback, services: ServicesDep) -> dict[str, int]:
    """Record a vote on a chunk."""
    score = await services.history.vote(body.chunk_id, body.vote)
    record = {**body.model_dump(), "score": score}
    with open(services.settings.feedback_log, "a", encoding="utf-8") as log:
        log.write(json.dumps(record, ensure_ascii=False) + "\n")
    return {"score": score}


@router.post("/notes", status_code=202)
async def add_note(body: Note, services: ServicesDep, queue: QueueDep) -> dict[str, int]:
    """Store a text document and index it."""
    try:
        path = documents.store_text(services.settings.documents_dir, body.name, body.text)
    except documents.BadName as error:
        raise HTTPException(422, str(error)) from error
    return {"job": await queue.put(path)}


@router.post("/uploads", status_code=202)
async def upload(file: UploadFile, services: ServicesDep, queue: QueueDep) -> dict[str, int]:
    """Store an uploaded document and index it."""
    settings = services.settings
    try:
        path = await documents.save_upload(file, settings.documents_dir, settings.max_upload_bytes)
    except documents.DocumentTooLarge as error:
        raise HTTPException(413, str(error)) from error
    except documents.BadName as error:
        raise HTTPException(422, str(error)) from error
    return {"job": await queue.put(path)}


@router.get("/jobs/{job}")
async def job_status(job: int, queue: QueueDep) -> dict[str, str]:
    """Tell how far a document is."""
    status = queue.status(job)
    if status is None:
        raise HTTPException(404, "no such job")
    return {"status": status}


@router.get("/documents")
async def list_documents(services: ServicesDep, limit: int = 50) -> list[str]:
    """List the documents, the newest first."""
    return await documents.list_documents(services.settings.documents_dir, limit)


@router.get("/documents/{name}")
async def read_document(name: str, services: ServicesDep) -> dict[str, str]:
    """Return a document's text."""
    try:
        text = await documents.read_document(services.settings.documents_dir, name)
    except (documents.BadName, FileNotFoundError) as error:
        raise HTTPException(404, f"no document {name!r}") from error
    return {"name": name, "text": text}


@router.get("/documents/{name}/chunks")
async def stream_chunks(name: str, services: ServicesDep) -> StreamingResponse:
    """Return a document as it would be chunked, one piece at a time."""
    settings = services.settings
    path = settings.documents_dir / name
    if not await run_in_threadpool(path.is_file):
        raise HTTPException(404, f"no document {name!r}")
    chunks = documents.iter_chunks(path, settings.chunk_chars)
    return StreamingResponse(chunks, media_type="text/plain; charset=utf-8")


@router.delete("/documents/{name}", status_code=202, dependencies=[Depends(require_admin)])
async def archive_document(
    name: str, services: ServicesDep, background: BackgroundTasks
) -> dict[str, str]:
    """Take a document out of the list; the file is kept."""
    known = await documents.list_documents(services.settings.documents_dir, limit=10_000)
    if name not in known:
        raise HTTPException(404, f"no document {name!r}")
    background.add_task(documents.archive, services.settings.documents_dir, name)
    return {"archived": name}


@router.delete("/documents", status_code=204, dependencies=[Depends(require_admin)])
async def clear_documents(services: ServicesDep) -> None:
    """Remove all documents."""
    await documents.clear(services.settings.documents_dir)


@router.get("/prompts/{name}")
async def read_prompt(name: str, services: ServicesDep) -> dict[str, str]:
    """Return a canned question."""
    text = services.prompts.get(name)
    if text is None:
        raise HTTPException(404, f"no prompt {name!r}")
    return {"name": name, "text": text}


@router.post("/prompts/reload", dependencies=[Depends(require_admin)])
async def reload_prompts(services: ServicesDep) -> list[str]:
    """Read the canned questions again."""
    async with services.reloading:
        services.prompts = PromptLibrary(services.settings.prompts_dir)
        return services.prompts.names()


@router.post("/publish", dependencies=[Depends(require_admin)])
async def publish(services: ServicesDep) -> dict[str, int]:
    """Tell the subscriber which documents there are."""
    settings = services.settings
    names = await documents.list_documents(settings.documents_dir, limit=10_000)
    payload = {"collection": settings.collection, "documents": names}
    try:
        response = requests.post(settings.webhook_url, json=payload, timeout=5)
        response.raise_for_status()
    except requests.HTTPError as error:
        raise HTTPException(502, f"subscriber answered {error.response.status_code}") from error
    except requests.ConnectionError as error:
        raise HTTPException(504, "subscriber cannot be reached") from error
    return {"published": len(names), "accepted": response.json()["accepted"]}


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Connect at start-up, and clean up at the end."""
    services = build_services(app.state.settings)
    try:
        await services.model.wait_until_ready(services.settings.startup_timeout)
        queue = IngestQueue(services)
        app.state.services = services
        app.state.queue = queue
        worker = asyncio.create_task(queue.run())
        yield
        worker.cancel()
        with suppress(asyncio.CancelledError):
            await worker
    finally:
        await services.aclose()


def create_app(settings: Settings) -> FastAPI:
    """Return the application."""
    settings.documents_dir.mkdir(parents=True, exist_ok=True)
    app = FastAPI(title="rag-service", lifespan=lifespan)
    app.state.settings = settings
    app.include_router(router)
    return app
