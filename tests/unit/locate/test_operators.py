"""Special methods of project classes that operators and builtins run."""

import pytest

CASES = {
    "operators of project classes": """
        import time

        class Slow:
            def __add__(self, other):
                time.sleep(1)
            def __radd__(self, other):
                time.sleep(2)
            def __getitem__(self, key):
                time.sleep(1)
            def __setitem__(self, key, value):
                time.sleep(1)
            def __delitem__(self, key):
                time.sleep(1)
            def __contains__(self, item):
                time.sleep(1)
            def __len__(self):
                time.sleep(1)
            def __str__(self):
                time.sleep(1)
            def __bool__(self):
                time.sleep(1)
            def __eq__(self, other):
                time.sleep(1)
            def __lt__(self, other):
                time.sleep(1)
            def __neg__(self):
                time.sleep(1)
            def __iadd__(self, other):
                time.sleep(1)
            def __matmul__(self, other):
                time.sleep(1)
            def __int__(self):
                time.sleep(1)
            def __format__(self, spec):
                time.sleep(1)
            def __hash__(self):
                time.sleep(1)

        class Quick:
            def __add__(self, other):
                return self

        async def f(a: Slow, b: Slow, c, q: Quick):
            a + b  #! time.sleep
            1 + a  #! time.sleep
            a @ b  #! time.sleep
            a[0]  #! time.sleep
            a[0] = 1  #! time.sleep
            del a[0]  #! time.sleep
            c in a  #! time.sleep
            c not in a  #! time.sleep
            len(a)  #! time.sleep
            str(a)  #! time.sleep
            bool(a)  #! time.sleep
            int(a)  #! time.sleep
            hash(a)  #! time.sleep
            a == b  #! time.sleep
            a < b  #! time.sleep
            -a  #! time.sleep
            a += b  #! time.sleep
            q + q
            q + 1
            c + 1
            c[0]
            len(c)

        async def tested(a: Slow, c):
            if a is None or c:
                return
            if a:  #! time.sleep
                print(a is c)

        async def looped(a: Slow):
            while a:  #! time.sleep
                break

        async def negated(a: Slow):
            return not a  #! time.sleep

        async def chosen(a: Slow):
            return 1 if a else 2  #! time.sleep

        async def joined(a: Slow, c):
            c and a
            return a and c  #! time.sleep
    """,
    "what operators give": """
        import requests

        class Pool:
            def __getitem__(self, key) -> requests.Session:
                return requests.Session()
            def __add__(self, other):
                return requests.Session()
            def __or__(self, other):
                return requests.Session()

        async def f(pool: Pool):
            pool[0].get("u")  #! requests.Session.get
            (pool + 1).get("u")  #! requests.Session.get
            (pool | 1).get("u")  #! requests.Session.get
            (1 | 2).get("u")
    """,
}


@pytest.mark.parametrize("text", CASES.values(), ids=CASES)
def test_operator(text: str, check) -> None:
    check(text)
