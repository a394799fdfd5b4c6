"""Documents on disk."""

import asyncio
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from fastapi import UploadFile

UPLOAD_CHUNK = 64 * 1024
MANIFEST = "manifest.json"


class DocumentTooLarge(ValueError):
    """An upload is over the size limit."""


class BadName(ValueError):
    """A document name that could leave the documents directory."""


def document_path(directory: Path, name: str) -> Path:
    """Return where a document lies; refuse names with directories in them."""
    if not name or name.startswith(".") or Path(name).name != name:
        raise BadName(f"not a document name: {name!r}")
    return directory / name


async def save_upload(upload: UploadFile, directory: Path, max_bytes: int) -> Path:
    """Copy an upload to disk piece by piece; nothing is left of one that is too large."""
    target = document_path(directory, upload.filename or "")
    size = 0
    try:
        with open(target, "wb") as out:
            while data := await upload.read(UPLOAD_CHUNK):
                size += len(data)
                if size > max_bytes:
                    raise DocumentTooLarge(f"{target.name} is over {max_bytes} bytes")
                out.write(data)
    except DocumentTooLarge:
        os.remove(target)
        raise
    return target


def store_text(directory: Path, name: str, text: str) -> Path:
    """Write a text document."""
    path = document_path(directory, name)
    directory.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


async def read_document(directory: Path, name: str) -> str:
    """Return a document's text."""
    path = document_path(directory, name)
    return path.read_text(encoding="utf-8")


async def list_documents(directory: Path, limit: int) -> list[str]:
    """Return the names of the documents, the newest first."""
    paths = list(directory.glob("*.txt"))
    paths.sort(key=_modified_at, reverse=True)
    return [path.name for path in paths[:limit]]


def _modified_at(path: Path) -> float:
    return path.stat().st_mtime


def iter_chunks(path: Path, size: int) -> Iterator[str]:
    """Yield a document's text in chunks of whole lines, about `size` characters each."""
    with open(path, encoding="utf-8") as handle:
        chunk = ""
        for line in handle:
            if chunk and len(chunk) + len(line) > size:
                yield chunk
                chunk = ""
            chunk += line
        if chunk:
            yield chunk


def archive(directory: Path, name: str) -> None:
    """Move a document out of the way."""
    target = directory / ".archive"
    target.mkdir(exist_ok=True)
    shutil.move(document_path(directory, name), target / name)


async def clear(directory: Path) -> None:
    """Remove all documents."""
    shutil.rmtree(directory)
    directory.mkdir()


def file_digest(path: Path, algorithm: str = "sha256") -> str:
    """Return the hash of a file."""
    with open(path, "rb") as handle:
        return hashlib.file_digest(handle, algorithm).hexdigest()


async def record_digest(directory: Path, name: str, digest: str) -> None:
    """Enter a document's hash into the manifest."""
    await asyncio.to_thread(_write_manifest, directory, _read_manifest(directory) | {name: digest})


def _read_manifest(directory: Path) -> dict[str, str]:
    try:
        return json.loads((directory / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}


def _write_manifest(directory: Path, digests: dict[str, str]) -> None:
    (directory / MANIFEST).write_text(json.dumps(digests, indent=2), encoding="utf-8")
