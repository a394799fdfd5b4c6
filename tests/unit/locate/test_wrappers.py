"""Wrappers of the project around offloads, and callers of callbacks."""

import pytest

CASES = {
    "offloads that objects keep": """
        import asyncio
        import functools
        import time
        from concurrent.futures import ThreadPoolExecutor

        class Device:
            def __init__(self):
                self._executor = ThreadPoolExecutor(1)
                self._submit = self._executor.submit
                self._to_thread = asyncio.to_thread
                self._run_io = asyncio.get_event_loop().run_in_executor

            async def _run(self, function, *args):
                loop = asyncio.get_running_loop()
                return await loop.run_in_executor(self._executor, function, *args)

            def work(self):
                time.sleep(1)

            async def f(self):
                def inner():
                    self.work()
                await self._run(self.work)
                await self._run(lambda: self.work())
                await self._run(functools.partial(self.work))
                await asyncio.wrap_future(self._submit(inner))
                await self._to_thread(inner)
                await self._run_io(None, inner)
                await self._run(self.work())  #! time.sleep
        """,
    "wrappers through several levels": """
        import asyncio, time, functools
        from concurrent.futures import ThreadPoolExecutor
        async def inner(function, *args):
            return await asyncio.to_thread(function, *args)
        async def middle(function, *args):
            return await inner(function, *args)
        async def outer(label, fn):
            return await middle(fn)
        def slow():
            time.sleep(1)
        class Runner:
            def __init__(self):
                self.pool = ThreadPoolExecutor()
            async def run(self, function, *args):
                loop = asyncio.get_running_loop()
                return await loop.run_in_executor(self.pool, functools.partial(function, *args))
            async def deep(self, function):
                return await self.run(function)
            @staticmethod
            async def static(function):
                return await asyncio.to_thread(function)
            async def via_lambda(self, function, *args):
                return await asyncio.to_thread(lambda: function(*args))
            async def via_nested(self, function, *args):
                def call():
                    return function(*args)
                return await asyncio.to_thread(call)
            async def kw(self, *, func):
                return await asyncio.to_thread(func)
        async def f(runner: Runner):
            await outer("x", slow)
            await runner.run(slow)
            await runner.deep(slow)
            await runner.deep(lambda: time.sleep(1))
            await Runner.static(slow)
            await runner.via_lambda(slow)
            await runner.via_nested(slow)
            await runner.via_lambda(lambda: slow())
            await runner.kw(func=slow)
            await runner.kw(func=lambda: time.sleep(1))
            await runner.deep(slow())  #! time.sleep
            await outer("x", slow())  #! time.sleep
            await asyncio.to_thread(slow())  #! time.sleep
            await asyncio.to_thread(functools.partial(slow, slow()))  #! time.sleep
    """,
    "wrappers that are lambdas of the call": """
        import asyncio, time
        def slow():
            time.sleep(1)
            return 1
        async def each(functions):
            for function in functions:
                await asyncio.to_thread(function)
        async def bare(function):
            return function()  #! time.sleep
        async def f():
            await each([slow, slow])
            await bare(slow)
    """,
    "results of offloads": """
        import asyncio, requests
        def make():
            return requests.Session()
        async def run(function, *args):
            return await asyncio.to_thread(function, *args)
        async def f(loop):
            s = await asyncio.to_thread(make)
            s.get("u")  #! requests.Session.get
            t = await loop.run_in_executor(None, make)
            t.get("u")  #! requests.Session.get
            u = await asyncio.to_thread(requests.Session)
            u.get("u")  #! requests.Session.get
            v = await run(make)
            v.get("u")  #! requests.Session.get
    """,
    "callbacks to sync callers": """
        import time
        from functools import partial, reduce
        def apply(function, *args, **kwargs):
            return function(*args, **kwargs)
        def deep(fn):
            return apply(fn)
        def stored(fn):
            keep = fn
            return keep()
        def kw(*, callback=None):
            if callback:
                callback()
        def opt(on_done=None):
            (on_done or str)()
        def looped(fns):
            for fn in fns:
                fn()
        def nested(fn):
            def inner():
                return fn()
            return inner()
        def listed(fn, xs):
            return [fn(x) for x in xs]
        def never(fn):
            return fn
        class Machine:
            def __init__(self, step):
                self.step = step
            def go(self):
                self.step()
            def each(self, fn):
                fn()
        def slow(*a):
            time.sleep(1)
        class Caller:
            def slow(self):
                time.sleep(1)
            async def f(self):
                apply(self.slow)  #! time.sleep
                m = Machine(self.slow)
                m.go()  #! time.sleep
        async def f(xs, m: Machine):
            apply(slow)  #! time.sleep
            deep(slow)  #! time.sleep
            deep(partial(slow, 1))  #! time.sleep
            stored(slow)  #! time.sleep
            kw(callback=slow)  #! time.sleep
            opt(on_done=slow)  #! time.sleep
            looped([slow])  #! time.sleep
            nested(slow)  #! time.sleep
            listed(slow, xs)  #! time.sleep
            never(slow)
            m.each(slow)  #! time.sleep
            reduce(slow, xs)  #! time.sleep
            list(filter(slow, xs))  #! time.sleep
            apply(time.sleep, 1)  #! time.sleep
    """,
    "callables that are kept": """
        import time
        class Bus:
            def __init__(self):
                self.handlers = []
                self.by_name = {}
            def on(self, name, handler):
                self.handlers.append(handler)
                self.by_name[name] = handler
            def emit(self):
                for handler in self.handlers:
                    handler()
            def emit_one(self, name):
                self.by_name[name]()
        def slow():
            time.sleep(1)
        bus = Bus()
        bus.on("a", slow)
        async def f():
            bus.emit()  #! time.sleep
            bus.emit_one("a")  #! time.sleep
        class Quiet:
            def __init__(self, step):
                self.step = step
            def go(self):
                return self.step
        async def g():
            Quiet(slow).go()
    """,
    "wrappers and callers that try again": """
        import asyncio, functools, requests, time
        async def in_thread(function, *args, tries=3):
            loop = asyncio.get_running_loop()
            for attempt in range(tries):
                try:
                    return await loop.run_in_executor(None, function, *args)
                except OSError:
                    await asyncio.sleep(attempt)
        async def bound_in_thread(function, *args):
            call = function
            if args:
                call = functools.partial(function, *args)
            return await asyncio.to_thread(call)
        def retry(function, *args, tries=3, on_error=None):
            call = functools.partial(function, *args)
            while tries:
                try:
                    return call()
                except OSError as error:
                    tries -= 1
                    if on_error:
                        on_error(error)
        def again(function):
            for _ in range(3):
                try:
                    return function()
                except OSError:
                    continue
        def fetch(url="u"):
            return requests.get(url)
        async def f():
            await in_thread(fetch)
            await in_thread(lambda: time.sleep(1))
            await bound_in_thread(lambda: time.sleep(1))
            again(fetch)  #! requests.get
            retry(fetch, "u")  #! requests.get
            retry(len, "u", on_error=lambda error: time.sleep(1))  #! time.sleep
    """,
    "decorators with options, with and without brackets": """
        import asyncio, functools, time
        def threaded(function=None, *, pool=None):
            def decorator(inner):
                @functools.wraps(inner)
                async def wrapper(*args, **kwargs):
                    loop = asyncio.get_running_loop()
                    call = functools.partial(inner, *args, **kwargs)
                    return await loop.run_in_executor(pool, call)
                return wrapper
            return decorator(function) if function else decorator
        def timed(function=None, *, label=""):
            def decorator(inner):
                @functools.wraps(inner)
                def wrapper(*args):
                    return inner(*args)
                return wrapper
            return decorator(function) if function else decorator
        @threaded
        def one():
            time.sleep(1)
        @threaded(pool=None)
        def two():
            time.sleep(1)
        @timed
        def three():
            time.sleep(1)
        class Service:
            @threaded
            def four(self):
                time.sleep(1)
        async def f(service: Service):
            await one()
            await two()
            await service.four()
            three()  #! time.sleep
    """,
    "what runs at once in another context or retrying": """
        import contextvars, requests, time
        from tenacity import Retrying
        class Service:
            def __init__(self):
                self.context = contextvars.copy_context()
            async def go(self):
                self.context.run(time.sleep, 1)  #! time.sleep
                Retrying()(requests.get, "u")  #! requests.get
    """,
    "what the loop calls later": """
        import asyncio, signal, time
        from concurrent.futures import ThreadPoolExecutor
        class Writer:
            def __init__(self):
                self.loop = asyncio.get_event_loop()
            def flush(self):
                open("a")
            def tell(self, task):
                time.sleep(1)
            async def other(self):
                pass
            async def go(self, pool: ThreadPoolExecutor, loop: asyncio.AbstractEventLoop):
                self.loop.call_later(1, self.flush)  #! builtins.open
                asyncio.get_running_loop().call_soon(lambda: time.sleep(1))  #! time.sleep
                loop.add_signal_handler(signal.SIGTERM, self.tell, 1)  #! time.sleep
                asyncio.create_task(self.other()).add_done_callback(self.tell)  #! time.sleep
                pool.submit(self.flush).add_done_callback(self.tell)
                self.loop.run_in_executor(None, self.flush)
    """,
    "what is called until it gives a sentinel": """
        async def digest(path):
            with open(path, "rb") as file:  #! builtins.open
                for chunk in iter(lambda: file.read(4096), b""):  #! io.BufferedReader.read
                    print(chunk)
    """,
    "a wrapper that may be told to do without threads": """
        import asyncio
        import time
        from contextvars import copy_context
        from functools import partial

        threads = True

        async def run(func, *args):
            def guarded():
                return func(*args)

            if not threads:
                return guarded()
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(None, copy_context().run, guarded)

        async def plain(func, *args):
            if not threads:
                return func(*args)
            return await asyncio.to_thread(partial(copy_context().run, func, *args))

        async def bare(func):
            return func()  #! time.sleep

        def wait():
            time.sleep(1)

        async def f():
            await run(wait)
            await plain(wait)
            await bare(wait)
            await run(print, wait())  #! time.sleep

        async def g():
            def work():
                time.sleep(1)

            if not threads:
                work()  #! time.sleep
            await asyncio.to_thread(work)
    """,
}


@pytest.mark.parametrize("text", CASES.values(), ids=CASES)
def test_wrapper(text: str, check) -> None:
    check(text)
