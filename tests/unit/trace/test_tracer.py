"""The tracer, in real programs: what it sees, and that nobody sees it."""

from __future__ import annotations

import sys

import pytest

pytestmark = pytest.mark.slow

STALL = """\
import asyncio
import time


def settle():
    time.sleep(0.2)


async def main():
    settle()
    await asyncio.sleep(0)
    with open(__file__) as file:
        file.read(1)


asyncio.run(main())
"""


def test_a_stall_is_timed_and_its_stack_is_seen(programs):
    (process,) = programs.traced(STALL).recording.processes
    (stall,) = process.stalls
    assert 0.2 <= stall.held < 0.6
    assert [(frame.name, frame.line) for frame in stall.samples[0].stack] == [
        ("main", 10),
        ("settle", 6),
    ]
    assert sum(sample.seconds for sample in stall.samples) == pytest.approx(stall.held, abs=0.001)
    (loop,) = process.loops
    assert loop.stalls == 1
    assert loop.stolen == pytest.approx(stall.held, abs=0.001)
    assert loop.ran >= loop.busy >= loop.stolen


def test_blocking_calls_on_the_loop_are_counted(programs):
    (process,) = programs.traced(STALL).recording.processes
    calls = {call.name: call for call in process.calls}
    assert calls["open"].count == 1
    assert calls["open"].detail.endswith("program.py")
    assert [(frame.name, frame.line) for frame in calls["open"].stack] == [("main", 12)]
    assert calls["time.sleep"].seconds == pytest.approx(0.2)
    assert [(frame.name, frame.line) for frame in calls["time.sleep"].stack] == [
        ("main", 10),
        ("settle", 6),
    ]


SLEEPERS = """
import asyncio, copy, multiprocessing, pickle, time
from unittest import mock

class Backoff:
    sleep = time.sleep

async def main():
    Backoff().sleep(0.001)
    with mock.patch("time.sleep") as pretended:
        time.sleep(5)
    print(pretended.call_count, pickle.loads(pickle.dumps(time.sleep)) is time.sleep)
    try:
        time.sleep(-1)
    except ValueError as error:
        print(error)

asyncio.run(main())
"""


def test_sleep_still_behaves_like_the_builtin_one(programs):
    traced = programs.traced(SLEEPERS)
    assert traced.out.splitlines() == ["1 True", "sleep length must be non-negative"]


QUIET = {
    "work in a thread": "await asyncio.to_thread(time.sleep, 0.15)",
    "a non-blocking connection": (
        "server = await asyncio.start_server(lambda r, w: w.close(), '127.0.0.1', 0);"
        " await asyncio.open_connection(*server.sockets[0].getsockname()[:2])"
    ),
    "a file made for a descriptor": "os.fdopen(os.dup(1)).close()",
}


@pytest.mark.parametrize("body", QUIET.values(), ids=QUIET)
def test_what_does_not_block_is_not_told(programs, body):
    text = f"import asyncio, os, time\nasync def main():\n    {body}\nasyncio.run(main())\n"
    ran = programs.traced(text)
    assert ran.code == 0, ran.err
    (process,) = ran.recording.processes
    own = [call for call in process.calls if call.stack[-1].name == "main"]
    assert [call.name for call in own if call.name != "os.scandir"] == []


UNSEEN = {
    "success": "import asyncio\nasyncio.run(asyncio.sleep(0))\nprint('done')\n",
    "no loop": "print('done')\n",
    "an exit code": "import sys\nsys.exit(3)\n",
    "a crash": "async def main():\n    1 / 0\n\nimport asyncio\nasyncio.run(main())\n",
    "an interrupt in a callback": """\
import asyncio

def interrupt():
    raise KeyboardInterrupt

async def main():
    asyncio.get_running_loop().call_soon(interrupt)
    await asyncio.sleep(1)

asyncio.run(main())
""",
    "an error in a callback": """\
import asyncio

async def main():
    asyncio.get_running_loop().call_soon(lambda: 1 / 0)
    await asyncio.sleep(0.01)

asyncio.run(main())
""",
    "a stack printed from a callback": """\
import asyncio, traceback

async def main():
    asyncio.get_running_loop().call_soon(traceback.print_stack)
    await asyncio.sleep(0.01)

asyncio.run(main())
""",
    "the source of what is timed": (
        "import asyncio, inspect\nprint(inspect.getsource(asyncio.Handle._run))\n"
    ),
    "threads and search path": """\
import asyncio, sys, threading

async def main():
    await asyncio.sleep(0.1)
    print(threading.enumerate() == [threading.main_thread()], threading.active_count())

asyncio.run(main())
print(sys.path, [getattr(one, "__name__", type(one)) for one in sys.meta_path])
print("sitecustomize" in sys.modules)
""",
    "a fork beside a loop": """\
import asyncio, os

async def main():
    await asyncio.sleep(0.1)
    child = os.fork()
    if not child:
        os._exit(7)
    print(os.waitpid(child, 0)[1] >> 8)

asyncio.run(main())
""",
    "every descriptor closed, as daemons do": """\
import asyncio, os, time

os.closerange(3, 100)
files = [open(os.devnull, "w+") for _ in range(5)]
asyncio.run(asyncio.sleep(0.1))
print([file.read() for file in files])
for file in files:
    file.close()
""",
}


