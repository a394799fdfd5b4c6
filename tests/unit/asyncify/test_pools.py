"""Pools of threads that are given what waits become pools of tasks: as many run at once."""

from __future__ import annotations

import json
import subprocess
import sys
from textwrap import dedent

import pytest

HEAD = """\
from concurrent.futures import ThreadPoolExecutor, as_completed, wait

from wire import Wire


"""

CASES = [
    pytest.param(
        """
        def each(wires):
            with ThreadPoolExecutor(max_workers=4) as pool:
                return list(pool.map(read, wires))

        def read(wire: Wire):
            return wire.read()
        """,
        """
        async def each(wires):
            async with _TaskPool(max_workers=4) as pool:
                return [item async for item in pool.map(read, wires)]

        async def read(wire: AsyncWire):
            return await wire.read()
        """,
        id="a map, read in order",
    ),
    pytest.param(
        """
        def first(wires):
            with ThreadPoolExecutor() as pool:
                jobs = {pool.submit(read, wire): wire for wire in wires}
                for job in as_completed(jobs, timeout=5):
                    return jobs[job], job.result()

        def read(wire: Wire):
            return wire.read()
        """,
        """
        async def first(wires):
            async with _TaskPool() as pool:
                jobs = {pool.submit(read, wire): wire for wire in wires}
                async for job in _as_completed(jobs, timeout=5):
                    return jobs[job], await job

        async def read(wire: AsyncWire):
            return await wire.read()
        """,
        id="jobs as they complete, and what they are for",
    ),
    pytest.param(
        """
        class Reader:
            def __init__(self, wire: Wire):
                self.wire = wire
                self.pool: ThreadPoolExecutor | None = None

            def start(self):
                if self.pool is None:
                    self.pool = ThreadPoolExecutor(2)
                return self.pool.submit(self.read)

            def read(self):
                return self.wire.read()

            def finish(self, job):
                text = self.start().result(timeout=3)
                self.pool.shutdown()
                return text
        """,
        """
        class Reader:
            def __init__(self, wire: AsyncWire):
                self.wire = wire
                self.pool: _TaskPool | None = None

            def start(self):
                if self.pool is None:
                    self.pool = _TaskPool(2)
                return self.pool.submit(self.read)

            async def read(self):
                return await self.wire.read()

            async def finish(self, job):
                text = await asyncio.wait_for(asyncio.shield(self.start()), 3)
                await self.pool.shutdown()
                return text
        """,
        id="a pool that is kept, and a result that is waited for so long",
    ),
    pytest.param(
        """
        def each(pool: ThreadPoolExecutor, wires):
            jobs = [pool.submit(read, wire, times=2) for wire in wires]
            return [job.result() for job in jobs]

        def read(wire: Wire, times):
            return wire.read() * times
        """,
        """
        async def each(pool: ThreadPoolExecutor, wires):
            jobs = [asyncio.create_task(read(wire, times=2)) for wire in wires]
            return [await job for job in jobs]

        async def read(wire: AsyncWire, times):
            return await wire.read() * times
        """,
        id="what is submitted to a pool from elsewhere becomes a task",
    ),
    pytest.param(
        """
        class Race:
            def __init__(self, wire: Wire):
                self.wire = wire
                self.pool: ThreadPoolExecutor | None = None

            def _begun(self) -> tuple[ThreadPoolExecutor, int]:
                if self.pool is None:
                    self.pool = ThreadPoolExecutor()
                return self.pool, 3

            def read(self):
                return self._in_time(self.wire.read)

            def again(self):
                return self._in_time(self.read)

            def _in_time(self, call):
                pool, seconds = self._begun()
                job = pool.submit(call)
                wait((job,), timeout=seconds)
                return job.result()
        """,
        """
        class Race:
            def __init__(self, wire: AsyncWire):
                self.wire = wire
                self.pool: _TaskPool | None = None

            def _begun(self) -> tuple[_TaskPool, int]:
                if self.pool is None:
                    self.pool = _TaskPool()
                return self.pool, 3

            async def read(self):
                return await self._in_time(self.wire.read)

            async def again(self):
                return await self._in_time(self.read)

            async def _in_time(self, call):
                pool, seconds = self._begun()
                job = pool.submit(call)
                await async_wait((job,), timeout=seconds)
                return await job
        """,
        id="a function that is handed over first, and a pool that is given with something else",
    ),
    pytest.param(
        """
        def size(texts):
            with ThreadPoolExecutor() as pool:
                return sum(pool.map(len, texts))

        def read(wire: Wire):
            return wire.read()
        """,
        """
        def size(texts):
            with ThreadPoolExecutor() as pool:
                return sum(pool.map(len, texts))

        async def read(wire: AsyncWire):
            return await wire.read()
        """,
        id="a pool of what does not wait stays one of threads",
    ),
]


