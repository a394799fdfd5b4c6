"""What a recording comes to, beside the regions that `locate` finds."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from refactor_agent.domain.region import Located
from refactor_agent.locate import locate
from refactor_agent.project import open_project
from refactor_agent.rulebook import load_rulebook
from refactor_agent.trace import Recording, make_report, report_as_json, report_as_text
from refactor_agent.trace.recording import Calls, Frame, Loop, Process, Sample, Stall
from refactor_agent.trace.report import TraceReport

SERVICE = textwrap.dedent("""\
    import time


    def settle(retries):
        time.sleep(0.1)
        if retries:
            time.sleep(0.2)


    def compute(numbers):
        return sum(number * number for number in numbers)


    async def handle(request):
        settle(2)
        compute(request)
        with open("answer.txt") as file:
            return file.name


    async def other(request):
        settle(0)
""")
LIBRARY = "/opt/python3.12/site-packages/lib/core.py"
ASYNCIO = "/opt/python3.12/asyncio/unix_events.py"

HANDLE, SETTLE = ("handle", 15), ("settle", 5)


@pytest.fixture
def report(
    write: Callable[[Mapping[str, str]], Path],
) -> Callable[..., tuple[TraceReport, Located, Path]]:
    root = write({"service.py": SERVICE})
    project = open_project(root)
    located = locate(project, load_rulebook())

    def report(*stalls: Stall, calls: tuple[Calls, ...] = ()) -> tuple[TraceReport, Located, Path]:
        held = sum(stall.held for stall in stalls)
        loop = Loop("asyncio.Loop", 10.0, held + 1, 100, len(stalls), held)
        process = Process(7, "3.12.1", ("python", "x"), (loop,), stalls, calls)
        files = {item.file: item.path for item in project.sources.files}
        return make_report(Recording(0.05, [process]), located, files), located, root

    return report


def stack(root: Path, *own: tuple[str, int], beneath: str = "") -> tuple[Frame, ...]:
    frames = [Frame(str(root / "service.py"), line, name, 1) for name, line in own]
    if beneath:
        frames.append(Frame(LIBRARY, 3, beneath, 1))
    return tuple(frames)


def stall(held: float, *samples: tuple[tuple[Frame, ...], float]) -> Stall:
    return Stall(held, tuple(Sample(*one) for one in samples))


EXPLAINED = {
    "every hop on its line": ([HANDLE, SETTLE], "service.handle"),
    "another call of the same thing in the last function": (
        [HANDLE, ("settle", 7)],
        "service.handle",
    ),
    "another way in": ([("other", 22), SETTLE], "service.other"),
    "a decorator's frame between": ([HANDLE, ("compute", 11), SETTLE], "service.handle"),
}


@pytest.mark.parametrize(("frames", "entry"), EXPLAINED.values(), ids=EXPLAINED)
def test_a_stall_is_charged_to_its_region(report, tmp_path, frames, entry):
    made, _, _ = report(stall(0.3, (stack(tmp_path, *frames), 0.3)))
    first = made.regions[0]
    assert (first.region.entry, first.region.callee) == (entry, "time.sleep")
    assert (first.cost.stolen, first.cost.stalls, first.cost.worst) == (0.3, 1, 0.3)
    assert not made.unexplained


UNEXPLAINED = {
    "arithmetic": ([("handle", 16), ("compute", 11)], "", None),
    "a library no rule knows": ([("handle", 16), ("compute", 11)], "crunch", None),
    "a known call by a way that was not found": ([("spawn", 12), SETTLE], "", "RA101"),
    "another line of a blocking function": ([HANDLE, ("settle", 6)], "", None),
}


@pytest.mark.parametrize(("frames", "beneath", "rule"), UNEXPLAINED.values(), ids=UNEXPLAINED)
def test_a_stall_that_no_region_explains_is_shown(report, tmp_path, frames, beneath, rule):
    made, _, _ = report(stall(0.3, (stack(tmp_path, *frames, beneath=beneath), 0.3)))
    (other,) = made.unexplained
    assert [(frame.name, frame.line) for frame in other.stack] == frames
    assert (other.beneath and other.beneath.name) == (beneath or None)
    assert (other.known and other.known.rule) == rule
    assert other.cost.stolen == 0.3
    assert all(not one.cost.stalls for one in made.regions)


def test_a_stall_is_shared_among_its_samples(report, tmp_path):
    slow = stack(tmp_path, HANDLE, SETTLE)
    heavy = stack(tmp_path, ("handle", 16), ("compute", 11))
    made, _, _ = report(stall(0.5, (slow, 0.2), (heavy, 0.3)), stall(0.1, (slow, 0.1)))
    cost = made.regions[0].cost
    assert (round(cost.stolen, 6), cost.stalls, cost.worst) == (0.3, 2, 0.2)
    assert [one.cost.stolen for one in made.unexplained] == [0.3]


def test_a_stall_without_samples_names_the_callback(report, tmp_path):
    (frame,) = stack(tmp_path, ("handle", 14))
    made, _, root = report(Stall(0.06, (), frame))
    (other,) = made.unexplained
    assert not other.sampled
    assert "no stack was seen" in report_as_text(made, ["x"], root)


def test_calls_are_summed_by_place_and_lead_to_regions(report, tmp_path):
    inside = stack(tmp_path, ("handle", 17))
    made, _, _ = report(calls=(Calls("open", inside, 2), Calls("open", inside, 3)))
    (one,) = made.primitives
    assert (one.name, one.count, one.place.line) == ("open", 5, 17)
    assert one.region.callee == "builtins.open"
    assert made.regions[0].calls == 5


def test_what_asyncio_does_for_itself_is_left_out(report, tmp_path):
    own = (*stack(tmp_path, ("handle", 15)), Frame(ASYNCIO, 800, "_start", 1))
    made, _, _ = report(calls=(Calls("subprocess.Popen", own, 1),))
    assert made.primitives == ()


def test_files_of_a_late_import_are_one_import(report, tmp_path):
    outer = stack(tmp_path, ("handle", 15))
    inner = (
        Frame("<frozen importlib._bootstrap>", 1, "_load", 1),
        Frame(LIBRARY, 1, "<module>", 1),
    )
    made, _, _ = report(calls=(Calls("open", outer + inner, 9),))
    (one,) = made.primitives
    assert (one.name, one.count, one.place.line) == ("import", 9, 15)


def test_the_json_has_the_fields_of_scan_and_the_costs(report, tmp_path):
    made, located, _ = report(stall(0.3, (stack(tmp_path, HANDLE, SETTLE), 0.3)))
    document = json.loads(report_as_json(made, located, ["pytest", "-q"], 1))
    assert document["exit_code"] == 1
    assert document["command"] == ["pytest", "-q"]
    first = document["regions"][0]
    assert first["hops"][-1]["line"] == 5
    assert (first["stolen"], first["stalls"], first["worst"]) == (0.3, 1, 0.3)
    assert len(document["regions"]) == len(located.regions)


def test_the_text_shows_the_sums_the_chain_and_the_source(report, tmp_path):
    heavy = stack(tmp_path, ("handle", 16), ("compute", 11), beneath="crunch")
    slow = stack(tmp_path, HANDLE, SETTLE)
    made, _, root = report(stall(0.5, (slow, 0.3), (heavy, 0.2)))
    text = report_as_text(made, ["python", "x.py"], root)
    assert text.startswith("trace of python x.py\n")
    assert "1 stall of 50 ms and more stole 0.500 s, 5% of its time" in text
    assert "RA101 service.handle -> time.sleep" in text
    assert "service.py:5: time.sleep(0.1)" in text
    assert "compute -> crunch" in text
    assert "lib/core.py:3 in crunch" in text
