"""What production showed, mapped to what the scan found: plain facts for the triage prompt."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath
from typing import Literal

from refactor_agent.domain.region import Region
from refactor_agent.domain.values import Value
from refactor_agent.llm.request import NamedCode

__all__ = ["Evidence", "Frame", "Incident", "Suspect", "kind_of", "make_incident", "read_frames"]

_TRACEBACK = re.compile(r'File "(?P<file>[^"\n]+)", line (?P<line>\d+),? in (?P<name>[\w.<>]+)')
"""Python's tracebacks, innermost frame last; with ``faulthandler``, innermost first."""
_SAMPLED = re.compile(r"(?m)^\s*(?P<name>[\w.<>]+) \((?P<file>[^()\n]+\.py):(?P<line>\d+)\)")
"""``py-spy dump``, innermost first."""
_TRACED = re.compile(
    r"(?m)^ {20,}(?P<file>[^\s:][^:\n]*\.py):(?P<line>\d+)(?: in (?P<name>[\w.<>]+))?(?=:|$)"
)
"""The places of a report by `refactor-agent trace`, innermost last."""
_TRACE = "trace of "
Kind = Literal["stall log", "traceback", "stack dump", "log"]


class Evidence(Value):
    """One piece of text that somebody pasted."""

    kind: Kind
    text: str
    source: str = ""


class Frame(Value):
    """A frame of the project's own code that stands in the evidence."""

    file: str
    line: int
    function: str
    samples: int
    """In how many pieces of evidence it stands."""
    findings: tuple[str, ...] = ()
    match: str = ""
    """How the findings were matched: by line, or by function."""


class Suspect(Value):
    """A finding of the scan that a frame touches."""

    id: str
    rule: str
    call: str
    at: str
    chain: tuple[str, ...]


class Incident(Value):
    """One incident, as a model sees it."""

    title: str
    evidence: tuple[Evidence, ...]
    frames: tuple[Frame, ...] = ()
    findings: tuple[Suspect, ...] = ()
    code: tuple[NamedCode, ...] = ()


def make_incident(
    title: str,
    evidence: Sequence[Evidence],
    regions: Iterable[Region],
    files: Iterable[str],
    code: Sequence[NamedCode] = (),
) -> Incident:
    """Map the frames of ``evidence`` to ``regions``; ``files`` are the project's own."""
    known, paths = tuple(regions), tuple(files)
    counted: dict[tuple[str, int, str], int] = {}
    for piece in evidence:
        seen = (
            (own, line, name)
            for file, line, name in read_frames(piece.text)
            if (own := _own(file, paths)) is not None
        )
        for key in dict.fromkeys(seen):
            counted[key] = counted.get(key, 0) + 1
    frames = tuple(_frame(*key, samples, known) for key, samples in counted.items())
    touched = {finding for frame in frames for finding in frame.findings}
    suspects = tuple(_suspect(region) for region in known if region.id in touched)
    return Incident(
        title=title, evidence=tuple(evidence), frames=frames, findings=suspects, code=tuple(code)
    )


def read_frames(text: str) -> list[tuple[str, int, str]]:
    """Give file, line and function of each frame in ``text``, innermost first."""
    if text.startswith(_TRACE):
        return [_place(found) for found in _TRACED.finditer(text)][::-1]
    sampled = [_place(found) for found in _SAMPLED.finditer(text)]
    if sampled:
        return sampled
    frames = [_place(found) for found in _TRACEBACK.finditer(text)]
    innermost_first = "most recent call first" in text
    return frames if innermost_first else frames[::-1]


def _place(found: re.Match[str]) -> tuple[str, int, str]:
    return found["file"], int(found["line"]), found["name"] or ""


def kind_of(text: str) -> Kind:
    """Say what a text is, by the marks that tools leave in it."""
    if text.startswith(_TRACE):
        return "stall log"
    if "most recent call first" in text or _SAMPLED.search(text):
        return "stack dump"
    return "traceback" if _TRACEBACK.search(text) else "log"


def _own(file: str, paths: Sequence[str]) -> str | None:
    """Find the project's file that ``file`` of another machine is: the one it ends with."""
    parts = PurePosixPath(file.replace("\\", "/")).parts
    near = [path for path in paths if parts[-len(PurePosixPath(path).parts) :] == _parts(path)]
    return max(near, key=len, default=None)


def _parts(path: str) -> tuple[str, ...]:
    return PurePosixPath(path).parts


def _frame(file: str, line: int, name: str, samples: int, regions: Sequence[Region]) -> Frame:
    by_line = [region.id for region in regions if _touches(region, file, line)]
    by_name = [region.id for region in regions if name and _runs(region, file, name)]
    return Frame(
        file=file,
        line=line,
        function=name or _function_at(file, line, regions),
        samples=samples,
        findings=tuple(by_line or by_name),
        match="the same line" if by_line else "the same function" if by_name else "",
    )


def _function_at(file: str, line: int, regions: Sequence[Region]) -> str:
    """Name the function where the evidence does not, as far as regions know it."""
    hops = (hop for region in regions for hop in region.hops)
    near = (
        hop.function.rpartition(".")[2]
        for hop in hops
        if hop.site.file == file and hop.site.span.line <= line <= hop.site.span.end_line
    )
    return next(near, "unknown")


def _touches(region: Region, file: str, line: int) -> bool:
    return any(
        hop.site.file == file and hop.site.span.line <= line <= hop.site.span.end_line
        for hop in region.hops
    )


def _runs(region: Region, file: str, name: str) -> bool:
    return any(
        hop.site.file == file and (hop.function == name or hop.function.endswith(f".{name}"))
        for hop in region.hops
    )


def _suspect(region: Region) -> Suspect:
    return Suspect(
        id=region.id,
        rule=region.rule,
        call=region.callee,
        at=str(region.hops[-1].site),
        chain=region.chain,
    )
