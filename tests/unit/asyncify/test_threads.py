"""Threads whose targets wait become tasks, where they are started as tasks are: when made."""

from __future__ import annotations

import json
import subprocess
import sys
from textwrap import dedent

import pytest

ASKED = {"wire.Wire": "wire.AsyncWire", "threading.Thread": "asyncio.create_task"}

HEAD = """\
from threading import Thread

from wire import Wire


"""

CASES = [
    pytest.param(
        """
        class Reader:
            def __init__(self, wire: Wire):
                self.wire = wire
                self.thread = None

            def _read(self, times, *, loud=False):
                for _ in range(times):
                    print(self.wire.read(), loud)

            def start(self):
                self.thread = Thread(target=self._read, args=(3,), kwargs={"loud": True})
                self.thread.daemon = True
                self.thread.start()

            def is_busy(self):
                return self.thread.is_alive()

            def stop(self):
                self.thread.join()
        """,
        """
        class Reader:
            def __init__(self, wire: AsyncWire):
                self.wire = wire
                self.thread = None

            async def _read(self, times, *, loud=False):
                for _ in range(times):
                    print(await self.wire.read(), loud)

            def start(self):
                self.thread = create_task(self._read(3, loud=True))

            def is_busy(self):
                return not self.thread.done()

            async def stop(self):
                await asyncio.wait([self.thread])
        """,
        id="made, set up and started; asked and waited for elsewhere",
    ),
    pytest.param(
        """
        def each(wires: list[Wire]):
            threads = [Thread(target=read, args=[wire], name="reader") for wire in wires]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(timeout=5)

        def read(wire: Wire):
            return wire.read()
        """,
        """
        async def each(wires: list[AsyncWire]):
            threads = [create_task(read(wire), name="reader") for wire in wires]
            for thread in threads:
                await asyncio.wait([thread], timeout=5)

        async def read(wire: AsyncWire):
            return await wire.read()
        """,
        id="a list of threads that are started together",
    ),
    pytest.param(
        """
        def each(wires: list[Wire]):
            threads = []
            for wire in wires:
                thread = Thread(target=wire.read)
                threads.append(thread)
                thread.start()
            return threads
        """,
        """
        def each(wires: list[AsyncWire]):
            threads = []
            for wire in wires:
                thread = create_task(wire.read())
                threads.append(thread)
            return threads
        """,
        id="kept before it starts",
    ),
    pytest.param(
        """
        def spawn(target, *args, **kwargs):
            worker = Thread(target=target, args=args, kwargs=kwargs)
            worker.start()
            return worker

        def read(wire: Wire):
            return wire.read()

        def begin(wire: Wire):
            return spawn(read, wire)
        """,
        """
        def spawn(target, *args, **kwargs):
            worker = create_task(target(*args, **kwargs))
            return worker

        async def read(wire: AsyncWire):
            return await wire.read()

        def begin(wire: AsyncWire):
            return spawn(read, wire)
        """,
        id="a function that starts what it is given",
    ),
]


@pytest.mark.parametrize(("before", "after"), CASES)
def test_a_thread_becomes_a_task(convert, before, after):
    """The start goes; joining waits, and raises nothing."""
    done = convert(HEAD + dedent(before.lstrip("\n")), leaves=ASKED)
    made = done.files["app.py"].decode()
    assert not done.refusals
    assert made.partition("import AsyncWire\n\n\n")[2] == dedent(after.lstrip("\n"))
    assert "Thread" not in made


REFUSED = [
    pytest.param(
        """
        class Reader:
            def __init__(self, wire: Wire):
                self.thread = Thread(target=wire.read)

            def start(self):
                self.thread.start()
        """,
        "thread-start",
        id="made in one place and started in another",
    ),
    pytest.param(
        """
        def work(wire: Wire):
            thread = Thread(target=read, args=(wire,))
            wire.read()
            thread.start()

        def read(wire: Wire):
            return wire.read()
        """,
        "callback",
        id="something waits before it starts",
    ),
    pytest.param(
        """
        def count():
            return sum(range(10**8))

        def both(wire: Wire):
            reading = Thread(target=read, args=(wire,))
            reading.start()
            counting = Thread(target=count)
            counting.start()
            counting.join()

        def read(wire: Wire):
            return wire.read()
        """,
        "thread-or-task",
        id="some threads stay threads, and which is joined is not known",
    ),
]


@pytest.mark.parametrize(("text", "reason"), REFUSED)
def test_a_thread_stays(convert, text, reason):
    """What a task could not do the same is refused."""
    done = convert(HEAD + dedent(text.lstrip("\n")), leaves=ASKED)
    assert reason in {refusal.reason for refusal in done.refusals}


