"""Documents: storing, listing, extracting, indexing."""

import asyncio
import hashlib
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from backend import COLLECTION, Backend, Reply
from conftest import ADMIN
from fastapi import FastAPI

from rag_service.extract import ExtractionError, describe_extractor, extract_text
from rag_service.pipeline import IngestQueue, Services, ingest_document
from rag_service.settings import Settings

pytestmark = pytest.mark.anyio

NOTE = "An apple a day, they say.\nA boat under a cloud.\nA drum, and another drum.\n"


@pytest.fixture
def queue(app: FastAPI) -> IngestQueue:
    return app.state.queue


async def add_note(client: httpx.AsyncClient, name: str, text: str) -> httpx.Response:
    return await client.post("/notes", json={"name": name, "text": text})


async def finished(queue: IngestQueue) -> None:
    """Wait until the queue is empty, but not forever."""
    await asyncio.wait_for(queue.join(), timeout=5)


async def test_a_note_is_stored_and_indexed_in_chunks(
    client: httpx.AsyncClient, queue: IngestQueue, backend: Backend, settings: Settings
) -> None:
    response = await add_note(client, "trip.txt", NOTE)
    assert (response.status_code, response.json()) == (202, {"job": 1})
    await finished(queue)

    assert (await client.get("/jobs/1")).json() == {"status": "done: 3 chunks"}
    assert [(point["id"], point["text"]) for point in backend.points.values()] == [
        ("trip#0", "An apple a day, they say.\n"),
        ("trip#1", "A boat under a cloud.\n"),
        ("trip#2", "A drum, and another drum.\n"),
    ]
    assert backend.points["trip#2"]["vector"] == [0.0, 0.0, 0.0, 2.0]
    assert (await client.get("/documents/trip.txt")).json() == {"name": "trip.txt", "text": NOTE}
    assert _manifest(settings) == {"trip.txt": hashlib.sha256(NOTE.encode()).hexdigest()}


async def test_a_chunk_is_embedded_only_when_the_one_before_is_indexed(
    client: httpx.AsyncClient, queue: IngestQueue, backend: Backend
) -> None:
    backend.calls.clear()
    await add_note(client, "trip.txt", NOTE)
    await finished(queue)

    assert backend.paths() == ["/embed", f"{COLLECTION}/points"] * 3


async def test_jobs_are_done_in_order_and_the_manifest_grows(
    client: httpx.AsyncClient, queue: IngestQueue, backend: Backend, settings: Settings
) -> None:
    for name in ("c.txt", "a.txt", "b.txt"):
        await add_note(client, name, f"{name} on a boat")
    await finished(queue)

    assert list(backend.points) == ["c#0", "a#0", "b#0"]
    assert list(_manifest(settings)) == ["c.txt", "a.txt", "b.txt"]


async def test_a_failed_job_says_why_and_the_next_one_runs(
    client: httpx.AsyncClient, queue: IngestQueue, backend: Backend
) -> None:
    backend.script("/embed", Reply(500))
    await add_note(client, "a.txt", "apple")
    await add_note(client, "b.txt", "boat")
    await finished(queue)

    assert (await client.get("/jobs/1")).json() == {
        "status": "failed: the embedding server answered 500"
    }
    assert (await client.get("/jobs/2")).json() == {"status": "done: 1 chunks"}
    assert (await client.get("/jobs/3")).status_code == 404


async def test_an_embedding_server_that_stays_overloaded_fails_the_job(
    client: httpx.AsyncClient, queue: IngestQueue, backend: Backend
) -> None:
    busy = Reply(429, headers={"Retry-After": "0"})
    backend.script("/embed", busy, busy, busy, busy)
    await add_note(client, "a.txt", "apple")
    await finished(queue)

    assert (await client.get("/jobs/1")).json() == {
        "status": "failed: the embedding server is overloaded"
    }
    assert len(backend.to("/embed")) == 4


async def test_an_upload_is_copied_byte_for_byte(
    client: httpx.AsyncClient, queue: IngestQueue, settings: Settings
) -> None:
    content = "".join(f"{number} boats, " for number in range(12_000)).encode()
    assert len(content) > 2 * 64 * 1024

    response = await client.post("/uploads", files={"file": ("long.log", content)})

    assert (response.status_code, response.json()) == (202, {"job": 1})
    assert (settings.documents_dir / "long.log").read_bytes() == content
    await finished(queue)
    assert (await client.get("/jobs/1")).json() == {"status": "done: 1 chunks"}


