"""The audit log: a chain that shows where it was tampered with."""

from __future__ import annotations

import json
import re
import threading

import pytest

from refactor_agent.emit.audit import AuditLog
from refactor_agent.errors import UsageError


@pytest.fixture
def log(tmp_path):
    made = AuditLog(tmp_path / "audit.jsonl")
    for number in range(4):
        made.append("step", number_of=number, names=["a", "ü"])
    return made


@pytest.fixture
def path(tmp_path):
    return tmp_path / "audit.jsonl"


def test_events_come_back_in_order(log):
    events = log.events()
    assert [event["number"] for event in events] == [1, 2, 3, 4]
    assert [event["number_of"] for event in events] == [0, 1, 2, 3]
    assert events[0]["previous"] == "0" * 64
    assert events[0]["names"] == ["a", "ü"]
    assert log.broken_at() is None


def test_no_log_no_events(tmp_path):
    log = AuditLog(tmp_path / "none.jsonl")
    assert log.events() == []
    assert log.broken_at() is None


def change(lines):
    return [lines[0], lines[1].replace(b'"number_of": 1', b'"number_of": 9'), *lines[2:]]


@pytest.mark.parametrize(
    ("tamper", "broken_at"),
    [
        pytest.param(change, 3, id="changed"),
        pytest.param(lambda lines: [lines[0], *lines[2:]], 2, id="removed"),
        pytest.param(lambda lines: lines[1:], 1, id="first removed"),
        pytest.param(lambda lines: [lines[0], lines[2], lines[1], lines[3]], 2, id="swapped"),
        pytest.param(lambda lines: [*lines[:2], lines[1], *lines[2:]], 3, id="doubled"),
        pytest.param(lambda lines: [lines[0], b"{}\n", *lines[1:]], 2, id="put in"),
        pytest.param(lambda lines: [*lines[:3], b"not json\n"], 4, id="no json"),
        pytest.param(lambda lines: [*lines[:3], b"[1]\n"], 4, id="no record"),
        pytest.param(lambda lines: [*lines[:3], b"\xff\xfe\n"], 4, id="no text"),
    ],
)
def test_tampering_shows(log, path, tamper, broken_at):
    path.write_bytes(b"".join(tamper(path.read_bytes().splitlines(keepends=True))))
    assert log.broken_at() == broken_at


def test_a_line_that_is_no_event(log, path):
    path.write_bytes(path.read_bytes() + b"oops\n")
    with pytest.raises(UsageError, match=re.escape(f"{path} is damaged in line 5")):
        log.events()


@pytest.mark.parametrize("cut", [1, 10, 60])
def test_a_last_line_cut_short_is_dropped(log, path, cut):
    whole = path.read_bytes()
    path.write_bytes(whole[:-cut])
    assert len(log.events()) == 3
    log.append("after")
    assert [event["event"] for event in log.events()] == ["step", "step", "step", "after"]
    assert log.broken_at() is None


def test_once_is_once_for_the_same_facts(log):
    for _ in range(2):
        log.append_once("decided", change_set="001", sites=[["a.py", 3]], patch=None)
        log.append_once("decided", change_set="002", sites=[["a.py", 3]], patch=None)
    decided = [event["change_set"] for event in log.events() if event["event"] == "decided"]
    assert decided == ["001", "002"]
    assert log.has("decided", change_set="001")
    assert not log.has("decided", change_set="003")
    assert not log.has("proposed", change_set="001")


def test_facts_that_are_no_json_write_nothing(log, path):
    before = path.read_bytes()
    with pytest.raises(TypeError):
        log.append("step", what=object())
    assert path.read_bytes() == before


def test_threads_do_not_break_the_chain(tmp_path):
    log = AuditLog(tmp_path / "audit.jsonl")
    threads = [
        threading.Thread(target=lambda: [log.append("step") for _ in range(5)]) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(log.events()) == 20
    assert log.broken_at() is None


def test_lines_are_plain_json(path, log):
    lines = path.read_text(encoding="ascii").splitlines()
    assert [json.loads(line)["event"] for line in lines] == ["step"] * 4
