"""Where a project keeps its two sides in packages, a twin lands in the async one."""

from __future__ import annotations

from textwrap import dedent

import pytest

from refactor_agent.entry import plan_twin

PYPROJECT = (
    '[project]\nname = "shop"\nversion = "1"\ndependencies = ["httpx"]\n'
    '[project.optional-dependencies]\ntest = ["pytest-asyncio"]\n'
)
PAIR = {
    "shop/_errors.py": "class ShopError(Exception):\n    pass\n",
    "shop/_sync/connection.py": """
    import time


    class Connection:
        def get(self, path: str) -> str:
            time.sleep(0)
            return path

        def close(self) -> None:
            time.sleep(0)


    def default_timeout() -> float:
        return 5.0
    """,
    "shop/_async/connection.py": """
    import asyncio


    class AsyncConnection:
        async def get(self, path: str) -> str:
            await asyncio.sleep(0)
            return path

        async def aclose(self) -> None:
            await asyncio.sleep(0)


    def default_timeout() -> float:
        return 5.0
    """,
}
RETRY = '''
"""Tries again."""

from __future__ import annotations

import logging
import time
from types import TracebackType

from .._errors import ShopError
from .connection import Connection, default_timeout

__all__ = ["Gone", "RetryClient"]

logger = logging.getLogger(__name__)

PAUSE = 0.1


class Gone(ShopError):
    """Nothing is there."""


class RetryClient:
    """Asks up to three times."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.timeout = default_timeout()

    def __enter__(self) -> RetryClient:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def get(self, path: str) -> str:
        for _ in range(3):
            try:
                return self._connection.get(path)
            except ShopError:
                logger.info("again")
                time.sleep(PAUSE)
        raise Gone(path)

    def close(self) -> None:
        self._connection.close()


def describe(error: TracebackType) -> str:
    return str(error)
'''
ASYNC_RETRY = '''
"""Tries again."""

from __future__ import annotations

import asyncio
import logging

from .._errors import ShopError
from .._sync.retry import PAUSE, Gone
from .connection import AsyncConnection, default_timeout

__all__ = ["AsyncRetryClient"]

logger = logging.getLogger(__name__)


class AsyncRetryClient:
    """Asks up to three times."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self.timeout = default_timeout()

    async def __aenter__(self) -> AsyncRetryClient:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.aclose()

    async def get(self, path: str) -> str:
        for _ in range(3):
            try:
                return await self._connection.get(path)
            except ShopError:
                logger.info("again")
                await asyncio.sleep(PAUSE)
        raise Gone(path)

    async def aclose(self) -> None:
        await self._connection.aclose()
'''

CASES = [
    pytest.param(
        {
            **PAIR,
            "shop/__init__.py": """
            from ._async.connection import AsyncConnection
            from ._sync.connection import Connection
            from ._sync.retry import Gone, RetryClient

            __all__ = ["AsyncConnection", "Connection", "Gone", "RetryClient"]
            """,
            "shop/_sync/__init__.py": "",
            "shop/_async/__init__.py": "",
            "shop/_sync/retry.py": RETRY,
        },
        ["shop:RetryClient"],
        {
            "shop/__init__.py": """
            from ._async.connection import AsyncConnection
            from ._async.retry import AsyncRetryClient
            from ._sync.connection import Connection
            from ._sync.retry import Gone, RetryClient

            __all__ = ["AsyncConnection", "AsyncRetryClient", "Connection", "Gone", "RetryClient"]
            """,
            "shop/_async/retry.py": ASYNC_RETRY,
        },
        id="named and made of what the pairs show",
    ),
    pytest.param(
        {
            "shop/__init__.py": "from ._sync import Store, load\n",
            "shop/_sync/__init__.py": """
            from .store import Store
            from .tools import load

            __all__ = ["Store", "load"]
            """,
            "shop/_sync/store.py": """
            import time


            class Store:
                def read(self) -> int:
                    time.sleep(0)
                    return 1
            """,
            "shop/_sync/tools.py": """
            from .store import Store


            def load() -> int:
                return Store().read()
            """,
        },
        ["shop:load"],
        {
            "shop/__init__.py": """
            from ._async import AsyncStore, load_async
            from ._sync import Store, load
            """,
            "shop/_async/__init__.py": """
            from .store import AsyncStore
            from .tools import load_async

            __all__ = ["AsyncStore", "load_async"]
            """,
            "shop/_async/store.py": """
            import asyncio


            class AsyncStore:
                async def read(self) -> int:
                    await asyncio.sleep(0)
                    return 1
            """,
            "shop/_async/tools.py": """
            from .store import AsyncStore


            async def load_async() -> int:
                return await AsyncStore().read()
            """,
        },
        id="the async package is made where there is none",
    ),
    pytest.param(
        {
            **PAIR,
            "shop/__init__.py": "",
            "shop/_sync/__init__.py": "",
            "shop/_async/__init__.py": "",
            "shop/_async/pages.py": '''
            """Pages."""

            import asyncio

            from .connection import AsyncConnection


            async def one(connection: AsyncConnection) -> str:
                await asyncio.sleep(0)
                return await connection.get("/1")
            ''',
            "shop/_sync/pages.py": '''
            """Pages."""

            import time
            from collections.abc import Iterator

            from .connection import Connection


            def one(connection: Connection) -> str:
                time.sleep(0)
                return connection.get("/1")


            def each(connection: Connection, count: int) -> Iterator[str]:
                for number in range(count):
                    yield connection.get(f"/{number}")
            ''',
        },
        ["shop._sync.pages:each"],
        {
            "shop/_async/pages.py": '''
            """Pages."""

            import asyncio
            from collections.abc import AsyncIterator

            from .connection import AsyncConnection


            async def one(connection: AsyncConnection) -> str:
                await asyncio.sleep(0)
                return await connection.get("/1")


            async def each(connection: AsyncConnection, count: int) -> AsyncIterator[str]:
                for number in range(count):
                    yield await connection.get(f"/{number}")
            ''',
        },
        id="added to the module that is there",
    ),
]