async def test_an_upload_that_is_too_large_leaves_nothing_behind(
    client: httpx.AsyncClient, settings: Settings
) -> None:
    response = await client.post("/uploads", files={"file": ("big.txt", b"x" * 200_001)})

    assert response.status_code == 413
    assert response.json() == {"detail": "big.txt is over 200000 bytes"}
    assert list(settings.documents_dir.iterdir()) == []


@pytest.mark.parametrize("name", ["../up.txt", ".hidden", "a/b.txt"])
async def test_names_that_leave_the_directory_are_refused(
    client: httpx.AsyncClient, name: str
) -> None:
    assert (await add_note(client, name, "x")).status_code == 422
    assert (await client.post("/uploads", files={"file": (name, b"x")})).status_code == 422


async def test_an_html_upload_is_indexed_as_text(
    client: httpx.AsyncClient, queue: IngestQueue, backend: Backend, settings: Settings
) -> None:
    page = "<title>Süd</title><script>boat()</script><p>An apple</p><p>A drum</p>"
    await client.post("/uploads", files={"file": ("page.html", page.encode())})
    await finished(queue)

    assert (await client.get("/jobs/1")).json() == {"status": "done: 1 chunks"}
    assert backend.points["page#0"]["text"] == "Süd\nAn apple\nA drum\n"
    assert (await client.get("/documents/page.txt")).json()["text"] == "Süd\nAn apple\nA drum\n"
    assert _manifest(settings) == {"page.txt": hashlib.sha256(page.encode()).hexdigest()}


async def test_an_html_upload_without_text_fails_its_job(
    client: httpx.AsyncClient, queue: IngestQueue
) -> None:
    await client.post("/uploads", files={"file": ("empty.html", b"<p> </p>")})
    await finished(queue)

    assert (await client.get("/jobs/1")).json() == {"status": "failed: empty.html: no text found"}


def scripted(settings: Settings, code: str, timeout: float = 10.0) -> Settings:
    """Settings with a one-line program for an extractor."""
    return replace(
        settings, extractor=(sys.executable, "-I", "-S", "-c", code), extract_timeout=timeout
    )


async def test_line_ends_in_extracted_text_are_newlines(settings: Settings) -> None:
    code = "import sys; sys.stdout.buffer.write('Zürich\\r\\nBern\\rGenf\\n'.encode())"

    assert await extract_text(Path("a.html"), scripted(settings, code)) == "Zürich\nBern\nGenf\n"


async def test_the_extractor_is_given_the_path(settings: Settings, tmp_path: Path) -> None:
    code = "import sys; print(sys.argv[1:])"
    path = tmp_path / "with space.html"

    assert await extract_text(path, scripted(settings, code)) == f"{[str(path)]}\n"


async def test_an_extractor_that_fails_is_quoted(settings: Settings) -> None:
    code = "import sys; print('half'); sys.exit('  cannot read it  ')"

    with pytest.raises(ExtractionError, match=r"^a\.html: cannot read it$"):
        await extract_text(Path("a.html"), scripted(settings, code))


