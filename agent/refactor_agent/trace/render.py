"""A trace for people and for programs."""

from __future__ import annotations

import json
import linecache
import re
import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path

from refactor_agent.domain.region import Located, Region
from refactor_agent.locate import regions_as_json
from refactor_agent.trace.recording import Frame, Recording
from refactor_agent.trace.report import Cost, Primitive, TraceReport, Unexplained

__all__ = ["report_as_json", "report_as_text"]

_MOST = 20
"""Rows of each table in the text; the JSON has them all."""
_WIDTH = 100
_DETAIL = 48
_DEEPEST = 8
"""Frames shown of a stall's stack: the inner ones say most."""
_LIBRARY = re.compile(r".*[/\\](?:site-packages|dist-packages|python3\.\d+t?|Lib)[/\\]")


def report_as_text(report: TraceReport, command: Sequence[str], root: Path) -> str:
    """Render as a profiler would: the sums, what stole most, and what nothing explains."""
    held = [one for one in report.regions if one.cost.stalls]
    quick = [one for one in report.regions if one.calls and not one.cost.stalls]
    lines = [*_summary(report.recording, command)]
    if held:
        lines += ["", "stolen by regions", _HEADER]
        for one in held[:_MOST]:
            lines += [_row(one.cost, _title(one.region)), *_hops(one.region, root)]
        lines += _more(held)
    if report.unexplained:
        lines += ["", "stolen by what no static region explains", _HEADER]
        for other in report.unexplained[:_MOST]:
            lines += [_row(other.cost, _name(other)), *_stack(other, root)]
        lines += _more(report.unexplained)
    if report.primitives:
        lines += ["", "blocking calls on the loop's thread", "   calls   known s"]
        lines += [_primitive(one) for one in report.primitives[:_MOST]]
        lines += _more(report.primitives)
    if report.regions and any(process.loops for process in report.recording.processes):
        unseen = len(report.regions) - len(held) - len(quick)
        lines += [
            "",
            (
                f"{_count(len(report.regions), 'static region')}: {len(held)} stalled the loop,"
                f" {len(quick)} ran quicker than that, {unseen} were not seen"
            ),
        ]
    return "\n".join(lines) + "\n"


_HEADER = "    stolen  stalls    worst"


def _summary(recording: Recording, command: Sequence[str]) -> Iterator[str]:
    loops = [loop for process in recording.processes for loop in process.loops]
    running = sum(1 for process in recording.processes if process.loops)
    yield f"trace of {shlex.join(command)}"
    yield (
        f"  {_count(len(recording.processes), 'Python process', 'es')} traced,"
        f" {running} with an event loop"
    )
    if not loops:
        return
    ran, stolen = sum(loop.ran for loop in loops), sum(loop.stolen for loop in loops)
    stalls = sum(loop.stalls for loop in loops)
    timed = [loop.busy for loop in loops if loop.busy is not None]
    busy = f"busy for {sum(timed):.3f} s" if timed else "busy for an unknown time"
    share = f", {100 * stolen / ran:.0f}% of its time" if ran else ""
    yield (
        f"  loop ran for {ran:.3f} s, {busy}"
        f" in {_count(sum(loop.callbacks for loop in loops), 'callback')}"
    )
    yield (
        f"  {_count(stalls, 'stall')} of {1000 * recording.threshold:g} ms and more"
        f" stole {stolen:.3f} s{share}"
    )
    overhead = sum(process.overhead for process in recording.processes)
    share = f", {100 * overhead / ran:.1f}% of its time" if ran else ""
    yield f"  tracing took about {overhead:.3f} s{share}"
    for kind in sorted({loop.kind for loop in loops if loop.busy is None}):
        yield f"  {kind} is watched by heartbeats: stalls are known to about half the threshold"


def _count(number: int, what: str, plural: str = "s") -> str:
    return f"{number} {what}{'' if number == 1 else plural}"


def _row(cost: Cost, title: str) -> str:
    return f"{cost.stolen:8.3f} s  {cost.stalls:6}  {cost.worst:5.3f} s  {title}"


def _title(region: Region) -> str:
    return f"{region.rule} {_short(region.entry)} -> {region.callee}"


def _short(name: str) -> str:
    return ".".join(name.split(".")[-2:])


def _hops(region: Region, root: Path) -> Iterator[str]:
    for depth, hop in enumerate(region.hops):
        yield _line(depth, f"{hop.site}", root / hop.site.file, hop.site.span.line)


