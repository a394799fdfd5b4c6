"""Casts and attributes by name."""

import pytest

CASES = {
    "cast and getattr": """
        from typing import cast, Any
        import typing as t
        import requests
        from pathlib import Path

        class Box:
            session = requests.Session()
            def run(self):
                requests.get("u")

        async def f(box: Box, x: Any, name):
            cast(Path, x).exists()  #! pathlib.Path.exists
            t.cast("Path", x).exists()  #! pathlib.Path.exists
            cast("Path | None", x).exists()  #! pathlib.Path.exists
            cast("list[Path]", x)[0].exists()  #! pathlib.Path.exists
            cast(list[Path], x)[0].exists()  #! pathlib.Path.exists
            cast(str, x).exists()
            getattr(box, "run")()  #! requests.get
            getattr(box, "session", None).get("u")  #! requests.Session.get
            getattr(box, name).get("u")
            run = getattr(box, "run", None)
            if run:
                run()  #! requests.get
            getattr(x, "client", requests.Session()).get("u")  #! requests.Session.get
    """,
}


@pytest.mark.parametrize("text", CASES.values(), ids=CASES)
def test_lookup(text: str, check) -> None:
    check(text)
