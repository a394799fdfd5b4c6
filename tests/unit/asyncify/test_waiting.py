"""Waits of threads that end after a time, or at once, as tasks have them."""

from __future__ import annotations

import subprocess
import sys
from textwrap import dedent

import pytest

LEAVES = {
    "wire.Wire": "wire.AsyncWire",
    "threading.Event": "asyncio.Event",
    "threading.Lock": "asyncio.Lock",
    "queue.Queue": "asyncio.Queue",
}

CASES = [
    pytest.param(
        """
        import threading

        ready = threading.Event()

        def ask(seconds):
            ready.wait()
            return ready.wait(timeout=seconds)
        """,
        """
            await ready.wait()
            return await _waited_for(ready, seconds)
        """,
        id="an event, for a time",
    ),
    pytest.param(
        """
        import queue

        jobs = queue.Queue()

        def take():
            first = jobs.get()
            try:
                return first, jobs.get(block=False), jobs.get(timeout=3)
            except queue.Empty:
                return first
        """,
        """
            first = await jobs.get()
            try:
                return first, jobs.get_nowait(), await _got_in_time(jobs, 3)
            except asyncio.QueueEmpty:
                return first
        """,
        id="the next item, at once and for a time",
    ),
    pytest.param(
        """
        import queue

        jobs = queue.Queue(2)

        def give(job):
            jobs.put(job)
            jobs.put(job, False)
            jobs.put(job, True, 5)
        """,
        """
            await jobs.put(job)
            jobs.put_nowait(job)
            await _put_in_time(jobs, job, 5)
        """,
        id="an item, at once and for a time",
    ),
    pytest.param(
        """
        import threading

        lock = threading.Lock()

        def enter():
            lock.acquire()
            return lock.acquire(blocking=False) or lock.acquire(timeout=2)
        """,
        """
            await lock.acquire()
            return await _taken_at_once(lock) or await _taken_in_time(lock, 2)
        """,
        id="a lock, at once and for a time",
    ),
]


@pytest.mark.parametrize(("before", "after"), CASES)
def test_wait(convert, before, after):
    """The arguments become what asyncio has for them."""
    done = convert(before.lstrip("\n"), leaves=LEAVES)
    assert not done.refusals
    assert dedent(after).strip() in dedent("\n".join(_body(done.files["app.py"].decode())))


def _body(text):
    lines = text.splitlines()
    start = max(n for n, line in enumerate(lines) if line.startswith("async def"))
    return lines[start + 1 :]


def test_whether_it_waits_is_not_known(convert):
    """A variable says whether to wait: that is refused."""
    text = """\
        import queue

        jobs = queue.Queue()

        def take(patient):
            return jobs.get(patient)
        """
    done = convert(dedent(text), leaves=LEAVES)
    assert [refusal.reason for refusal in done.refusals] == ["blocking-argument"]


PROGRAM = """\
import queue
import threading

ready = threading.Event()
jobs = queue.Queue(1)
lock = threading.Lock()


def drive():
    seen = [ready.wait(timeout=0.01)]
    ready.set()
    seen.append(ready.wait(timeout=0))
    jobs.put(1)
    try:
        jobs.put(2, timeout=0.01)
    except queue.Full:
        seen.append("full")
    seen.append(jobs.get(timeout=1))
    try:
        jobs.get(timeout=0.01)
    except queue.Empty:
        seen.append("empty")
    try:
        jobs.get(block=False)
    except queue.Empty:
        seen.append("none")
    seen.append(lock.acquire(blocking=False))
    seen.append(lock.acquire(blocking=False))
    seen.append(lock.acquire(timeout=0.01))
    return seen
"""


def test_it_ends_as_with_threads(convert, tmp_path):
    """What threads saw, tasks see."""
    space: dict[str, object] = {}
    exec(PROGRAM, space)  # noqa: S102 - our own text
    expected = space["drive"]()
    done = convert(PROGRAM, leaves=LEAVES)
    (tmp_path / "app.py").write_bytes(done.files["app.py"])
    code = "import app, asyncio; print(asyncio.run(app.drive()))"
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=tmp_path,
        check=False,
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.strip() == str(expected)
