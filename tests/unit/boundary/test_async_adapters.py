"""The vendored module, run for real: in event loops, threads and interpreters."""

from __future__ import annotations

import asyncio
import contextvars
import logging
import os
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest

from refactor_agent.boundary import _async_adapters as adapters
from refactor_agent.boundary import boundary_source

request_id: contextvars.ContextVar[str] = contextvars.ContextVar("request_id", default="none")


def test_arguments_and_result_pass_through():
    def area(width, /, height, *, function="none", unit="m"):
        return f"{width * height} {unit} {function}"

    assert asyncio.run(adapters.offload(area, 2, height=3, function="f")) == "6 m f"


def test_the_loop_runs_on_while_a_call_blocks():
    async def main():
        release = threading.Event()
        blocked = asyncio.create_task(adapters.offload(release.wait, 5))
        await asyncio.sleep(0)
        release.set()
        return await blocked

    assert asyncio.run(main()) is True


def test_no_more_calls_run_at_once_than_the_limiter_allows():
    lock = threading.Lock()
    running, peak = 0, 0

    def work():
        nonlocal running, peak
        with lock:
            running += 1
            peak = max(peak, running)
        time.sleep(0.02)
        with lock:
            running -= 1

    async def main(limiter):
        await asyncio.gather(*(limiter.offload(work) for _ in range(12)))

    limiter = adapters.Limiter("narrow", 3)
    asyncio.run(main(limiter))
    assert peak == 3
    assert limiter.calls == 12
    assert limiter.longest_wait >= 0.04
    assert limiter.waited >= limiter.longest_wait


def test_calls_get_threads_in_the_order_they_came():
    order: list[int] = []

    async def main():
        limiter = adapters.Limiter("one", 1)
        await asyncio.gather(*(limiter.offload(order.append, number) for number in range(20)))

    asyncio.run(main())
    assert order == list(range(20))


def test_context_goes_in_and_stays_there():
    def work():
        seen = request_id.get()
        request_id.set("changed")
        return seen

    async def main():
        request_id.set("r-1")
        return await adapters.offload(work), request_id.get()

    assert asyncio.run(main()) == ("r-1", "r-1")


@pytest.mark.parametrize("error", [ValueError("v"), KeyError("k"), asyncio.CancelledError("c")])
def test_exceptions_reach_the_caller_unchanged(error):
    def fail():
        raise error

    async def main():
        with pytest.raises(type(error)) as caught:
            await adapters.offload(fail)
        return caught.value

    assert asyncio.run(main()).args == error.args


def test_stop_iteration_becomes_a_runtime_error_as_in_any_coroutine():
    async def main():
        async with asyncio.timeout(5):
            await adapters.offload(next, iter(()))

    with pytest.raises(RuntimeError, match="StopIteration") as caught:
        asyncio.run(main())
    assert isinstance(caught.value.__cause__, StopIteration)


def test_cancelling_drops_the_result_and_the_running_call_goes_on():
    done = threading.Event()
    started = threading.Event()

    def work():
        started.set()
        time.sleep(0.05)
        done.set()
        raise ValueError("nobody hears this")

    async def main():
        task = asyncio.create_task(adapters.offload(work))
        await asyncio.to_thread(started.wait, 5)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    assert done.wait(5)


def test_cancelling_a_call_that_still_waits_means_it_never_runs():
    ran = threading.Event()
    release = threading.Event()

    async def main():
        limiter = adapters.Limiter("busy", 1)
        first = asyncio.create_task(limiter.offload(release.wait, 5))
        second = asyncio.create_task(limiter.offload(ran.set))
        await asyncio.sleep(0.01)
        second.cancel()
        await asyncio.sleep(0)
        release.set()
        await first
        await limiter.offload(int)

    asyncio.run(main())
    assert not ran.is_set()


def test_one_limiter_serves_many_loops_one_after_the_other_and_together():
    limiter = adapters.Limiter("shared", 2)

    async def main():
        return await asyncio.gather(*(limiter.offload(abs, -n) for n in range(5)))

    results = [asyncio.run(main()) for _ in range(5)]
    threads = [
        threading.Thread(target=lambda: results.append(asyncio.run(main()))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [[0, 1, 2, 3, 4]] * 9
    names = [thread.name for thread in threading.enumerate() if "offload-shared" in thread.name]
    assert len(names) <= 2


def test_the_wait_for_a_thread_is_logged_at_debug(caplog):
    caplog.set_level(logging.DEBUG, "async_adapters")
    asyncio.run(adapters.offload(str.upper, "a"))
    [waited] = [record for record in caplog.records if hasattr(record, "waited")]
    assert waited.limiter == "default"
    assert waited.waited >= 0


def test_the_default_bound_comes_from_the_environment(monkeypatch):
    monkeypatch.setenv("ASYNC_ADAPTERS_THREADS_FROM_ENVIRONMENT", "2")
    limiter = adapters.Limiter("from-environment")
    asyncio.run(limiter.offload(int))
    assert limiter._pool()._max_workers == 2


@pytest.mark.parametrize("text", ["0", "-1", "many", "[]"])
def test_a_bound_that_is_no_count_is_refused(monkeypatch, text):
    monkeypatch.setenv("ASYNC_ADAPTERS_THREADS_WRONG", text)
    with pytest.raises((TypeError, ValueError)):
        asyncio.run(adapters.Limiter("wrong").offload(int))


def test_a_limiter_without_threads_is_refused():
    with pytest.raises(ValueError, match="needs a thread"):
        adapters.Limiter("none", 0)


def _run(tmp_path: Path, body: str) -> subprocess.CompletedProcess[str]:
    (tmp_path / "_async_adapters.py").write_text(boundary_source())
    script = tmp_path / "script.py"
    script.write_text(
        "import asyncio, os, time\nfrom _async_adapters import offload\n" + textwrap.dedent(body)
    )
    return subprocess.run(
        [sys.executable, "-W", "error", "-X", "dev", str(script)],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
        cwd=tmp_path,
    )


def test_idle_threads_hold_up_neither_the_loop_nor_the_exit(tmp_path):
    before = time.perf_counter()
    result = _run(
        tmp_path,
        """
        for _ in range(3):
            asyncio.run(offload(time.sleep, 0.01))
        print("end")
        """,
    )
    assert (result.returncode, result.stdout, result.stderr) == (0, "end\n", "")
    assert time.perf_counter() - before < 10


def test_a_write_in_flight_at_exit_is_finished(tmp_path):
    result = _run(
        tmp_path,
        """
        def write():
            time.sleep(0.2)
            open("out.txt", "w").close()

        async def main():
            task = asyncio.create_task(offload(write))
            await asyncio.sleep(0.05)

        asyncio.run(main())
        """,
    )
    assert (result.returncode, result.stderr) == (0, "")
    assert (tmp_path / "out.txt").exists()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_child_gets_threads_of_its_own(tmp_path):
    result = _run(
        tmp_path,
        """
        import warnings
        warnings.simplefilter("ignore", DeprecationWarning)  # fork beside threads
        asyncio.run(offload(int))
        child = os.fork()
        if not child:
            async def main():
                return await asyncio.wait_for(offload(int, "7"), 5)
            os._exit(asyncio.run(main()))
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status))
        """,
    )
    assert (result.stdout, result.stderr) == ("7\n", "")
