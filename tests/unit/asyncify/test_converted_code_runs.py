"""A small service is converted and run on a real event loop."""

from __future__ import annotations

import json
import subprocess
import sys
from textwrap import dedent

SERVICE = """\
import time
from contextlib import contextmanager
from threading import Lock


class Clock:
    def sleep(self, seconds):
        time.sleep(seconds)


class Queue:
    def __init__(self, clock: Clock):
        self.clock = clock
        self.lock = Lock()
        self.items = []

    def put(self, item):
        with self.lock:
            self.clock.sleep(0.01)
            self.items.append(item)

    def __iter__(self):
        for item in self.items:
            self.clock.sleep(0.01)
            yield item


@contextmanager
def session(queue: Queue):
    queue.put("open")
    try:
        yield queue
    finally:
        queue.put("close")


def run(on_item):
    queue = Queue(Clock())
    with session(queue) as opened:
        opened.put("work")
    return [on_item(item) for item in queue]


def main():
    def loud(item):
        Clock().sleep(0)
        return item.upper()

    return run(loud)
"""

DRIVER = """\
import asyncio, json, app

async def drive():
    ticks = 0

    async def tick():
        nonlocal ticks
        while True:
            ticks += 1
            await asyncio.sleep(0.001)

    ticking = asyncio.create_task(tick())
    results = await asyncio.gather(app.main(), app.main())
    ticking.cancel()
    return {"results": results, "ticks": ticks}

print(json.dumps(asyncio.run(drive())))
"""


def test_service_runs_and_the_loop_goes_on(convert, tmp_path):
    """Two runs at once give what one gave, and the loop is never held."""
    done = convert(dedent(SERVICE), leaves={"time.sleep": "asyncio.sleep"})
    assert not done.refusals
    (tmp_path / "app.py").write_bytes(done.files["app.py"])
    (tmp_path / "drive.py").write_text(DRIVER, encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, "-X", "dev", "-W", "error", "drive.py"],
        cwd=tmp_path,
        check=False,
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert ran.returncode == 0, ran.stderr
    answer = json.loads(ran.stdout)
    assert answer["results"] == [["OPEN", "WORK", "CLOSE"]] * 2
    assert answer["ticks"] > 2
    assert "never awaited" not in ran.stderr