async def test_an_extractor_that_hangs_is_stopped(settings: Settings, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    code = f"import time; time.sleep(0.8); open({str(mark)!r}, 'w').close()"

    with pytest.raises(ExtractionError, match=r"^a\.html: no text after 0\.3 s$") as caught:
        await extract_text(Path("a.html"), scripted(settings, code, timeout=0.3))

    assert caught.value.__cause__ is not None
    await asyncio.sleep(0.9)
    assert not mark.exists()


async def test_a_missing_extractor_is_a_fault(settings: Settings) -> None:
    with pytest.raises(FileNotFoundError):
        await extract_text(Path("a.html"), replace(settings, extractor=("no-such-extractor",)))


async def test_the_extractor_is_described(client: httpx.AsyncClient) -> None:
    response = await client.get("/extractor")

    assert response.json() == {"version": "1.4.0", "formats": "htm html"}


async def test_an_extractor_without_a_version_is_an_error(settings: Settings) -> None:
    with pytest.raises(subprocess.CalledProcessError, match="exit status 3"):
        await describe_extractor(scripted(settings, "import sys; sys.exit(3)"))


async def test_documents_are_listed_newest_first(
    client: httpx.AsyncClient, settings: Settings
) -> None:
    assert (await client.get("/documents")).json() == []
    for age, name in enumerate(["new.txt", "older.txt", "oldest.txt", "other.md"]):
        path = settings.documents_dir / name
        path.write_text("x")
        os.utime(path, (1_700_000_000 - age, 1_700_000_000 - age))

    assert (await client.get("/documents")).json() == ["new.txt", "older.txt", "oldest.txt"]
    assert (await client.get("/documents", params={"limit": 2})).json() == ["new.txt", "older.txt"]


@pytest.mark.parametrize(
    "path", ["/documents/no.txt", "/documents/.env", "/documents/no.txt/chunks"]
)
async def test_an_unknown_document_is_not_found(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(path)).status_code == 404


async def test_a_document_can_be_read_in_chunks(
    client: httpx.AsyncClient, settings: Settings
) -> None:
    (settings.documents_dir / "trip.txt").write_text(NOTE, encoding="utf-8")

    assert (await client.get("/documents/trip.txt/chunks")).text == NOTE


async def test_an_archived_document_is_kept_but_not_listed(
    client: httpx.AsyncClient, settings: Settings
) -> None:
    (settings.documents_dir / "old.txt").write_text("apple")
    assert (await client.delete("/documents/old.txt")).status_code == 403
    assert (await client.delete("/documents/no.txt", headers=ADMIN)).status_code == 404

    response = await client.delete("/documents/old.txt", headers=ADMIN)

    assert (response.status_code, response.json()) == (202, {"archived": "old.txt"})
    assert (await client.get("/documents")).json() == []
    assert (settings.documents_dir / ".archive" / "old.txt").read_text() == "apple"


async def test_all_documents_can_be_removed(client: httpx.AsyncClient, settings: Settings) -> None:
    (settings.documents_dir / "old.txt").write_text("apple")
    assert (await client.delete("/documents")).status_code == 403

    assert (await client.delete("/documents", headers=ADMIN)).status_code == 204
    assert list(settings.documents_dir.iterdir()) == []


async def test_documents_that_were_never_stored_cannot_be_removed(
    client: httpx.AsyncClient, settings: Settings
) -> None:
    settings.documents_dir.rmdir()

    with pytest.raises(FileNotFoundError):
        await client.delete("/documents", headers=ADMIN)


async def test_the_subscriber_is_told_about_the_documents(
    client: httpx.AsyncClient, backend: Backend, settings: Settings
) -> None:
    (settings.documents_dir / "größe.txt").write_text("apple")
    assert (await client.post("/publish")).status_code == 403

    response = await client.post("/publish", headers=ADMIN)

    assert response.json() == {"published": 1, "accepted": 1}
    [call] = backend.to("/hook")
    assert call.body == {"collection": "documents", "documents": ["größe.txt"]}
    assert call.headers["Content-Type"] == "application/json"


async def test_a_subscriber_that_moved_is_followed(
    client: httpx.AsyncClient, backend: Backend
) -> None:
    backend.script("/hook", Reply(307, headers={"Location": "/hook"}))

    response = await client.post("/publish", headers=ADMIN)

    assert response.json() == {"published": 0, "accepted": 0}
    assert [call.method for call in backend.to("/hook")] == ["POST", "POST"]


async def test_a_subscriber_that_fails_is_a_bad_gateway(
    client: httpx.AsyncClient, backend: Backend
) -> None:
    backend.script("/hook", Reply(500))

    response = await client.post("/publish", headers=ADMIN)

    assert response.status_code == 502
    assert response.json() == {"detail": "subscriber answered 500"}


async def test_a_subscriber_that_is_gone_is_a_gateway_timeout(
    client: httpx.AsyncClient, services: Services, settings: Settings
) -> None:
    services.settings = replace(settings, webhook_url="http://127.0.0.1:9/hook")

    response = await client.post("/publish", headers=ADMIN)

    assert response.status_code == 504


async def test_a_document_that_vanished_is_a_fault(services: Services, settings: Settings) -> None:
    with pytest.raises(FileNotFoundError):
        await ingest_document(services, settings.documents_dir / "gone.txt")


async def test_embeddings_are_mirrored_to_disk(
    client: httpx.AsyncClient, queue: IngestQueue, services: Services, settings: Settings
) -> None:
    await add_note(client, "trip.txt", NOTE)
    await finished(queue)

    saved = json.loads((settings.data_dir / "embeddings.json").read_text(encoding="utf-8"))
    assert saved == {line: services.embedder.cache.lookup(line) for line in NOTE.splitlines(True)}
    assert services.embedder.cache.summary() == {"cached": 3, "saved": 3}


def _manifest(settings: Settings) -> dict[str, str]:
    return json.loads((settings.documents_dir / "manifest.json").read_text(encoding="utf-8"))
