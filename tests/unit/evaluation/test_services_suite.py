"""The services: their manifests, and what drives them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from eval.rivals.to_thread import wrap_in_threads
from eval.runs.values import Case, Setting
from eval.suites import services
from eval.suites.convert.pipeline import Converted
from eval.suites.services import by_maker, driving
from eval.suites.services.service import Load, Site, read_services

APP = """import asyncio
import os
import time


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        return
    {wait}
    status = int(os.environ["STATUS"])
    await send({{"type": "http.response.start", "status": status, "headers": []}})
    await send({{"type": "http.response.body", "body": b""}})
"""
BACKEND = 'import json, sys\nprint(json.dumps({"STATUS": "204"}), flush=True)\nsys.stdin.read()\n'
LOAD = Load(app="app:app", backend=("backend.py",), requests=("GET /", 'POST /x {"a": 1}'))


def test_six_services_with_sites_that_must_change():
    services = read_services()
    assert len(services) == 6
    for service in services.values():
        assert sum(site.must_change for site in service.sites) >= 8
        assert len({site.id for site in service.sites}) == len(service.sites)
        assert (service.root / "requirements.txt").exists()
        assert all((service.root / program).exists() for program in service.load.backend)


@pytest.mark.parametrize(
    ("expect", "must_change"),
    [("native", True), (("native", "leave"), False), ("leave", False), ("quiet", False)],
)
def test_sites_that_must_change(expect: str | tuple[str, ...], must_change: bool):
    site = Site(
        id="x", file="a.py", line=1, function="a.f", callee="time.sleep", kind="direct",
        chain=("a.f", "time.sleep"), expect=expect, reason="",
    )  # fmt: skip
    assert site.must_change is must_change
    assert site.key == ("a.f", "sleep")


def tree(place: Path, wait: str) -> Path:
    place.mkdir()
    (place / "app.py").write_text(APP.format(wait=wait))
    (place / "backend.py").write_text(BACKEND)
    return place


@pytest.mark.slow
def test_driven_before_and_after(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(driving, "_ROUNDS", 1)
    monkeypatch.setattr(driving, "_SECONDS", 0.5)
    before = tree(tmp_path / "before", "time.sleep(0.05)")
    after = tree(tmp_path / "after", "await asyncio.sleep(0.05)")
    report, rounds = driving.drive(LOAD, before, after, sys.executable)
    assert [one.statuses for one in rounds] == [(204, 204)] * 2
    assert not report.problem
    assert report.throughput
    assert report.throughput.median > 1

    broken = tree(tmp_path / "broken", "raise RuntimeError")
    report, _ = driving.drive(LOAD, before, broken, sys.executable)
    assert "answers [599, 599] where it answered [204, 204]" in report.slower


MANIFEST = """[case]
name = "tiny"
summary = "waits"
split = "dev"

[load]
app = "app:app"
backend = ["backend.py"]
requests = ["GET /"]

[[site]]
id = "wait"
file = "app.py"
line = 9
function = "app.app"
callee = "time.sleep"
kind = "direct"
chain = ["app.app", "time.sleep"]
expect = ["native", "offload"]
reason = "It waits on the loop."
"""
OWN_TEST = """import asyncio

from app import app


def test_answers(monkeypatch):
    monkeypatch.setenv("STATUS", "204")
    sent = []

    async def send(message):
        sent.append(message)

    asyncio.run(app({"type": "http"}, None, send))
    assert sent[0]["status"] == 204
"""


@pytest.mark.slow
def test_a_rival_is_tested_driven_and_put_before_the_gate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(driving, "_ROUNDS", 1)
    monkeypatch.setattr(driving, "_SECONDS", 0.5)
    root = tree(tmp_path / "tiny", "time.sleep(0.05)")
    (root / "case.toml").write_text(MANIFEST)
    (root / "conftest.py").touch()
    (root / "test_app.py").write_text(OWN_TEST)
    service = read_services(tmp_path)["tiny"]
    case, setting = Case("tiny", "dev", "tiny", "0"), Setting(tmp_path, tmp_path)

    def in_threads(at: Path) -> Converted:
        wrap_in_threads(at)
        return Converted(applied=True)

    found = by_maker(case, service, ("to-thread", in_threads), sys.executable, setting)
    assert (found.outcome, found.points, found.of) == ("right", 1, 1), found.reason
    assert found.ratios["throughput"][0] > 1
    assert found.counts["gate: verified"] == 1

    def failing(at: Path) -> Converted:
        wrap_in_threads(at)
        text = (at / "app.py").read_text()
        broken = '    assert "path" not in scope\n    status ='
        (at / "app.py").write_text(text.replace("    status =", broken))
        return Converted(applied=True)

    bad = by_maker(case, service, ("other", failing), sys.executable, setting)
    assert (bad.outcome, bad.points, bad.counts["no longer block"]) == ("wrong", 0, 1), bad.reason

    idle = by_maker(case, service, ("null", lambda _: Converted()), sys.executable, setting)
    assert (idle.outcome, idle.points) == ("refused", 0)


def test_a_conversion_whose_tests_hang_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(services, "_SECONDS", 3)
    root = tree(tmp_path / "tiny", "time.sleep(0.05)")
    (root / "case.toml").write_text(MANIFEST)
    (root / "conftest.py").touch()
    (root / "test_app.py").write_text("import time\n\ndef test_it():\n    time.sleep(60)\n")
    case, setting = Case("tiny", "dev", "tiny", "0"), Setting(tmp_path, tmp_path)

    def nothing(at: Path) -> Converted:
        return Converted(applied=True)

    service = read_services(tmp_path)["tiny"]
    found = by_maker(case, service, ("other", nothing), sys.executable, setting)
    assert (found.outcome, found.points, found.reason) == (
        "wrong",
        0,
        "tests fail; nothing changed",
    )


def test_a_rival_that_breaks_is_counted(tmp_path: Path):
    def breaks(root: Path) -> Converted:
        program = [sys.executable, "-c", "raise SystemExit('no such node')"]
        subprocess.run(program, cwd=root, check=True, capture_output=True)
        return Converted(applied=True)

    service = read_services()["event_etl"]
    case, setting = Case("event_etl", "dev", "g", "0"), Setting(tmp_path, tmp_path)
    found = by_maker(case, service, ("other", breaks), sys.executable, setting)
    assert (found.outcome, found.subject, found.points) == ("error", "other", 0.0)
    assert found.of > 0
    assert found.reason == "it broke: no such node"
