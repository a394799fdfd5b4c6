"""Code that runs only where no event loop does."""

import pytest

CASES = {
    "a look for the loop": """
        import asyncio
        import time

        def handled():
            try:
                asyncio.get_running_loop()
            except RuntimeError:
                time.sleep(1)

        def named(job):
            try:
                loop = asyncio.get_running_loop()
            except RuntimeError:
                loop = None
            if loop is not None:
                return loop.create_task(job)
            time.sleep(1)

        def flagged():
            try:
                asyncio.get_running_loop()
                inside = True
            except RuntimeError:
                inside = False
            if not inside:
                for _ in range(3):
                    time.sleep(1)

        def preset():
            loop = None
            try:
                loop = asyncio.get_running_loop()
            except RuntimeError:
                pass
            if loop is None or not loop.is_running():
                time.sleep(1)

        def refused():
            try:
                asyncio.get_running_loop()
            except RuntimeError:
                pass
            else:
                raise RuntimeError("await the other one")
            time.sleep(1)

        def asked():
            loop = asyncio.get_event_loop()
            if loop.is_running():
                return 1
            else:
                time.sleep(1)

        async def f(job):
            handled()
            named(job)
            flagged()
            preset()
            refused()
            asked()
    """,
    "the other side blocks": """
        import asyncio
        import time

        def handled():
            try:
                asyncio.get_running_loop()
                time.sleep(1)
            except RuntimeError:
                pass

        def named():
            try:
                loop = asyncio.get_running_loop()
            except RuntimeError:
                loop = None
            if loop and loop.is_running():
                time.sleep(1)

        def rebound():
            try:
                loop = asyncio.get_running_loop()
            except RuntimeError:
                loop = None
            loop = find()
            if loop is None:
                time.sleep(1)

        def given(loop=None):
            if loop is None:
                time.sleep(1)

        def anything():
            try:
                find()
                asyncio.get_running_loop()
            except RuntimeError:
                time.sleep(1)

        def after():
            try:
                loop = asyncio.get_running_loop()
            except RuntimeError:
                return
            time.sleep(1)

        async def f():
            handled()  #! time.sleep
            named()  #! time.sleep
            rebound()  #! time.sleep
            given()  #! time.sleep
            anything()  #! time.sleep
            after()  #! time.sleep
    """,
}


@pytest.mark.parametrize("text", CASES.values(), ids=CASES)
def test_loop_test(text: str, check) -> None:
    check(text)
