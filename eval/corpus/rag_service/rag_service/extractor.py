"""Print the text of an HTML file. Runs as a script, apart from the service."""

import sys
from html.parser import HTMLParser
from pathlib import Path

VERSION = "1.4.0"
FORMATS = "htm html"


class TextOnly(HTMLParser):
    """Collects the text between tags."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self._skipping = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._skipping += tag in {"script", "style"}

    def handle_endtag(self, tag: str) -> None:
        self._skipping -= tag in {"script", "style"}

    def handle_data(self, data: str) -> None:
        if not self._skipping and data.strip():
            self.parts.append(data.strip())


def main(argument: str) -> None:
    """Print the text of the named file, or what the extractor can do."""
    if argument == "--version":
        print(VERSION)
    elif argument == "--formats":
        print(FORMATS)
    else:
        parser = TextOnly()
        parser.feed(Path(argument).read_text(encoding="utf-8"))
        if not parser.parts:
            sys.exit("no text found")
        sys.stdout.buffer.write("\n".join(parser.parts).encode() + b"\n")


if __name__ == "__main__":
    main(sys.argv[1])
