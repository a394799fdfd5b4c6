"""How questions are answered and documents are taken in."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from rag_service import documents
from rag_service.embeddings import Embedder, EmbeddingCache, EmbeddingError
from rag_service.extract import ExtractionError, extract_text
from rag_service.history import ChatHistory, recent_messages
from rag_service.llm import ModelBusy, ModelClient
from rag_service.prompts import PromptLibrary, render_answer_prompt
from rag_service.retry import pause_before_retry
from rag_service.settings import Settings
from rag_service.vector_store import Match, Point, VectorStore

TRANSCRIPT_LENGTH = 6
EXTRACTED_SUFFIXES = frozenset({".htm", ".html"})


@dataclass
class Services:
    """What the handlers share."""

    settings: Settings
    model: ModelClient
    embedder: Embedder
    store: VectorStore
    history: ChatHistory
    prompts: PromptLibrary
    reloading: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def aclose(self) -> None:
        await self.model.aclose()
        await self.embedder.aclose()
        self.store.close()
        self.history.close()


def build_services(settings: Settings) -> Services:
    """Connect to everything."""
    return Services(
        settings=settings,
        model=ModelClient(settings),
        embedder=Embedder(settings, EmbeddingCache(settings.data_dir / "embeddings.json")),
        store=VectorStore(settings),
        history=ChatHistory(settings.history_path),
        prompts=PromptLibrary(settings.prompts_dir),
    )


@dataclass(frozen=True)
class Answer:
    """An answer and the chunks it rests on."""

    text: str
    sources: list[str]


async def answer_question(services: Services, session_id: str, question: str) -> Answer:
    """Answer a question from the documents and remember both."""
    matches = await retrieve(services, question)
    transcript = await load_transcript(services, session_id)
    prompt = await build_prompt(services, question, matches, transcript)
    text = await complete(services, prompt)
    await services.history.append(session_id, "user", question)
    await services.history.append(session_id, "assistant", text)
    return Answer(text, [match.id for match in matches])


async def retrieve(services: Services, question: str) -> list[Match]:
    """Return the chunks that bear on a question, the most helpful first."""
    [vector] = await services.embedder.embed([question])
    matches = await services.store.search(vector, services.settings.top_k)
    return await services.history.rank(matches)


async def load_transcript(services: Services, session_id: str) -> list[str]:
    """Return the end of a conversation."""
    return recent_messages(services.settings.history_path, session_id, TRANSCRIPT_LENGTH)


async def build_prompt(
    services: Services, question: str, matches: list[Match], transcript: list[str]
) -> str:
    """Return the prompt for a question."""
    return render_answer_prompt(services.settings.prompts_dir, question, matches, transcript)


async def complete(services: Services, prompt: str) -> str:
    """Ask the model, again for as long as it is busy."""
    attempt = 1
    while True:
        try:
            return await services.model.complete(prompt)
        except ModelBusy:
            if attempt >= services.settings.max_attempts:
                raise
            pause_before_retry(attempt, services.settings.backoff)
            attempt += 1


async def stream_answer(answer: Answer, delay: float) -> AsyncIterator[str]:
    """Yield an answer word by word, at reading speed."""
    for number, word in enumerate(answer.text.split()):
        if number:
            time.sleep(delay)
            yield " "
        yield word


async def ingest_document(services: Services, path: Path) -> int:
    """Index a document and return the number of its chunks."""
    settings = services.settings
    loop = asyncio.get_running_loop()
    digest = await loop.run_in_executor(None, partial(documents.file_digest, path))
    if path.suffix.lower() in EXTRACTED_SUFFIXES:
        text = await extract_text(path, settings)
        path = await asyncio.to_thread(
            documents.store_text, settings.documents_dir, f"{path.stem}.txt", text
        )
    count = 0
    for chunk in documents.iter_chunks(path, settings.chunk_chars):
        await index_chunk(services, f"{path.stem}#{count}", chunk)
        count += 1
    await documents.record_digest(settings.documents_dir, path.name, digest)
    return count


async def index_chunk(services: Services, chunk_id: str, text: str) -> None:
    """Put one chunk into the vector store."""
    [vector] = await services.embedder.embed([text])
    services.store.upsert([Point(chunk_id, text, vector)])


class IngestQueue:
    """Takes documents in, one after the other, in the background."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._queue: asyncio.Queue[tuple[int, Path]] = asyncio.Queue()
        self._jobs: dict[int, str] = {}

    async def put(self, path: Path) -> int:
        """Queue a document and return the number of its job."""
        job = len(self._jobs) + 1
        self._jobs[job] = "queued"
        await self._queue.put((job, path))
        return job

    def status(self, job: int) -> str | None:
        return self._jobs.get(job)

    async def join(self) -> None:
        """Wait until the queue is empty."""
        await self._queue.join()

    async def run(self) -> None:
        """Work on the queue until cancelled."""
        while True:
            job, path = await self._queue.get()
            try:
                chunks = await ingest_document(self._services, path)
                self._jobs[job] = f"done: {chunks} chunks"
            except (ExtractionError, EmbeddingError) as error:
                self._jobs[job] = f"failed: {error}"
                await asyncio.sleep(self._services.settings.backoff)
            finally:
                self._queue.task_done()
