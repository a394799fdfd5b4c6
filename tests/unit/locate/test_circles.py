"""Functions that all call one another, each passing on what it was given."""

from itertools import permutations

import pytest

NAMES = tuple("abcdefghij")


@pytest.mark.parametrize("count", [2, 10])
def test_circles_within_circles_are_worked_out_in_bounded_time(check, count):
    """Every parameter holds what the others hold: tries must not double with each function."""
    names = NAMES[:count]
    bodies = {name: [f"def {name}(given):"] for name in names}
    for name, other in permutations(names, 2):
        bodies[name] += ["    for part in given.parts():", f"        {other}(part)"]
    functions = "\n\n".join("\n".join(lines) for lines in bodies.values())
    start = (
        "import time\n\nasync def start(whole):\n    a(whole)\n    time.sleep(1)  #! time.sleep\n"
    )
    check(f"{functions}\n\n{start}")


def test_an_annotation_that_is_imported_in_a_circle_hides_no_other(check):
    """It stands for nothing; following it for ever left what stands beside it unknown too."""
    check("""
        # file: shop/a.py
        from .b import Path
        from .a import Name
        # file: shop/b.py
        from .a import Path
        # file: shop/c.py
        import requests
        from .a import Name, Path

        async def start(session: Name | Path | requests.Session):
            session.get("https://example.org")  #! requests.Session.get
        """)


@pytest.mark.parametrize("count", [100, 1_000])
def test_a_circle_that_is_longer_than_the_stack_ends(check, count):
    """Each object comes from the next function, and the last one's from the first."""
    functions = "".join(
        f"def f{n}(given):\n    given.go()\n    return f{(n + 1) % count}(given)\n\n"
        for n in range(count)
    )
    check(
        "import time\n\nasync def start(given):\n    f5(given).run()\n"
        f"    time.sleep(1)  #! time.sleep\n\n{functions}"
    )