@pytest.mark.parametrize(("before", "after"), CASES)
def test_pools(convert, before, after):
    """The pool, and what is asked of its futures."""
    done = convert(HEAD + dedent(before.lstrip("\n")))
    written = done.files["app.py"].decode()
    assert dedent(after.strip("\n")) in written
    assert not done.refusals


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            """
            def each(pool: ThreadPoolExecutor, wires):
                return list(pool.map(read, wires))

            def read(wire: Wire):
                return wire.read()
            """,
            id="a map over a pool that a caller made",
        ),
        pytest.param(
            """
            def each(pool: ThreadPoolExecutor, wires):
                sizes = [pool.submit(len, wire.name) for wire in wires]
                sizes.append(pool.submit(size, wires))
                return [pool.submit(read, wire).result() for wire in wires], sizes

            def size(wires):
                return len(wires)

            def read(wire: Wire):
                return wire.read()
            """,
            id="a pool that a caller made, which is given what does not wait as well",
        ),
        pytest.param(
            """
            def each(wires):
                with ThreadPoolExecutor(initializer=print) as pool:
                    return list(pool.map(read, wires))

            def read(wire: Wire):
                return wire.read()
            """,
            id="threads that are set up first",
        ),
    ],
)
def test_a_pool_stays(convert, text):
    """Where not all that is done with a pool is known, what it is given stays as it is."""
    done = convert(HEAD + dedent(text.lstrip("\n")))
    assert [refusal.reason for refusal in done.refusals] == ["callback"]
    assert "_TaskPool" not in done.files["app.py"].decode()


BAILING_OUT = """\
from concurrent.futures import ThreadPoolExecutor


class Impatient(ThreadPoolExecutor):
    def __exit__(self, *exc_info):
        self.shutdown(wait=False)
"""

FASTEST = """\
from concurrent.futures import ThreadPoolExecutor, as_completed

from impatient import Impatient
from wire import Wire


def fastest(wires):
    with Impatient() as pool:
        for job in as_completed([pool.submit(read, wire) for wire in wires]):
            return job.result()


def every(wires):
    with ThreadPoolExecutor() as pool:
        return [job.result() for job in [pool.submit(read, wire) for wire in wires]]


def read(wire: Wire):
    return wire.read()
"""


def test_a_pool_that_another_file_defines_is_entered_as_before(convert, tmp_path):
    """It has no async side, and what is submitted to it becomes a task by itself."""
    (tmp_path / "impatient.py").write_text(BAILING_OUT)
    written = convert(FASTEST).files["app.py"].decode()
    assert "    with Impatient() as pool:\n" in written
    assert "_as_completed([asyncio.create_task(read(wire)) for wire in wires]):" in written
    assert "    async with _TaskPool() as pool:\n" in written


APP = """\
import time
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, as_completed, wait

running, most = 0, 0


def work(number):
    global running, most
    running += 1
    most = max(most, running)
    time.sleep(0.02)
    running -= 1
    if number == 9:
        raise KeyError(number)
    return number


def plain(number):
    return -number


def run():
    with ThreadPoolExecutor(max_workers=2) as pool:
        mapped = list(pool.map(work, [3, 1, 2]))
        jobs = [pool.submit(work, 9), pool.submit(plain, 5)]
        found = []
        for job in as_completed(jobs):
            try:
                found.append(job.result())
            except KeyError:
                found.append("error")
        pool.submit(work, 9)
    done, left = wait([pool.submit(work, 4)], None, FIRST_COMPLETED)
    return mapped, sorted(map(str, found)), most, len(done), len(left)
"""


def test_a_pool_runs(convert, tmp_path):
    """So many at once, in order, plain functions too; an error that nobody asks for is lost."""
    done = convert(APP, leaves={"time.sleep": "asyncio.sleep"})
    assert not done.refusals
    (tmp_path / "app.py").write_bytes(done.files["app.py"])
    code = "import asyncio, json, app; print(json.dumps(asyncio.run(app.run())))"
    ran = subprocess.run(
        [sys.executable, "-X", "dev", "-c", code],
        cwd=tmp_path,
        check=False,
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout) == [[3, 1, 2], ["-5", "error"], 2, 1, 0]
    assert not ran.stderr


JOBS = """\
from multiprocessing.pool import ThreadPool

from wire import Wire


class Client:
    _pool = None

    def __init__(self, wire: Wire):
        self.wire = wire

    @property
    def pool(self) -> ThreadPool:
        if self._pool is None:
            self._pool = ThreadPool(2)
        return self._pool

    def _call(self, times):
        return self.wire.read() * times

    def call(self, times, later=False):
        if not later:
            return self._call(times)
        return self.pool.apply_async(self._call, (times,))

    def close(self):
        if self._pool:
            self._pool.close()
            self._pool.join()
"""


def test_jobs_that_may_run_later(convert):
    """A call that is made at once or by a pool: it is a task then."""
    done = convert(JOBS)
    written = done.files["app.py"].decode()
    assert not done.refusals
    for line in (
        "            self._pool = _JobPool(2)",
        "            return await self._call(times)",
        "        return self.pool.apply_async(self._call, (times,))",
        "            await self._pool.join()",
    ):
        assert f"\n{line}\n" in written
