"""What the vendored module promises, as a program for any Python from 3.9 on.

Run it beside a copy of the module: it prints the name of each check that holds, and stops with a
traceback at one that does not.
"""

# ruff: noqa: BLE001, PERF401, PT017, S311, T201 - a program of its own, without pytest

from __future__ import annotations

import asyncio
import contextvars
import gc
import json
import logging
import os
import random
import sys
import threading
import time
import warnings
from pathlib import Path

import _async_adapters as adapters
from _async_adapters import Limiter, Policy, budget, enabled, offload, ordered_map, remaining

user: contextvars.ContextVar[str] = contextvars.ContextVar("user", default="nobody")


async def collect(function, items, limit=3):
    return [result async for result in ordered_map(function, items, limit=limit)]


async def numbers(count, log):
    for number in range(count):
        log.append(number)
        yield number
        await asyncio.sleep(0)


# The ordered map


async def results_come_in_order_and_never_too_many_run():
    running, peak = 0, 0

    async def square(number):
        nonlocal running, peak
        running += 1
        peak = max(peak, running)
        await asyncio.sleep(random.random() / 100)
        running -= 1
        return number * number

    assert await collect(square, range(20), limit=4) == [n * n for n in range(20)]
    assert peak == 4
    assert await collect(square, numbers(20, []), limit=4) == [n * n for n in range(20)]
    assert await collect(square, [], limit=1) == []


async def a_slow_reader_holds_the_source_back():
    taken = []
    results = ordered_map(asyncio.sleep, (0 for _ in numbers_taken(taken)), limit=3)
    async for _ in results:
        await asyncio.sleep(0.001)
        break
    assert len(taken) <= 5, taken
    await results.aclose()


def numbers_taken(log):
    for number in range(1000):
        log.append(number)
        yield number


async def a_slow_source_does_not_hold_results_back():
    async def source():
        yield 1
        await asyncio.sleep(30)
        yield 2

    async def same(number):
        return number

    results = ordered_map(same, source(), limit=5)
    assert await asyncio.wait_for(results.__anext__(), 5) == 1
    await results.aclose()


async def the_first_exception_by_order_comes_after_the_results_before_it():
    begun, cancelled, got = [], [], []

    async def work(number):
        begun.append(number)
        try:
            await asyncio.sleep({0: 0.03, 1: 0.02, 2: 0.001}.get(number, 30))
        except asyncio.CancelledError:
            cancelled.append(number)
            raise
        if number in (1, 2):
            raise ValueError(number)
        return number

    try:
        async for result in ordered_map(work, range(100), limit=4):
            got.append(result)
    except ValueError as error:
        assert error.args == (1,)
        assert "work" in traceback_names(error)
    assert got == [0]
    assert begun == [0, 1, 2, 3], begun
    assert cancelled == [3]


def traceback_names(error):
    names, frame = [], error.__traceback__
    while frame is not None:
        names.append(frame.tb_frame.f_code.co_name)
        frame = frame.tb_next
    return names


async def a_source_that_fails_does_so_after_its_results():
    def source():
        yield 1
        yield 2
        raise KeyError("source")

    async def same(number):
        await asyncio.sleep(0.01)
        return number

    got = []
    try:
        async for result in ordered_map(same, source(), limit=5):
            got.append(result)
    except KeyError:
        got.append("error")
    assert got == [1, 2, "error"]


async def cancelling_the_reader_cancels_what_runs():
    ended = []

    async def work(number):
        try:
            await asyncio.sleep(30)
        finally:
            ended.append(number)

    task = asyncio.ensure_future(collect(work, range(10), limit=3))
    await asyncio.sleep(0.01)
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        ended.append("reader")
    assert sorted(ended[:3]) == [0, 1, 2]
    assert ended[3:] == ["reader"]


async def a_map_without_room_is_refused():
    for limit in (0, -1):
        try:
            await collect(asyncio.sleep, [0], limit=limit)
        except ValueError:
            continue
        raise AssertionError(limit)


# Offloading


