"""A data directory with documents in it, for as long as standard input is open."""

import json
import sys
import tempfile
from pathlib import Path

from doc_ingest import files
from doc_ingest.index import Entry, Index, chunks
from doc_ingest.settings import Settings


def fill(place: str, documents: int) -> None:
    settings = Settings(Path(place))
    for directory in (settings.inbox, settings.originals, settings.index):
        directory.mkdir(parents=True)
    index = Index(settings.index)
    for number in range(documents):
        text = f"document {number} " + "tea and milk " * 200
        path = settings.inbox / f"d{number}"
        path.write_text(text)
        name = files.keep(path, settings.originals)
        index.add(Entry(name, f"d{number}", chunks(text, 40)))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        fill(place, 20)
        print(json.dumps({"INGEST_DATA_DIR": place}), flush=True)
        sys.stdin.read()
