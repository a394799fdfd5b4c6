"""What `subprocess` does and what `_async_process` does, side by side; needs no library."""

# ruff: noqa: BLE001, S604, T201, TRY300

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from subprocess import DEVNULL, PIPE, STDOUT

import _async_process as new

PYTHON = [sys.executable, "-S", "-c"]
BOTH = "import sys; print('out\\r\\nline'); print('err é', file=sys.stderr); sys.exit(3)"
ECHO = "import sys; sys.stdout.buffer.write(sys.stdin.buffer.read())"
LARGE = "x" * 300_000
SLOW = "import sys, time; print('begun', flush=True); time.sleep(30)"
PAIRS = {
    "run": (subprocess.run, new.run_process),
    "call": (subprocess.call, new.call_process),
    "check_call": (subprocess.check_call, new.check_process),
    "check_output": (subprocess.check_output, new.process_output),
}
CASES = [
    ("run", [*PYTHON, BOTH], {"stdout": DEVNULL, "stderr": DEVNULL}),
    ("run", [*PYTHON, BOTH], {"capture_output": True}),
    ("run", [*PYTHON, BOTH], {"capture_output": True, "text": True}),
    ("run", [*PYTHON, BOTH], {"capture_output": True, "check": True}),
    ("run", [*PYTHON, BOTH], {"stdout": PIPE, "stderr": STDOUT, "encoding": "latin-1"}),
    ("run", [*PYTHON, BOTH], {"capture_output": True, "encoding": "ascii"}),
    ("run", [*PYTHON, BOTH], {"capture_output": True, "encoding": "ascii", "errors": "replace"}),
    ("run", [*PYTHON, BOTH], {"capture_output": True, "stdout": PIPE}),
    ("run", [*PYTHON, ECHO], {"capture_output": True, "input": b"a\0b"}),
    ("run", [*PYTHON, ECHO], {"capture_output": True, "input": "crème\n", "text": True}),
    ("run", [*PYTHON, ECHO], {"capture_output": True, "input": ""}),
    ("run", [*PYTHON, ECHO], {"stdout": PIPE, "input": LARGE.encode(), "timeout": 20}),
    ("run", [*PYTHON, "pass"], {"stdout": PIPE, "input": LARGE.encode()}),
    ("run", [*PYTHON, ECHO], {"capture_output": True, "input": "text for bytes", "timeout": 9}),
    ("run", [*PYTHON, ECHO], {"stdin": PIPE, "stdout": PIPE}),
    ("run", [*PYTHON, ECHO], {"stdin": PIPE, "input": b"x"}),
    ("run", ["cat", "/dev/stdin"], {"stdout": PIPE, "input": b"by name"}),
    ("run", [*PYTHON, SLOW], {"capture_output": True, "timeout": 0.6}),
    ("run", [*PYTHON, SLOW], {"timeout": 0.2, "stdout": DEVNULL}),
    ("run", [*PYTHON, "import os; os.kill(os.getpid(), 9)"], {"check": True}),
    ("run", "echo $ONE | tr a b; exit 4", {"shell": True, "stdout": PIPE, "env": {"ONE": "aa"}}),
    ("run", ["echo $0 $1", "zero", "one"], {"shell": True, "stdout": PIPE}),
    ("run", "true", {"bufsize": 1, "cwd": "/"}),
    ("run", Path("/bin/pwd"), {"cwd": "/", "stdout": PIPE}),
    ("run", ["no-such-command"], {}),
    ("run", [sys.executable], {"cwd": "/no/such/place"}),
    ("call", [*PYTHON, BOTH], {"stdout": DEVNULL, "stderr": DEVNULL}),
    ("call", [*PYTHON, SLOW], {"timeout": 0.2, "stdout": DEVNULL}),
    ("check_call", ["true"], {}),
    ("check_call", [*PYTHON, BOTH], {"stdout": DEVNULL, "stderr": DEVNULL}),
    ("check_output", [*PYTHON, BOTH], {"stderr": STDOUT}),
    ("check_output", ["echo", "é"], {}),
    ("check_output", ["echo", "é"], {"universal_newlines": True}),
    ("check_output", [*PYTHON, ECHO], {"input": None, "text": True}),
    ("check_output", ["true"], {"stdout": PIPE}),
]


def outcome(error):
    names = ("cmd", "returncode", "output", "stderr", "errno", "filename")
    parts = [repr(getattr(error, name, None)) for name in names]
    # `subprocess` may say what was left of the time when it began to wait.
    return [type(error).__name__, *parts, round(getattr(error, "timeout", 0), 1)]


def old_outcome(function, args, options):
    try:
        return repr(function(args, **options))
    except Exception as error:  # the outcome to compare
        return outcome(error)


async def new_outcome(function, args, options):
    try:
        return repr(await function(args, **options))
    except Exception as error:  # the outcome to compare
        return outcome(error)


