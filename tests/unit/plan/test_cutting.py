"""How regions are cut into change sets."""

from __future__ import annotations

from pathlib import Path

import pytest

from refactor_agent.rulebook import RuleBook
from unit.plan.planning import planned

CASES = {
    "entries that share no edited function are apart": (
        """
        ## app.py
        import time
        async def one():
            time.sleep(1)
        async def two():
            time.sleep(2)
        """,
        [
            "one: native sleep@3=native",
            "two: native sleep@5=native",
        ],
    ),
    "handlers inside one function are together": (
        """
        ## app.py
        import time
        def create():
            async def one():
                time.sleep(1)
            async def two():
                time.sleep(2)
            return one, two
        """,
        ["one, two: native sleep@4=native sleep@6=native"],
    ),
    "what can't be resolved is left beside what can": (
        """
        ## app.py
        import threading
        import time
        lock = threading.Lock()
        async def main():
            time.sleep(1)
            with lock:
                time.sleep(2)
        """,
        [
            "main: native sleep@5=native",
            "main: leave lock-held",
        ],
    ),
    "what can't go to a thread is left beside what can": (
        """
        ## app.py
        import io
        import os
        def settle(file: io.TextIOWrapper):
            file.flush()
            os.fsync(file.fileno())
        async def main(file: io.TextIOWrapper):
            os.remove("x")
            settle(file)
        """,
        [
            "main: leave no-async-equivalent shared-unsafe-object",
            "main: offload remove@7=offload",
        ],
    ),
    "the weightiest comes first": (
        """
        ## app.py
        import os
        import time
        async def light():
            os.stat("x")
        async def heavy():
            time.sleep(1)
        """,
        [
            "heavy: native sleep@6=native",
            "light: offload stat@4=offload",
        ],
    ),
}


@pytest.mark.parametrize(("text", "expected"), CASES.values(), ids=CASES)
def test_plan(text: str, expected: list[str], tmp_path: Path, rulebook: RuleBook) -> None:
    assert planned(tmp_path, text, rulebook) == expected
