"""The sync side stays as it is, and an async side is put beside it, with exports and tests."""

from __future__ import annotations

from textwrap import dedent

import pytest

from refactor_agent.edit import apply_proposal
from refactor_agent.entry import plan_twin

PYPROJECT = (
    '[project]\nname = "shop"\nversion = "1"\ndependencies = ["httpx"]\n'
    '[project.optional-dependencies]\ntest = ["pytest-asyncio"]\n'
)
STORE = """
import time


class Store:
    # how often
    tries = 3

    def __enter__(self) -> "Store":
        return self

    def __exit__(self, *exc_info: object) -> None:
        pass

    def read(self) -> int:
        time.sleep(0)
        return self.tries

    def copy(self) -> "Store":
        return Store()
"""
ASYNC_STORE = """

class AsyncStore:
    # how often
    tries = 3

    def __enter__(self) -> "AsyncStore":
        return self

    def __exit__(self, *exc_info: object) -> None:
        pass

    async def read(self) -> int:
        await asyncio.sleep(0)
        return self.tries

    def copy(self) -> "AsyncStore":
        return AsyncStore()
"""

CASES = [
    pytest.param(
        {"shop.py": STORE},
        ["shop:Store"],
        {"shop.py": STORE.replace("import time", "import asyncio\nimport time") + ASYNC_STORE},
        id="a class, its annotations and itself in its code",
    ),
    pytest.param(
        {
            "shop/__init__.py": """
            from .store import Store as Store
            from .tools import load, plain

            __all__ = (
                "Store",
                "load",
                "plain",
            )
            """,
            "shop/store.py": STORE,
            "shop/tools.py": """
            from shop import store
            from shop.store import Store


            class Quick(Store):
                tries = 1


            def make() -> Store:
                return store.Store()


            def load() -> int:
                store = make()
                return store.read() + Quick().read()


            def plain() -> int:
                return 1
            """,
        },
        ["shop:load"],
        {
            "shop/__init__.py": """
            from .store import AsyncStore as AsyncStore, Store as Store
            from .tools import load, load_async, plain

            __all__ = (
                "AsyncStore",
                "Store",
                "load",
                "load_async",
                "plain",
            )
            """,
            "shop/store.py": STORE.replace("import time", "import asyncio\nimport time")
            + ASYNC_STORE,
            "shop/tools.py": """
            from shop import store
            from shop.store import AsyncStore, Store


            class Quick(Store):
                tries = 1


            class AsyncQuick(AsyncStore):
                tries = 1


            def make() -> Store:
                return store.Store()


            def make_async() -> AsyncStore:
                return store.AsyncStore()


            def load() -> int:
                store = make()
                return store.read() + Quick().read()


            async def load_async() -> int:
                store = make_async()
                return await store.read() + await AsyncQuick().read()


            def plain() -> int:
                return 1
            """,
        },
        id="a subclass, a factory, re-exports and __all__",
    ),
    pytest.param(
        {
            "shop.py": """
            import asyncio
            import time


            def get() -> int:
                time.sleep(0)
                return 1


            def put() -> None:
                time.sleep(0)


            async def aput() -> None:
                await asyncio.sleep(0)
            """
        },
        ["shop:get"],
        {
            "shop.py": """
            import asyncio
            import time


            def get() -> int:
                time.sleep(0)
                return 1


            async def aget() -> int:
                await asyncio.sleep(0)
                return 1


            def put() -> None:
                time.sleep(0)


            async def aput() -> None:
                await asyncio.sleep(0)
            """
        },
        id="the project's own way to name twins",
    ),
    pytest.param(
        {
            "shop.py": STORE,
            "tests/conftest.py": """
            import pytest

            from shop import Store


            @pytest.fixture
            def store():
                made = Store()
                made.read()
                return made
            """,
            "tests/test_shop.py": """
            import pytest

            from shop import Store


            class TestStore:
                @pytest.mark.parametrize("tries", [1, 2])
                def test_read(self, store, tries):
                    store.tries = tries
                    assert store.read() == tries

                def test_other(self):
                    assert 1 + 1 == 2


            def test_kind(store):
                assert isinstance(store.copy(), Store)
            """,
        },
        ["shop:Store"],
        {
            "shop.py": STORE.replace("import time", "import asyncio\nimport time") + ASYNC_STORE,
            "tests/conftest.py": """
            import pytest
            import pytest_asyncio

            from shop import AsyncStore, Store


            @pytest.fixture
            def store():
                made = Store()
                made.read()
                return made


            @pytest_asyncio.fixture
            async def store_async():
                made = AsyncStore()
                await made.read()
                return made
            """,
            "tests/test_shop_async.py": """
            import pytest

            from shop import AsyncStore


            class TestStore:
                @pytest.mark.asyncio
                @pytest.mark.parametrize("tries", [1, 2])
                async def test_read(self, store_async, tries):
                    store_async.tries = tries
                    assert await store_async.read() == tries


            def test_kind(store_async):
                assert isinstance(store_async.copy(), AsyncStore)
            """,
        },
        id="copies of its tests, and twins of their fixtures",
    ),
]


@pytest.mark.parametrize(("files", "entries", "expected"), CASES)
def test_put_beside(ground, files, entries, expected):
    made = ground({"pyproject.toml": PYPROJECT, **_dedented(files)})
    tree = made.base
    for planned in plan_twin(made, entries):
        assert planned.change_set.refusals == ()
        assert planned.proposal is not None
        tree = tree.with_changes(apply_proposal(tree, planned.proposal))
    assert {file: data.decode() for file, data in tree.changes.items()} == _dedented(expected)


def test_a_copy_says_of_which_test(ground):
    [planned] = plan_twin(
        ground({"pyproject.toml": PYPROJECT, **_dedented(CASES[3].values[0])}), ["shop:Store"]
    )
    assert planned.proposal is not None
    assert [(copy.test, copy.of) for copy in planned.proposal.tests] == [
        (f"tests/test_shop_async.py::{name}", f"tests/test_shop.py::{name}")
        for name in ("TestStore::test_read", "test_kind")
    ]


REFUSED = [
    pytest.param(
        STORE + "\n\nclass AsyncStore:\n    pass\n",
        "twin-exists",
        "shop.Store has an async side already, or its name is taken",
        id="the name is taken",
    ),
    pytest.param(
        """
        import httpx

        client = httpx.Client()


        class Store:
            def read(self) -> str:
                return client.get("http://shop").text
        """,
        "module-state",
        "shop.py: `client = httpx.AsyncClient()` would have to serve both sides",
        id="a client that both sides would use",
    ),
]


@pytest.mark.parametrize(("text", "reason", "says"), REFUSED)
def test_refused(ground, text, reason, says):
    [planned] = plan_twin(
        ground({"pyproject.toml": PYPROJECT, "shop.py": dedent(text).lstrip()}), ["shop:Store"]
    )
    assert planned.proposal is None
    found = {refusal.reason: refusal.message for refusal in planned.change_set.refusals}
    assert says in found[reason]


def _dedented(files):
    return {file: dedent(text).lstrip() for file, text in files.items()}