@pytest.mark.parametrize("text", UNSEEN.values(), ids=UNSEEN)
def test_a_program_runs_as_if_nobody_looked(programs, text):
    plain = programs.plain(text, "-W", "error")
    traced = programs.traced(text, "-W", "error")
    assert (traced.code, traced.out, traced.err) == (plain.code, plain.out, plain.err)
    assert all(not process.faults for process in traced.recording.processes)
    assert traced.recording.processes


def test_a_sitecustomize_of_ones_own_still_runs(programs):
    library = programs.directory / "library"
    library.mkdir()
    (library / "sitecustomize.py").write_text("import sys\nsys.mine = __file__\n")
    text = "import sys\nprint(sys.mine, sys.path, sys.modules['sitecustomize'].__file__)\n"
    env = {"PYTHONPATH": str(library)}
    plain, traced = programs.plain(text, env=env), programs.traced(text, env=env)
    assert plain.out == traced.out
    assert str(library) in traced.out


def test_a_broken_sitecustomize_complains_as_ever(programs):
    library = programs.directory / "library"
    library.mkdir()
    (library / "sitecustomize.py").write_text("1 / 0\n")
    env = {"PYTHONPATH": str(library)}
    plain, traced = programs.plain("", env=env), programs.traced("", env=env)
    assert (plain.code, plain.err) == (traced.code, traced.err)
    assert "division" in traced.err


ENDS = {
    "os._exit in a callback": ("os._exit(5)", 5),
    "killed in a callback": ("os.kill(os.getpid(), 9)", -9),
}


@pytest.mark.parametrize(("end", "code"), ENDS.values(), ids=ENDS)
def test_a_stall_is_not_lost_when_the_process_ends_in_it(programs, end, code):
    text = (
        "import asyncio, os, time\n"
        f"async def main():\n    time.sleep(1.4)\n    {end}\n"
        "asyncio.run(main())\n"
    )
    ran = programs.traced(text)
    assert ran.code == code
    (process,) = ran.recording.processes
    (stall,) = process.stalls
    assert stall.unfinished
    assert stall.held >= 1
    assert process.loops[0].stalls == 1


def test_a_forked_child_writes_a_trace_of_its_own(programs):
    ran = programs.traced("""\
import asyncio, multiprocessing, time

def child():
    asyncio.run(work(0.15))

async def work(seconds):
    time.sleep(seconds)

if __name__ == "__main__":
    asyncio.run(work(0.1))
    process = multiprocessing.get_context("fork").Process(target=child)
    process.start()
    process.join()
""")
    assert ran.code == 0, ran.err
    stalls = [[stall.held for stall in one.stalls] for one in ran.recording.processes]
    assert [len(one) for one in stalls] == [1, 1]
    assert len({one.pid for one in ran.recording.processes}) == 2


def test_a_child_python_is_traced_only_when_it_inherits(programs):
    ran = programs.traced(
        "import subprocess, sys\n"
        "for env in (None, {}):\n"
        "    subprocess.run([sys.executable, '-c', ''], env=env, check=True)\n"
    )
    assert ran.code == 0, ran.err
    assert len(ran.recording.processes) == 2


def test_loops_in_several_threads_are_told_apart(programs):
    ran = programs.traced("""\
import asyncio, threading, time

async def work(seconds):
    time.sleep(seconds)
    await asyncio.sleep(0.3)

threads = [threading.Thread(target=asyncio.run, args=(work(s),)) for s in (0.1, 0.2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
""")
    (process,) = ran.recording.processes
    assert [loop.stalls for loop in process.loops] == [1, 1]


FOREIGN = """\
import asyncio, threading, time

class Loop:
    '''Runs callbacks by itself, as loops do that are written in C.'''

    def __init__(self):
        self.ready, self.lock = [], threading.Lock()

    def call_soon_threadsafe(self, callback):
        with self.lock:
            self.ready.append(callback)

    def run(self, until):
        asyncio._set_running_loop(self)
        while time.perf_counter() < until:
            with self.lock:
                ready, self.ready = self.ready, []
            for callback in ready:
                callback()
            time.sleep(0.001)
        asyncio._set_running_loop(None)

def stall():
    time.sleep(0.3)

loop = Loop()
threading.Timer(0.2, loop.call_soon_threadsafe, [stall]).start()
loop.run(time.perf_counter() + 0.8)
"""


def test_a_loop_of_another_make_is_watched_by_heartbeats(programs):
    ran = programs.traced(FOREIGN)
    assert ran.code == 0, ran.err
    (process,) = ran.recording.processes
    (loop,) = process.loops
    assert loop.kind == "__main__.Loop"
    assert loop.busy is None
    (stall,) = process.stalls
    assert stall.held == pytest.approx(0.3, abs=0.1)
    assert stall.samples[-1].stack[-1].name == "stall"


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
def test_no_thread_is_left_when_a_process_forks(programs):
    ran = programs.traced("""\
import asyncio, os

def threads():
    return len(os.listdir("/proc/self/task"))

async def main():
    await asyncio.sleep(0.1)
    print(threads())
    os.register_at_fork(before=lambda: None)
    if os.fork() == 0:
        print(threads(), flush=True)
        os._exit(0)
    os.wait()
    await asyncio.sleep(0.1)
    print(threads())

asyncio.run(main())
""")
    assert sorted(ran.out.split()) == ["1", "2", "2"]