async def a_call_that_asks_for_a_thread_of_its_own_limiter_gets_one():
    one, other = Limiter("one", 1), Limiter("other", 1)

    def nested():
        return asyncio.run(one.offload(threading.get_ident)), threading.get_ident()

    def through_another():
        return asyncio.run(other.offload(nested))

    inner, outer = await asyncio.wait_for(one.offload(nested), 10)
    assert inner != outer
    await asyncio.wait_for(one.offload(through_another), 10)
    assert one.calls == 4


async def context_goes_in_for_each_call_and_stays_there():
    async def request(name):
        user.set(name)
        await asyncio.sleep(0)
        return await offload(change)

    def change():
        seen = user.get()
        user.set("changed")
        return seen

    assert await asyncio.gather(*map(request, "abc")) == ["a", "b", "c"]
    assert user.get() == "nobody"


async def exceptions_keep_their_traceback_and_base_exceptions_pass():
    class Stop(BaseException):
        pass

    def deep():
        raise Stop("now")

    def fail():
        deep()

    try:
        await offload(fail)
    except Stop as error:
        assert traceback_names(error)[-2:] == ["fail", "deep"]
    else:
        raise AssertionError("nothing was raised")


def keyboard_interrupt_ends_the_loop_as_in_sync_code():
    def interrupt():
        raise KeyboardInterrupt

    try:
        asyncio.run(offload(interrupt))
    except KeyboardInterrupt:
        return
    raise AssertionError("nothing was raised")


async def threads_bear_the_limiters_name():
    name = await Limiter("reports", 1).offload(lambda: threading.current_thread().name)
    assert name.startswith("offload-reports"), name


def a_limiter_that_is_dropped_ends_its_threads():
    limiter = Limiter("dropped", 2)
    asyncio.run(limiter.offload(int))
    del limiter
    for _ in range(500):
        gc.collect()
        if not [t for t in threading.enumerate() if "offload-dropped" in t.name]:
            return
        time.sleep(0.01)
    raise AssertionError(threading.enumerate())


def a_forked_child_gets_threads_of_its_own():
    if not hasattr(os, "fork"):
        return
    asyncio.run(offload(int))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # fork beside threads
        child = os.fork()
    if not child:
        os._exit(asyncio.run(asyncio.wait_for(offload(int, "7"), 5)))
    assert os.waitpid(child, 0)[1] >> 8 == 7


# Budgets and policies


async def nested_calls_share_what_is_left():
    assert remaining() == float("inf")
    with budget(10), budget(60):
        assert 9 < remaining() <= 10
        assert 9 < await offload(remaining) <= 10
        with budget(0.01):
            assert remaining() <= 0.01
        assert remaining() > 9
    assert remaining() == float("inf")


async def no_call_starts_after_the_budget_has_ended():
    ran = []
    with budget(0.0):
        try:
            await offload(ran.append, 1)
        except TimeoutError as error:
            assert "append" in str(error)
    assert not ran


class Flaky:
    def __init__(self, failures):
        self.failures, self.calls = failures, 0

    async def fetch(self):
        self.calls += 1
        if self.calls <= self.failures:
            raise ConnectionError(self.calls)
        return self.calls


async def outcome(policy, function):
    try:
        return await policy.call(function)
    except Exception as error:
        return type(error).__name__


async def only_idempotent_calls_are_tried_again():
    again = Policy("api", idempotent=True, attempts=3, backoff=0.001)
    once = Policy("api", attempts=3, backoff=0.001)
    assert await outcome(again, Flaky(2).fetch) == 3
    assert await outcome(again, Flaky(3).fetch) == "ConnectionError"
    assert await outcome(once, Flaky(1).fetch) == "ConnectionError"


async def time_limits_hold_for_each_attempt_and_for_all():
    calls = []

    async def slow():
        calls.append(1)
        await asyncio.sleep(30)

    each = Policy("api", idempotent=True, attempts=2, timeout=0.02, backoff=0.001)
    assert await outcome(each, slow) == "TimeoutError"
    assert len(calls) == 2
    began = time.monotonic()
    every = Policy("api", idempotent=True, attempts=1000, timeout=0.02, total=0.1, backoff=0.001)
    assert await outcome(every, slow) == "TimeoutError"
    assert time.monotonic() - began < 5


async def cancelling_ends_the_attempts():
    flaky = Flaky(1000)
    policy = Policy("api", idempotent=True, attempts=1000, backoff=30)
    task = asyncio.ensure_future(policy.call(flaky.fetch))
    await asyncio.sleep(0.01)
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        assert flaky.calls == 1
        return
    raise AssertionError("it was not cancelled")


