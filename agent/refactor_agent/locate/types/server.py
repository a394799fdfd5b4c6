"""A type server, spoken to by the Language Server Protocol over its standard input and output."""

from __future__ import annotations

import json
import os
import queue
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NamedTuple, TypeAlias
from urllib.parse import unquote, urlsplit

from refactor_agent.errors import RefactorAgentError, UsageError

__all__ = ["Location", "TypeServer", "TypeServerError", "started"]

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"

_SECONDS_TO_END = 5
_EXECUTABLE = "pyrefly"
_HEADER = b"content-length:"


class TypeServerError(RefactorAgentError):
    """The server died, or does not speak the protocol."""


class Location(NamedTuple):
    """Where something is defined: lines and columns count from 0."""

    path: Path
    line: int
    column: int


class TypeServer:
    """Asks one running server; every wait ends with the time given for all of them."""

    def __init__(self, process: subprocess.Popen[bytes], deadline: float) -> None:
        if process.stdin is None or process.stdout is None:
            raise AssertionError("unreachable: the process was started with pipes")
        self._input = process.stdin
        self._deadline = deadline
        self._last = 0
        self._messages: queue.Queue[Json] = queue.Queue()
        reader = threading.Thread(target=self._read, args=(process.stdout,), daemon=True)
        reader.start()

    @property
    def seconds_left(self) -> float:
        """Seconds until all questions must be answered."""
        return self._deadline - time.monotonic()

    def open(self, root: Path) -> None:
        """Say which directory is meant; raises `TypeServerError`."""
        folder: Json = {"uri": root.as_uri(), "name": root.name}
        self._request(
            "initialize",
            {
                "processId": os.getpid(),
                "rootUri": root.as_uri(),
                "workspaceFolders": [folder],
                "capabilities": {"textDocument": {"typeDefinition": {"linkSupport": False}}},
            },
        )
        self._notify("initialized", {})

    def show(self, path: Path, text: str) -> None:
        """Hand over a file as it is meant to be read."""
        document: Json = {"uri": path.as_uri(), "languageId": "python", "version": 1, "text": text}
        self._notify("textDocument/didOpen", {"textDocument": document})

    def hide(self, path: Path) -> None:
        """Say that a file needs no more attention."""
        self._notify("textDocument/didClose", {"textDocument": {"uri": path.as_uri()}})

    def type_definition(self, path: Path, line: int, column: int) -> list[Location]:
        """Give where the classes of the expression at a place are defined.

        Columns count UTF-16 units. Raises `TimeoutError` when time is up, and `TypeServerError`.
        """
        position: Json = {"line": line, "character": column}
        answer = self._request(
            "textDocument/typeDefinition",
            {"textDocument": {"uri": path.as_uri()}, "position": position},
        )
        found = answer if isinstance(answer, list) else [answer]
        return [location for one in found if (location := _location(one)) is not None]

    def end(self) -> None:
        """Ask the server to leave."""
        self._request("shutdown", None)
        self._notify("exit", None)

    def _request(self, method: str, params: Json) -> Json:
        self._last += 1
        number = self._last
        self._send({"jsonrpc": "2.0", "id": number, "method": method, "params": params})
        while True:
            message = self._receive()
            if "method" in message:
                self._decline(message)
            elif message.get("id") == number:
                return message.get("result")

    def _notify(self, method: str, params: Json) -> None:
        self._send({"jsonrpc": "2.0", "method": method, "params": params})

    def _decline(self, message: Mapping[str, Json]) -> None:
        """Answer what the server asks: there are no settings, and nothing to register."""
        if "id" not in message:
            return
        params = message.get("params")
        items = params.get("items") if isinstance(params, dict) else None
        result: Json = [None for _ in items] if isinstance(items, list) else None
        self._send({"jsonrpc": "2.0", "id": message["id"], "result": result})

    def _send(self, message: Json) -> None:
        body = json.dumps(message).encode()
        try:
            self._input.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
            self._input.flush()
        except OSError as error:
            raise TypeServerError("the type server has ended") from error

    def _receive(self) -> dict[str, Json]:
        try:
            message = self._messages.get(timeout=max(self.seconds_left, 0.0))
        except queue.Empty:
            raise TimeoutError from None
        if not isinstance(message, dict):
            raise TypeServerError("the type server has ended")
        return message

    def _read(self, stream: IO[bytes]) -> None:
        """Take messages off the pipe until it closes; ``None`` then says so."""
        while (length := _length(stream)) is not None:
            self._messages.put(json.loads(stream.read(length)))
        self._messages.put(None)


def _length(stream: IO[bytes]) -> int | None:
    length: int | None = None
    while (line := stream.readline()) not in {b"", b"\r\n"}:
        if line.lower().startswith(_HEADER):
            length = int(line[len(_HEADER) :])
    return length


def _location(value: Json) -> Location | None:
    if not isinstance(value, dict):
        return None
    uri, span = value.get("uri"), value.get("range")
    start = span.get("start") if isinstance(span, dict) else None
    if not isinstance(uri, str) or not isinstance(start, dict) or not uri.startswith("file:"):
        return None
    line, column = start.get("line"), start.get("character")
    if not isinstance(line, int) or not isinstance(column, int):
        return None
    return Location(_path(uri), line, column)


def _path(uri: str) -> Path:
    return Path(unquote(urlsplit(uri).path))


@contextmanager
def started(root: Path, interpreter: str, seconds: float) -> Iterator[TypeServer]:
    """Run a server for the directory ``root``; it is gone when the block is left.

    ``interpreter`` is the Python whose libraries it looks into. Raises `UsageError` when the
    server is not installed, `TypeServerError` and `TimeoutError` when it does not answer.
    """
    process = subprocess.Popen(
        [_executable(), "lsp"],
        cwd=root,
        env=_environment(interpreter),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        server = TypeServer(process, time.monotonic() + seconds)
        server.open(root)
        yield server
        server.end()
        process.wait(_SECONDS_TO_END)
    except subprocess.TimeoutExpired:
        pass  # it is ended below
    finally:
        process.kill()
        process.communicate()


def _executable() -> str:
    beside = Path(sys.executable).parent / _EXECUTABLE
    found = str(beside) if beside.exists() else shutil.which(_EXECUTABLE)
    if found is None:
        raise UsageError(
            "--types needs a type server; install it with `pip install refactor-agent[types]`"
        )
    return found


def _environment(interpreter: str) -> dict[str, str]:
    home = Path(interpreter).parent
    path = os.pathsep.join((str(home), os.environ.get("PATH", "")))
    return {**os.environ, "PATH": path, "VIRTUAL_ENV": str(home.parent)}
