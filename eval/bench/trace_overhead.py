"""What `refactor-agent trace` costs a busy event loop.

An asyncio server and its clients echo short messages over loopback in one process: nothing but
tiny callbacks, which is the worst case for something that times each of them. Run as pairs, once
plain and once traced, in turns; the ratio of each pair is the measure, because a machine's speed
wanders by more than the tracer costs.

    python eval/bench/trace_overhead.py [--python PYTHON] [--pairs 31] [--messages 8000]
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from refactor_agent.trace import read_recording, tracing_environment

THRESHOLD = 0.05
ECHO = """
import asyncio, gc, sys, time

CLIENTS = 8

async def serve(reader, writer):
    while line := await reader.readline():
        writer.write(line)
        await writer.drain()
    writer.close()

async def talk(port, messages):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for _ in range(messages):
        writer.write(b"hello, loop\\n")
        await reader.readline()
    writer.close()

async def main(messages):
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    gc.collect()
    began = time.process_time()
    await asyncio.gather(*(talk(port, messages // CLIENTS) for _ in range(CLIENTS)))
    print(time.process_time() - began)
    server.close()

asyncio.run(main(int(sys.argv[1])))
"""


def measure(python: str, messages: int, environment: dict[str, str]) -> float:
    """Give the processor seconds, of all threads, that the echoes took."""
    command = [python, "-c", ECHO, str(messages)]
    done = subprocess.run(command, env=environment, capture_output=True, check=True, text=True)
    return float(done.stdout)


def main() -> None:
    """Measure the pairs and print what they say."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--pairs", type=int, default=31)
    parser.add_argument("--messages", type=int, default=8_000)
    options = parser.parse_args()
    plain = dict(os.environ)
    with tempfile.TemporaryDirectory() as name:
        traced = tracing_environment(Path(name), THRESHOLD, plain)
        ratios = []
        for number in range(options.pairs):
            seconds = {}
            for mode in ("plain", "traced") if number % 2 else ("traced", "plain"):
                environment = traced if mode == "traced" else plain
                seconds[mode] = measure(options.python, options.messages, environment)
            ratios.append(seconds["traced"] / seconds["plain"])
        recording = read_recording(Path(name, "logs"), THRESHOLD)
    callbacks = [loop.callbacks for process in recording.processes for loop in process.loops]
    first, _, third = statistics.quantiles(ratios, n=4)
    print(f"{options.python}: {options.pairs} pairs, {min(callbacks)} callbacks each")
    print(
        f"traced/plain: median {statistics.median(ratios):.3f},"
        f" quartiles {first:.3f} to {third:.3f}, best {min(ratios):.3f}, worst {max(ratios):.3f}"
    )


if __name__ == "__main__":
    main()
