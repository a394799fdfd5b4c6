"""Logs of traced processes, also damaged ones."""

from __future__ import annotations

import json

import pytest

from refactor_agent.trace import read_recording

START = {"event": "start", "pid": 7, "python": "3.12.1"}
PROGRAM = {"event": "program", "arguments": ["python", "a.py"], "cwd": "/home/me"}
STACK = {"event": "stack", "id": 1, "frames": [["a.py", 3, "main", 1], ["<string>", 1, "f", 1]]}
STALL = {"event": "stall", "thread": 5, "began": 1.5, "held": 0.2, "samples": [[1, 0.2]]}
WHOLE = [START, PROGRAM, STACK, STALL]


@pytest.fixture
def read(tmp_path):
    def read(*lines):
        text = [line if isinstance(line, str) else json.dumps(line) for line in lines]
        (tmp_path / "7-a.jsonl").write_text("\n".join(text))
        (process,) = read_recording(tmp_path, 0.05).processes
        return process

    return read


def test_relative_files_start_from_where_the_program_did(read):
    (stall,) = read(*WHOLE).stalls
    assert [frame.file for frame in stall.samples[0].stack] == ["/home/me/a.py", "<string>"]


def test_a_stall_that_was_told_early_is_replaced_by_its_end(read):
    early = {**STALL, "held": 0.1, "unfinished": True}
    (stall,) = read(START, PROGRAM, STACK, early, STALL).stalls
    assert (stall.held, stall.unfinished) == (0.2, False)


DAMAGE = {
    "cut off": '{"event": "stall", "thre',
    "not JSON": "\x00\x00",
    "not an object": "[1, 2]",
    "an unknown event": {"event": "later"},
    "no event": {"pid": 4},
    "missing fields": {"event": "stall", "thread": 1},
    "a wrong type": {"event": "stack", "id": 2, "frames": 3},
    "a frame too short": {"event": "stack", "id": 2, "frames": [["a.py"]]},
    "an unhashable number": {"event": "stack", "id": [], "frames": []},
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_line_is_passed_over(read, damage):
    process = read(START, damage, *WHOLE[1:])
    assert process.pid == 7
    assert len(process.stalls) == 1


def test_a_name_that_is_not_text_is_written_out(read):
    stack = {**STACK, "frames": [["/x\udcff.py", 3, "main", 1]]}
    (stall,) = read(START, PROGRAM, stack, STALL).stalls
    (frame,) = stall.samples[0].stack
    assert frame.file.encode() == b"/x\\udcff.py"
