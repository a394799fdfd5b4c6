"""Text extraction, in a child process so that a bad document can't hurt the service."""

import asyncio
import subprocess
from collections.abc import Sequence
from pathlib import Path

from rag_service.settings import Settings


class ExtractionError(RuntimeError):
    """No text could be extracted from a document."""


async def extract_text(path: Path, settings: Settings) -> str:
    """Return the text of a document."""
    try:
        result = subprocess.run(
            [*settings.extractor, str(path)],
            capture_output=True,
            encoding="utf-8",
            timeout=settings.extract_timeout,
        )
    except subprocess.TimeoutExpired as error:
        limit = settings.extract_timeout
        raise ExtractionError(f"{path.name}: no text after {limit:g} s") from error
    if result.returncode != 0:
        raise ExtractionError(f"{path.name}: {result.stderr.strip()}")
    return result.stdout


async def describe_extractor(settings: Settings) -> dict[str, str]:
    """Return the extractor's version and the formats it knows."""
    version = _extractor_version(settings.extractor)
    child = await asyncio.create_subprocess_exec(
        *settings.extractor, "--formats", stdout=asyncio.subprocess.PIPE
    )
    output, _ = await child.communicate()
    return {"version": version, "formats": output.decode().strip()}


def _extractor_version(command: Sequence[str]) -> str:
    result = subprocess.run(
        [*command, "--version"],
        check=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    return result.stdout.strip()