ASKED = pytest.param(
    {
        "shop/__init__.py": """
        from shop.store import Store as Store
        """,
        "shop/models.py": """
        from dataclasses import dataclass


        @dataclass
        class Item:
            name: str
        """,
        "shop/store.py": """
        import time
        from typing import TYPE_CHECKING

        from .models import Item

        if TYPE_CHECKING:
            from .report import Report


        def clean(name: str) -> str:
            return name.strip()


        class Store:
            def read(self, name: str, report: "Report | None" = None) -> Item:
                from .models import Item as Other

                time.sleep(0)
                return Other(clean(name))
        """,
        "shop/report.py": "class Report:\n    pass\n",
        "tests/test_store.py": """
        import pytest

        from shop import Store
        from shop.store import clean


        def test_read():
            assert Store().read(" a ").name == clean("a ")
        """,
    },
    ["shop:Store"],
    {
        "shop/__init__.py": """
        from shop._async.store import AsyncStore as AsyncStore
        from shop.store import Store as Store
        """,
        "shop/_async/__init__.py": "",
        "shop/_async/store.py": """
        import asyncio
        from typing import TYPE_CHECKING

        from ..models import Item
        from ..store import clean

        if TYPE_CHECKING:
            from ..report import Report


        class AsyncStore:
            async def read(self, name: str, report: "Report | None" = None) -> Item:
                from ..models import Item as Other

                await asyncio.sleep(0)
                return Other(clean(name))
        """,
        "tests/test_store_async.py": """
        import pytest

        from shop import AsyncStore
        from shop.store import clean


        @pytest.mark.asyncio
        async def test_read():
            assert (await AsyncStore().read(" a ")).name == clean("a ")
        """,
    },
    id="a package of its own, because it was asked for",
)
BESIDE = pytest.param(
    {
        "shop.py": """
        import asyncio
        import time


        class Client:
            def get(self, path: str) -> str:
                time.sleep(0)
                return path


        class AsyncClient:
            async def aget(self, path: str) -> str:
                await asyncio.sleep(0)
                return path


        class Store:
            def __init__(self, client: Client) -> None:
                self._client = client

            def read(self) -> str:
                return self._client.get("/")
        """,
    },
    ["shop:Store"],
    {
        "shop.py": """
        import asyncio
        import time


        class Client:
            def get(self, path: str) -> str:
                time.sleep(0)
                return path


        class AsyncClient:
            async def aget(self, path: str) -> str:
                await asyncio.sleep(0)
                return path


        class Store:
            def __init__(self, client: Client) -> None:
                self._client = client

            def read(self) -> str:
                return self._client.get("/")


        class AsyncStore:
            def __init__(self, client: AsyncClient) -> None:
                self._client = client

            async def aread(self) -> str:
                return await self._client.aget("/")
        """,
    },
    id="what has an async side beside it already is used",
)


@pytest.mark.parametrize(("files", "entries", "expected"), [BESIDE])
def test_uses_what_is_there(ground, files, entries, expected):
    [planned] = plan_twin(ground({"pyproject.toml": PYPROJECT, **_dedented(files)}), entries)
    assert planned.change_set.refusals == ()
    assert planned.proposal is not None
    assert {file.file: file.text for file in planned.proposal.files} == _dedented(expected)


@pytest.mark.parametrize(("files", "entries", "expected"), [ASKED])
def test_lands_where_it_was_asked_for(ground, files, entries, expected):
    made = ground({"pyproject.toml": PYPROJECT, **_dedented(files)})
    [planned] = plan_twin(made, entries, apart=True)
    assert planned.change_set.refusals == ()
    assert planned.proposal is not None
    assert {file.file: file.text for file in planned.proposal.files} == _dedented(expected)


@pytest.mark.parametrize(("files", "entries", "expected"), CASES)
def test_lands_in_the_async_package(ground, files, entries, expected):
    [planned] = plan_twin(ground({"pyproject.toml": PYPROJECT, **_dedented(files)}), entries)
    assert planned.change_set.refusals == ()
    assert planned.proposal is not None
    assert {file.file: file.text for file in planned.proposal.files} == _dedented(expected)


def _dedented(files):
    return {file: dedent(text).lstrip() for file, text in files.items()}
