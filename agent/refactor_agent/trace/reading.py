"""Reads the logs of the traced processes."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from refactor_agent.trace.recording import (
    Calls,
    Frame,
    Loop,
    Process,
    Recording,
    Sample,
    Stack,
    Stall,
)

__all__ = ["read_recording"]


def read_recording(directory: Path, threshold: float) -> Recording:
    """Read every log in ``directory``; lines that a kill cut off are passed over."""
    processes = [_Reader().read(path) for path in sorted(directory.glob("*.jsonl"))]
    return Recording(threshold, processes)


class _Reader:
    """Reads one process's log. Sums are written again and again; the last one counts."""

    def __init__(self) -> None:
        self._process = Process()
        self._directory = ""
        self._stacks: dict[int, Stack] = {}
        self._stalls: dict[tuple[int, float], Stall] = {}
        self._calls: dict[tuple[str, int], Calls] = {}
        self._loops: dict[int, Loop] = {}

    def read(self, path: Path) -> Process:
        for event in _events(path):
            try:
                self._take(event)
            except (KeyError, TypeError, ValueError):  # not a line that the tracer wrote
                continue
        process = self._process
        process.stalls = tuple(self._stalls.values())
        process.calls = tuple(self._calls.values())
        process.loops = tuple(self._loops.values())
        return process

    def _take(self, event: Mapping[str, Any]) -> None:
        match event["event"]:
            case "start":
                self._process.pid, self._process.python = event["pid"], event["python"]
            case "program":
                self._process.arguments = tuple(_text(part) for part in event["arguments"])
                self._directory = _text(event["cwd"])
            case "fault":
                self._process.faults += (_text(event["text"]),)
            case "stack":
                self._stacks[event["id"]] = tuple(self._frame(frame) for frame in event["frames"])
            case "stall":
                self._stalls[event["thread"], event["began"]] = self._stall(event)
            case "calls":
                self._take_calls(event)
            case "cost":
                self._process.watching = float(event["watching"])
                self._process.per_callback = float(event["callback"])
            case "loop":
                self._loops[event["thread"]] = _loop(event)

    def _stall(self, event: Mapping[str, Any]) -> Stall:
        callback = event.get("callback")
        return Stall(
            held=float(event["held"]),
            samples=tuple(
                Sample(self._stacks[stack], float(seconds))
                for stack, seconds in event["samples"]
                if self._stacks.get(stack)
            ),
            callback=self._frame(callback) if callback else None,
            unfinished=bool(event.get("unfinished", False)),
        )

    def _take_calls(self, event: Mapping[str, Any]) -> None:
        seconds = event["seconds"]
        self._calls[event["name"], event["stack"]] = Calls(
            name=event["name"],
            stack=self._stacks.get(event["stack"], ()),
            count=int(event["count"]),
            seconds=None if seconds is None else float(seconds),
            detail=_text(event["detail"]),
        )

    def _frame(self, value: Any) -> Frame:
        file, line, name, first = value
        path = _text(file)
        if self._directory and not path.startswith("<"):  # joining leaves absolute ones alone
            path = os.path.join(self._directory, path)  # noqa: PTH118 - must not normalise
        return Frame(path, int(line), _text(name), int(first))


def _events(path: Path) -> Iterator[Mapping[str, Any]]:
    with path.open(encoding="ascii", errors="replace") as file:
        for line in file:
            try:
                event = json.loads(line)
            except ValueError:
                continue
            if isinstance(event, dict):
                yield event


def _loop(event: Mapping[str, Any]) -> Loop:
    busy = event["busy"]
    return Loop(
        kind=_text(event["kind"]),
        ran=float(event["ran"]),
        busy=None if busy is None else float(busy),
        callbacks=int(event["callbacks"]),
        stalls=int(event["stalls"]),
        stolen=float(event["stolen"]),
    )


def _text(value: str) -> str:
    """Give proper text: file names may hold bytes that are none."""
    return value.encode("utf-8", "backslashreplace").decode()