def test_a_starter_of_targets_of_either_colour(convert, tmp_path):
    """What waits is awaited, and what does not still runs on a thread."""
    text = """
        import threading
        import time

        def spawn(target, *args):
            worker = Thread(target=target, args=args)
            worker.start()
            return worker

        def nap(seen):
            time.sleep(0.01)
            seen.append(("nap", threading.get_ident() == threading.main_thread().ident))

        def count(seen):
            seen.append(("count", threading.get_ident() == threading.main_thread().ident))

        def both():
            seen = []
            for target in (nap, count):
                spawn(target, seen).join()
            return seen
        """
    leaves = {"time.sleep": "asyncio.sleep", "threading.Thread": "asyncio.create_task"}
    done = convert("from threading import Thread\n" + dedent(text), leaves=leaves)
    made = done.files["app.py"].decode()
    assert "worker = create_task(_run_in_task(target, *args))" in made
    (tmp_path / "app.py").write_text(made, encoding="utf-8")
    assert _run(tmp_path, "app.both()") == [["nap", True], ["count", False]]


def _run(place, call):
    """Give what the coroutine ``call`` gives, run in a fresh interpreter."""
    ran = subprocess.run(
        [
            sys.executable,
            "-X",
            "dev",
            "-c",
            f"import asyncio, json, app; print(json.dumps(asyncio.run({call})))",
        ],
        cwd=place,
        check=False,
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert ran.returncode == 0, ran.stderr
    assert "never awaited" not in ran.stderr
    return json.loads(ran.stdout)


APP = """\
from threading import Thread
import queue
import threading
import time

seen = []


class Pump:
    def __init__(self):
        self.jobs = queue.Queue()
        self.ready = threading.Event()
        self.thread = None

    def start(self):
        self.thread = Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self):
        self.ready.set()
        while True:
            job = self.jobs.get()
            if job is None:
                break
            time.sleep(0.01)
            seen.append(job)

    def put(self, job):
        self.ready.wait()
        self.jobs.put(job)

    def stop(self):
        self.jobs.put(None)
        self.thread.join()
        return self.thread.is_alive()


def fail():
    time.sleep(0)
    raise KeyError("lost, as a thread's is")


def run():
    Thread(target=fail).start()
    pump = Pump()
    pump.start()
    for job in ["a", "b"]:
        pump.put(job)
    return pump.stop(), seen
"""

LEAVES = {
    "threading.Thread": "asyncio.create_task",
    "queue.Queue": "asyncio.Queue",
    "threading.Event": "asyncio.Event",
    "time.sleep": "asyncio.sleep",
}


def test_tasks_run(convert, tmp_path):
    """Producer and consumer work as tasks of one loop, and a lost error stays lost."""
    done = convert(APP, leaves=LEAVES)
    assert not done.refusals
    (tmp_path / "app.py").write_bytes(done.files["app.py"])
    assert _run(tmp_path, "app.run()") == [False, ["a", "b"]]


JOINED = [
    pytest.param(
        """
        def is_usable_elsewhere(wire: Wire):
            def probe(times):
                wire.read()

            thread = Thread(target=probe, args=(2,))
            thread.daemon = True
            thread.start()
            thread.join()
        """,
        """
        async def is_usable_elsewhere(wire: AsyncWire):
            async def probe(times):
                await wire.read()

            await probe(2)
        """,
        ["thread-joined"],
        id="joined at once",
    ),
    pytest.param(
        """
        def is_usable_elsewhere(wire: Wire):
            def probe():
                wire.read()

            thread = Thread(target=probe)
            thread.start()
            thread.join(2)
            return not thread.is_alive()
        """,
        """
        def is_usable_elsewhere(wire: AsyncWire):
            def probe():
                wire.read()

            thread = Thread(target=probe)
            thread.start()
            thread.join(2)
            return not thread.is_alive()
        """,
        ["callback"],
        id="not waited for to its end",
    ),
]


@pytest.mark.parametrize(("before", "after", "reasons"), JOINED)
def test_a_thread_nobody_makes_a_task_of(convert, before, after, reasons):
    """Where no pair asks for tasks, what runs beside nothing is awaited; the rest is refused."""
    done = convert(HEAD + dedent(before.lstrip("\n")))
    assert [refusal.reason for refusal in done.refusals] == reasons
    assert done.files["app.py"].decode().endswith(dedent(after.lstrip("\n")))
