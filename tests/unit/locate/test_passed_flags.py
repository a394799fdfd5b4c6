"""What a call passes for a flag, or leaves at its default, decides which branches it runs."""

import pytest

CASES = {
    "a flag at its default, given, and unknown": """
        import time

        def speak(text, synthesize=False):
            if synthesize:
                time.sleep(1)
            return text

        async def quiet():
            speak("hello")

        async def by_name():
            speak("hello", synthesize=False)

        async def loud():
            speak("hello", True)  #! time.sleep

        async def open_to_all(wanted):
            speak("hello", wanted)  #! time.sleep
        """,
    "tests of all kinds": """
        import time

        def run(mode="fast", limit=None, level=0, strict=True):
            if not strict:
                time.sleep(1)
            if limit is not None:
                time.sleep(1)
            if mode == "slow" and level:
                time.sleep(1)
            if mode in {"slower", "slowest"}:
                time.sleep(1)
            if mode != "fast" and level:
                time.sleep(1)
            level and time.sleep(1)
            strict or time.sleep(1)
            return time.sleep(1) if limit else None

        async def f():
            run(mode="fast")

        async def g():
            run(limit=3)  #! time.sleep
        """,
    "what comes after an early return, and the other arms": """
        import os
        import time

        def clean(path, dry_run=True):
            if dry_run:
                return
            os.remove(path)

        def choose(path, kind="a"):
            if kind == "a":
                pass
            elif kind == "b":
                os.remove(path)
            else:
                time.sleep(1)

        def refuse(path, force=False):
            if force:
                os.remove(path)
            else:
                raise ValueError(path)
            time.sleep(1)

        async def f(path):
            clean(path)
            choose(path)
            refuse(path)

        async def g(path):
            clean(path, dry_run=False)  #! os.remove
            choose(path, "b")  #! os.remove
            choose(path, "c")  #! time.sleep
            refuse(path, True)  #! os.remove, time.sleep
        """,
    "what is not None": """
        from pathlib import Path

        def read(path, settings=None):
            if settings is None:
                settings = Path(path).read_text()
            return settings

        async def f(path):
            read(path, {"a": 1})
            read(path, [])

        async def g(path, own=None):
            read(path, own)  #! pathlib.Path.read_text
            read(path)  #! pathlib.Path.read_text
        """,
    "passed on through several functions": """
        import time

        class Store:
            def __init__(self, path, check=False):
                self._open(path, check=check)

            def _open(self, path, *, check):
                if check:
                    self._check(path)

            def _check(self, path):
                time.sleep(1)

            @classmethod
            def at(cls, path, check=False):
                return cls(path, check)

        async def f(path):
            Store(path)
            Store.at(path)

        async def g(path):
            Store(path, True)  #! time.sleep
            Store.at(path, check=True)  #! time.sleep
        """,
    "named beside what else is passed": """
        import time

        class Cache:
            def set(self, key, value, local_only=False, **options):
                if local_only is False:
                    time.sleep(1)

        class Shared(Cache):
            def set(self, key, value, local_only=False, **options):
                return super().set(key, value, local_only=local_only, **options)

        async def near(cache: Shared, *row, **options):
            cache.set("a", 1, local_only=True, ttl=3)
            Cache().set(*row, local_only=True)

        async def far(cache: Shared, *row, **options):
            cache.set("a", 1, **options)  #! time.sleep
            cache.set("a", 1, local_only=False, **options)  #! time.sleep
            Cache().set(*row)  #! time.sleep
        """,
    "a parameter that is bound anew": """
        import os
        import time

        def ask(wait=False):
            wait = wait or os.environ.get("WAIT")
            if wait:
                time.sleep(1)

        def retry(wait=False):
            for _ in range(3):
                if wait:
                    time.sleep(1)
                wait = True

        def outer(wait=False):
            def decide():
                nonlocal wait
                wait = True
            decide()
            if wait:
                time.sleep(1)

        def looped(wait=False):
            for _ in range(3):
                if wait:
                    time.sleep(1)

        def enlarge(limit=0):
            if os.environ.get("LIMIT"):
                limit = 9_000_000_000
            if limit:
                time.sleep(1)

        def pause(limit):
            if limit:
                time.sleep(1)

        def raised(limit=0):
            pause(9_000_000_000 if os.environ.get("LIMIT") else 0)

        async def f():
            enlarge()  #! time.sleep
            raised()  #! time.sleep
            ask()  #! time.sleep
            retry()  #! time.sleep
            outer()  #! time.sleep
            looped()
        """,
    "arguments that cannot be told": """
        import functools
        import time

        def eager(function):
            @functools.wraps(function)
            def run(*args, **kwargs):
                return function(*args, wait=True, **kwargs)
            return run

        @eager
        def decorated(wait=False):
            if wait:
                time.sleep(1)

        def plain(wait=False):
            if wait:
                time.sleep(1)

        def call(function):
            return function(True)

        def from_inside():
            wait = False
            def decide():
                nonlocal wait
                wait = True
            decide()
            plain(wait)

        def both(wait):
            if not wait:
                time.sleep(1)

        def of_two(asked):
            both(asked and True)

        async def f(args, options):
            from_inside()  #! time.sleep
            of_two(options)  #! time.sleep
            decorated()  #! time.sleep
            plain(*args)  #! time.sleep
            plain(**options)  #! time.sleep
            call(plain)  #! time.sleep
            functools.partial(plain, True)()  #! time.sleep
        """,
    "an override with a default of its own": """
        import time

        class Base:
            def load(self, wait=False):
                if wait:
                    time.sleep(1)

        class Patient(Base):
            def load(self, wait=True):
                if wait:
                    time.sleep(2)

        async def f(base: Base):
            base.load()  #! time.sleep

        async def g(base: Base):
            base.load(False)

        async def h():
            Base().load()
        """,
    "one and true are not the same": """
        import time

        def run(level=1):
            if level is True:
                time.sleep(1)
            if level == 2:
                time.sleep(1)

        async def f():
            run()
            run(True)  #! time.sleep
        """,
    "what a test leaves open": """
        import time

        def run(a=False, b=False, c=None):
            if a or c:
                time.sleep(1)
            if not (a and b):
                time.sleep(1)
            while not a:
                time.sleep(1)
            try:
                if a:
                    raise ValueError
            except ValueError:
                time.sleep(1)

        async def f():
            run()  #! time.sleep
        """,
}


@pytest.mark.parametrize("name", CASES)
def test_flags(name, check):
    check(CASES[name])


def test_of_many_different_calls_nothing_is_known(check):
    calls = "".join(f"    helper({number})\n" for number in range(40))
    helper = "def helper(number=0):\n    if number == 99:\n        time.sleep(1)\n"
    check(
        f"import time\n\n{helper}\ndef all_of_them():\n{calls}\n"
        "async def f():\n    all_of_them()  #! time.sleep\n"
    )


def test_what_leads_to_nothing_that_blocks_makes_no_calls_different(check):
    calls = "".join(f"async def f{number}():\n    load(note={number})\n\n" for number in range(40))
    check(f"""\
import time

def remember(note):
    return note

def load(retry=False, note=0):
    if note == 99:
        remember(note)
    if retry:
        time.sleep(1)

async def g():
    load(retry=True)  #! time.sleep

{calls}""")