async def same():
    for name, args, options in CASES:
        old, new = PAIRS[name]
        expected = await asyncio.to_thread(old_outcome, old, args, dict(options))
        found = await new_outcome(new, args, dict(options))
        assert found == expected, (name, args, options, expected, found)


TALKS = [
    ([*PYTHON, BOTH], {"stdout": PIPE, "stderr": PIPE}, [("communicate",)]),
    ([*PYTHON, ECHO], {"stdin": PIPE, "stdout": PIPE}, [("communicate", b"a\0b"), ("wait",)]),
    ([*PYTHON, ECHO], {"stdin": PIPE, "stdout": PIPE, "text": True}, [("communicate", "crème", 9)]),
    ([*PYTHON, ECHO], {"stdin": PIPE, "stdout": PIPE}, [("communicate",), ("communicate", b"x")]),
    ([*PYTHON, "pass"], {"stdin": PIPE}, [("wait",), ("wait", 0)]),
    ([*PYTHON, BOTH], {"stdout": DEVNULL, "stderr": DEVNULL}, [("wait", 9), ("communicate",)]),
    (
        [*PYTHON, SLOW],
        {"stdout": PIPE},
        [("communicate", None, 0.6), ("wait", 0.1), ("kill",), ("communicate",)],
    ),
    ([*PYTHON, SLOW], {"stdout": DEVNULL}, [("wait", 0.1), ("terminate",), ("wait",), ("kill",)]),
    ("exit 4", {"shell": True}, [("wait",)]),
    (["no-such-command"], {}, []),
]


def attempt(function, given):
    try:
        return repr(function(*given))
    except Exception as error:  # the outcome to compare
        return outcome(error)


async def new_talk(args, options, steps):
    said = []
    try:
        async with await new.open_process(args, **options) as child:
            for name, *given in steps:
                try:
                    found = getattr(child, name)(*given)
                    found = repr(await found if asyncio.iscoroutine(found) else found)
                except Exception as error:  # the outcome to compare
                    found = outcome(error)
                said += [found, child.returncode]
        return [*said, child.returncode, child.args]
    except OSError as error:
        return outcome(error)


async def an_open_child_is_talked_to_alike():
    for args, options, steps in TALKS:
        expected = await asyncio.to_thread(old_talk, args, options, steps)
        found = await new_talk(args, dict(options), steps)
        assert found == expected, (args, options, steps, expected, found)


def old_talk(args, options, steps):
    said = []
    try:
        with subprocess.Popen(args, **options) as child:
            for name, *given in steps:
                said += [attempt(getattr(child, name), given), child.returncode]
        return [*said, child.returncode, child.args]
    except OSError as error:
        return outcome(error)


async def a_cancelled_caller_takes_its_child_along():
    child = "import os, time; print(os.getpid(), flush=True); time.sleep(30)"
    task = asyncio.ensure_future(new.run_process([*PYTHON, child], stdout=WRITE))
    number = int(await asyncio.to_thread(READ.readline))
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return
    raise AssertionError("the child lives on")


async def the_loop_goes_on_meanwhile():
    ticks = 0
    task = asyncio.ensure_future(new.run_process([*PYTHON, "import time; time.sleep(0.5)"]))
    while not task.done():
        await asyncio.sleep(0.01)
        ticks += 1
    assert ticks > 10, ticks


async def what_a_child_leaves_behind_holds_nobody_up_after_the_time():
    began = time.monotonic()
    try:
        await new.run_process("sleep 5 & sleep 5", shell=True, stdout=PIPE, timeout=0.3)
    except subprocess.TimeoutExpired:
        assert time.monotonic() - began < 3
        return
    raise AssertionError("no timeout")


def opened():
    return len(list(DESCRIPTORS.iterdir()))


async def no_descriptor_is_left_open():
    await new.run_process(["cat"], input=b"x", capture_output=True)
    before = opened()
    for _ in range(5):
        await new.run_process(["cat"], input=b"x", capture_output=True)
        await new_outcome(new.run_process, ["no-such-command"], {"input": b"x"})
        await new_outcome(new.run_process, ["sleep", "9"], {"timeout": 0.05, "input": b"x" * 99999})
        await new_outcome(new.run_process, ["cat"], {"input": "x"})
    await asyncio.sleep(0.05)
    assert opened() <= before


DESCRIPTORS = Path("/proc/self/fd")
READ_END, WRITE = os.pipe()
READ = os.fdopen(READ_END)


def main():
    for check in (
        same,
        an_open_child_is_talked_to_alike,
        a_cancelled_caller_takes_its_child_along,
        the_loop_goes_on_meanwhile,
        what_a_child_leaves_behind_holds_nobody_up_after_the_time,
        no_descriptor_is_left_open,
    ):
        asyncio.run(check())
        print(check.__name__)
    READ.close()
    os.close(WRITE)


if __name__ == "__main__":
    main()