def _name(other: Unexplained) -> str:
    if not other.stack:
        return "an unknown callback"
    inner = other.stack[-1]
    title = inner.name if other.beneath is None else f"{inner.name} -> {other.beneath.name}"
    if not other.sampled:
        return f"{title} (called by the loop; no stack was seen)"
    if other.known is not None:
        return f"{title} (its call is that of {_title(other.known)})"
    return title


def _stack(other: Unexplained, root: Path) -> Iterator[str]:
    shown = other.stack[-_DEEPEST:]
    for depth, frame in enumerate(shown):
        place = f"{_short_path(frame.file)}:{frame.line}"
        yield _line(depth, place, root / frame.file, frame.line)
    for more, library in enumerate(one for one in (other.beneath, other.leaf) if one):
        yield _line(len(shown) + more, _place(library), None, 0)


def _line(depth: int, place: str, path: Path | None, line: int) -> str:
    text = linecache.getline(str(path), line).strip() if path else ""
    shown = f"{place}: {text}" if text else place
    return f"{'':29}{'  ' * min(depth, 12)}{shown}"[: 29 + _WIDTH + 2 * min(depth, 12)]


def _place(frame: Frame) -> str:
    return f"{_short_path(frame.file)}:{frame.line} in {frame.name}"


def _short_path(file: str) -> str:
    """Give a library's file as it is imported."""
    return _LIBRARY.sub("", file)


def _primitive(one: Primitive) -> str:
    known = "" if one.seconds is None else f"{one.seconds:.3f}"
    place = _place(one.place) if one.place else "an unknown place"
    rule = f" [{one.region.rule}]" if one.region else ""
    detail = f" ({_tail(one.detail)})" if one.detail else ""
    return f"{one.count:8}  {known:>8}  {one.name}{detail}: {place}{rule}"


def _tail(text: str) -> str:
    return text if len(text) <= _DETAIL else f"…{text[1 - _DETAIL :]}"


def _more(rows: Sequence[object]) -> list[str]:
    return [f"  … and {len(rows) - _MOST} more"] if len(rows) > _MOST else []


def report_as_json(
    report: TraceReport, located: Located, command: Sequence[str], exit_code: int
) -> str:
    """Render as one line of JSON.

    ``regions`` have the fields that `scan` gives them, and ``stolen``, ``stalls``, ``worst``
    (seconds) and ``calls``; the most expensive come first.
    """
    records = json.loads(regions_as_json(located))["regions"]
    by_region = {id(one): record for one, record in zip(located.regions, records, strict=True)}
    document = {
        "format_version": 1,
        "command": list(command),
        "exit_code": exit_code,
        "threshold": report.recording.threshold,
        "processes": [
            {
                "pid": process.pid,
                "python": process.python,
                "arguments": list(process.arguments),
                "overhead": round(process.overhead, 6),
                "loops": [
                    {
                        "kind": loop.kind,
                        "ran": loop.ran,
                        "busy": loop.busy,
                        "callbacks": loop.callbacks,
                        "stalls": loop.stalls,
                        "stolen": loop.stolen,
                    }
                    for loop in process.loops
                ],
            }
            for process in report.recording.processes
        ],
        "regions": [
            {**by_region[id(one.region)], **_cost(one.cost), "calls": one.calls}
            for one in report.regions
        ],
        "unexplained": [_unexplained(one) for one in report.unexplained],
        "calls": [_call(one) for one in report.primitives],
        "skipped": [{"file": item.file, "reason": item.reason} for item in located.skipped],
    }
    return json.dumps(document)


def _cost(cost: Cost) -> dict[str, object]:
    return {
        "stolen": round(cost.stolen, 6),
        "stalls": cost.stalls,
        "worst": round(cost.worst, 6),
    }


def _unexplained(one: Unexplained) -> dict[str, object]:
    return {
        **_cost(one.cost),
        "sampled": one.sampled,
        "stack": [_frame(frame) for frame in one.stack],
        "beneath": _frame(one.beneath) if one.beneath else None,
        "leaf": _frame(one.leaf) if one.leaf else None,
        "rule": one.known.rule if one.known else None,
    }


def _call(one: Primitive) -> dict[str, object]:
    return {
        "name": one.name,
        "count": one.count,
        "seconds": one.seconds,
        "detail": one.detail,
        "place": _frame(one.place) if one.place else None,
        "region": one.region.id if one.region else None,
    }


def _frame(frame: Frame) -> dict[str, object]:
    return {"file": frame.file, "line": frame.line, "function": frame.name}
