"""Handlers that become plain functions."""

from __future__ import annotations

from pathlib import Path

import pytest

from refactor_agent.rulebook import RuleBook
from unit.plan.planning import planned

CASES = {
    "a route that awaits nothing": (
        """
        ## app.py
        import threading
        from fastapi import FastAPI
        app = FastAPI()
        lock = threading.Lock()
        @app.get("/")
        async def index():
            with lock:
                return open("x").read()
        """,
        ["index: demote -index"],
    ),
    "one that is called elsewhere stays": (
        """
        ## app.py
        import threading
        from fastapi import FastAPI
        app = FastAPI()
        lock = threading.Lock()
        @app.get("/")
        async def index():
            with lock:
                return open("x").read()
        async def other():
            return await index()
        """,
        ["index: leave called-elsewhere lock-held no-async-equivalent"],
    ),
    "one that awaits stays": (
        """
        ## app.py
        import threading
        from fastapi import FastAPI, Request
        app = FastAPI()
        lock = threading.Lock()
        @app.post("/")
        async def index(request: Request):
            body = await request.body()
            with lock:
                return open("x").read()
        """,
        ["index: leave awaits lock-held no-async-equivalent"],
    ),
    "it goes on needing the sync form of what others await": (
        """
        ## app.py
        import threading
        import time
        from fastapi import FastAPI
        app = FastAPI()
        lock = threading.Lock()
        def pause():
            time.sleep(1)
        @app.get("/")
        async def index():
            pause()
            with lock:
                time.sleep(2)
        async def other():
            pause()
        """,
        [
            "index: demote -index",
            "other: native pause>pause_async sleep@7=native pause@14=await | offload",
        ],
    ),
    "one decorated by something else too stays": (
        """
        ## app.py
        import threading
        from fastapi import FastAPI
        from other import audited
        app = FastAPI()
        lock = threading.Lock()
        @app.get("/")
        @audited
        async def index():
            with lock:
                return open("x").read()
        """,
        ["index: leave lock-held no-async-equivalent"],
    ),
}


@pytest.mark.parametrize(("text", "expected"), CASES.values(), ids=CASES)
def test_plan(text: str, expected: list[str], tmp_path: Path, rulebook: RuleBook) -> None:
    assert planned(tmp_path, text, rulebook) == expected
