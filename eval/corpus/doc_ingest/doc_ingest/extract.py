"""Text out of documents, by a child process."""

import subprocess

from doc_ingest.settings import Settings


class NotExtracted(Exception):
    """No text came out; the text says why."""


async def extract(settings: Settings, data: bytes) -> str:
    """Return the text of a document; raises `NotExtracted`."""
    try:
        done = subprocess.run(
            settings.extractor,
            input=data,
            capture_output=True,
            timeout=settings.extract_timeout,
            check=True,
        )
    except subprocess.TimeoutExpired as error:
        raise NotExtracted("it took too long") from error
    except subprocess.CalledProcessError as error:
        raise NotExtracted(error.stderr.decode().strip()) from error
    return " ".join(done.stdout.decode("utf-8").split())
