"""What production showed, mapped to what the scan found."""

from __future__ import annotations

import pytest

from refactor_agent.domain.place import Site, Span
from refactor_agent.domain.region import Hop, Region
from refactor_agent.llm.incident import Evidence, make_incident, read_frames

TRACEBACK = """\
Traceback (most recent call last):
  File "/srv/shop/app/api.py", line 9, in answer
    context = fetch(question)
  File "/srv/shop/app/store.py", line 14, in fetch
    return session.post(url)
"""
FAULTHANDLER = """\
Current thread 0x00007f (most recent call first):
  File "/srv/shop/app/store.py", line 14 in fetch
  File "/srv/shop/app/api.py", line 9 in answer
"""
SAMPLED = """\
Thread 7 (active): "MainThread"
    fetch (app/store.py:14)
    answer (app/api.py:9)
"""


@pytest.mark.parametrize("text", [TRACEBACK, FAULTHANDLER, SAMPLED])
def test_frames_come_innermost_first_whatever_wrote_them(text):
    frames = [(file.removeprefix("/srv/shop/"), *rest) for file, *rest in read_frames(text)]
    assert frames == [("app/store.py", 14, "fetch"), ("app/api.py", 9, "answer")]


def hop(function: str, line: int, callee: str) -> Hop:
    return Hop(function=function, site=Site("app/store.py", Span(line, 4, line, 30)), callee=callee)


REGION = Region(
    id="RA201-1f",
    rule="RA201",
    hops=(hop("app.store.Store.load", 5, "app.store.fetch"), hop("app.store.fetch", 14, "post")),
    weight=10,
)


@pytest.mark.parametrize(
    ("text", "match"),
    [
        (SAMPLED, "the same line"),
        (SAMPLED.replace(":14", ":15"), "the same function"),
        (SAMPLED.replace("fetch (app/store.py:14)", "other (app/store.py:40)"), ""),
    ],
)
def test_frames_are_matched_by_line_then_by_function(text, match):
    evidence = Evidence(kind="stack dump", text=text)
    incident = make_incident("Slow", [evidence], [REGION], ["app/store.py", "app/api.py"])
    assert incident.frames[0].match == match
    assert incident.frames[0].findings == (("RA201-1f",) if match else ())
    assert [each.id for each in incident.findings] == (["RA201-1f"] if match else [])
    assert incident.frames[1].findings == ()


def test_frames_of_other_peoples_code_are_left_out_and_samples_counted():
    evidence = [
        Evidence(kind="traceback", text=TRACEBACK.replace("app/api.py", "lib/requests/api.py")),
        Evidence(kind="stack dump", text=SAMPLED),
    ]
    incident = make_incident("Slow", evidence, [REGION], ["app/store.py", "store.py"])
    assert [(frame.file, frame.samples) for frame in incident.frames] == [("app/store.py", 2)]