async def settings_override_a_policy():
    os.environ["ASYNC_ADAPTERS_POLICY_BILLING_API"] = '{"attempts": 2, "backoff": 0.001}'
    flaky = Flaky(9)
    assert await outcome(Policy("billing-api", idempotent=True), flaky.fetch) == "ConnectionError"
    assert flaky.calls == 2


# Flags


def the_environment_says_whether_a_flag_is_on():
    assert not enabled("new-path")
    assert enabled("new-path", 100)
    logging.getLogger("async_adapters").disabled = True  # the nonsense is told
    for text, wanted in {"100": True, "0": False, "true": True, "nonsense": False}.items():
        os.environ["ASYNC_ADAPTERS_FLAG_NEW_PATH"] = text
        assert enabled("new-path", 50) is wanted, text
    logging.getLogger("async_adapters").disabled = False
    del os.environ["ASYNC_ADAPTERS_FLAG_NEW_PATH"]


def a_key_stays_on_its_side_and_shares_are_as_asked():
    keys = [f"user-{number}" for number in range(4000)]
    at_ten = {key for key in keys if enabled("share", 10, key=key)}
    at_thirty = {key for key in keys if enabled("share", 30, key=key)}
    assert at_ten < at_thirty
    assert at_ten == {key for key in keys if enabled("share", 10, key=key)}
    assert 300 < len(at_ten) < 500, len(at_ten)
    other = {key for key in keys if enabled("other", 10, key=key)}
    assert len(at_ten & other) < 100  # not the same users for every flag
    token = adapters.flag_key.set(next(iter(at_ten)))
    assert all(enabled("share", 10) for _ in range(50))
    adapters.flag_key.reset(token)
    drawn = sum(enabled("share", 10) for _ in range(4000))
    assert 250 < drawn < 550, drawn


def a_file_changes_a_flag_without_a_restart():
    settings = Path("settings.json")
    os.environ["ASYNC_ADAPTERS_SETTINGS"] = str(settings)
    logging.getLogger("async_adapters").disabled = True
    try:
        for text, wanted in (
            ('{"flag": {"f": 100}}', True),
            ("torn", True),
            ("[]", True),
            ('{"flag": {"f": 0}}', False),
            ('{"flag": {"f": null}}', False),
            ("{}", True),
        ):
            settings.write_text(text)
            adapters._source.read_again = 0.0
            assert enabled("f", 100) is wanted, text
        settings.write_text('{"flag": {"f": 0}}')
        assert enabled("f", 100), "it is read once a second"
    finally:
        logging.getLogger("async_adapters").disabled = False
        del os.environ["ASYNC_ADAPTERS_SETTINGS"]
        adapters._source.sections = {}


def a_provider_is_asked_first_and_may_fail():
    def broken(name, key):
        raise RuntimeError("the flag service is down")

    logging.getLogger("async_adapters").disabled = True
    try:
        for ask, wanted in (
            (lambda name, key: 0, False),
            (lambda name, key: True, True),
            (lambda name, key: None, True),
            (broken, False),
            (lambda name, key: 100 * (key == "a"), False),
        ):
            adapters.set_flag_provider(ask)
            assert enabled("f", 100, key="b") is wanted
    finally:
        logging.getLogger("async_adapters").disabled = False
        adapters.set_flag_provider(lambda name, key: None)


# What is told


def figures_are_logged_as_fields():
    records = []
    handler = logging.Handler()
    handler.emit = records.append
    logger = logging.getLogger("async_adapters")
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    asyncio.run(offload(int))
    logger.removeHandler(handler)
    waited, took = records
    assert (waited.limiter, waited.waited >= 0) == ("default", True)
    assert (took.span, took.limiter, took.seconds >= 0) == ("offload int", "default", True)
    json.dumps(took.getMessage())


def main():
    for name, check in list(globals().items()):
        if callable(check) and "_" in name and check.__module__ == "__main__":
            if check.__code__.co_argcount:
                continue
            asyncio.run(check()) if asyncio.iscoroutinefunction(check) else check()
            print(name)


if __name__ == "__main__":
    sys.exit(main())
