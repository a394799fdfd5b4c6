"""Which lines ran, as the probe tells it to the target's interpreter.

``REFACTOR_AGENT_TEST_PYTHONS`` names further interpreters to try it on, separated as in ``PATH``.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from refactor_agent.verify import environment

PYTHONS = [
    sys.executable,
    *filter(None, os.environ.get("REFACTOR_AGENT_TEST_PYTHONS", "").split(os.pathsep)),
]
PROBE = Path(environment.__file__).parent / "probe"

CODE = '''\
import asyncio
import functools
import queue
import threading
import time


def branch(n):
    """Leave early."""
    if n > 1:
        return (
            n
            + 1
        )
    for i in range(3):
        n += i
    return n


@functools.partial(
    functools.partial
)
def decorated(n): return n


def multi(n):
    return sorted(
        str(i)
        for i in range(n)
        if i % 2
    )


def closure(n):
    kept = n

    def inner():
        nonlocal kept
        kept += 1
        return kept

    return [inner() for _ in range(n)]


def recursive(n):
    if n == 0:
        return 0
    return recursive(
        n - 1
    ) + 1


def tries(n):
    try:
        if n:
            raise ValueError(n)
    except ValueError:
        n = 0
    else:
        n = 1
    finally:
        n += 1
    return n


def generator(n):
    while True:
        sent = yield n
        if sent:
            n = sent
        n += 1


async def agenerator(n):
    for i in range(n):
        await asyncio.sleep(0)
        yield i


async def awaits(n):
    async with asyncio.Lock():
        found = [
            i
            async for i in agenerator(n)
        ]
    while n:
        n -= 1
        await asyncio.sleep(0)
    return found


class Thing:
    size = property(lambda self: self._size)

    def __init__(self, n):
        self._size = n
        with threading.Lock():
            self._size += 1


def late(n):
    for i in range(n):
        if i == n - 1:
            n = 0
    return n


JOBS, DONE = queue.Queue(), queue.Queue()


def serve():
    while True:
        job = JOBS.get()
        DONE.put(job)


def ask(n):
    JOBS.put(n)
    DONE.get()
    until_it_waits()


def until_it_waits():
    while not JOBS.not_empty._waiters:
        time.sleep(0.001)


WAITING = generator(1)
LOOP = asyncio.new_event_loop()
threading.Thread(target=serve, daemon=True).start()
until_it_waits()
'''

PARTS = """\
branch(0)
branch(5)
branch(0), branch(5)
decorated(1)
decorated(1)
multi(6)
multi(6)
closure(3)
recursive(4)
recursive(0)
tries(0)
tries(1)
[next(WAITING), next(WAITING)]
WAITING.send(3)
next(WAITING)
LOOP.run_until_complete(awaits(3))
LOOP.run_until_complete(awaits(0))
Thing(3).size
Thing(3)
late(2000)
late(1)
ask(1)
ask(2)
ask(3)
(multi(3), multi(1), tries(0), tries(1), closure(0))
""".splitlines()

# Each part of the work counts as a test. Prints the lines of each.
DRIVER = """\
import json, sys, threading
from pathlib import Path
from refactor_agent_probe import lines
root, how = sys.argv[1:]
if how == "plainly":  # every event of every frame, whatever was seen before
    class Plain(lines.Lines):
        def start(self):
            threading.settrace(self.call)
        def rearm(self):
            sys.settrace(self.call)
        def rest(self):
            sys.settrace(None)
        def call(self, frame, event, argument):
            return self.line if self._set_for(frame.f_code.co_filename) is not None else None
        def line(self, frame, event, argument):
            if event == "line":
                self._set_for(frame.f_code.co_filename).add(frame.f_lineno)
            return self.line
    found = Plain(root, ["code_.py"])
else:
    found = lines.line_collector(root, ["code_.py"])
found.start()
sys.path.insert(0, root)
import code_
told, quiet = [], []
for part in json.loads(sys.stdin.read()):
    found.take()
    found.rearm()
    exec(part, vars(code_))
    found.rest()
    told.append(found.take())
    exec(part, vars(code_))
    quiet.append(sys.gettrace() is None)
print(json.dumps([told, quiet]))
"""


@pytest.mark.slow
@pytest.mark.parametrize("python", PYTHONS)
def test_lines_of_each_test_are_those_that_a_plain_tracer_hears_of(python, tmp_path):
    """A collector that looks away too early would make a change look untested, or unreached."""
    (tmp_path / "code_.py").write_text(CODE)
    wanted, _ = told_by(python, tmp_path, "plainly")
    found, quiet = told_by(python, tmp_path, "as ever")
    for part, lines, all_of_them in zip(PARTS, found, wanted, strict=True):
        assert (part, lines) == (part, all_of_them)
    assert all(found), "each part runs some lines"
    assert all(quiet), "between tests nothing is traced"


def told_by(python: str, root: Path, how: str):
    done = subprocess.run(
        [python, "-c", DRIVER, str(root), how],
        input=json.dumps(PARTS),
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(PROBE)},
    )
    return json.loads(done.stdout)
