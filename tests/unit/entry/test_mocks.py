"""Mocks of what is awaited now can be awaited, and are asserted to be."""

from __future__ import annotations

from textwrap import dedent

import pytest

from refactor_agent.entry import plan_in_place
from support.laid import laid

SHOP = """
import time


class Store:
    def read(self, name: str) -> str:
        time.sleep(1)
        return name

    def size(self) -> int:
        return 1


def report(store: Store) -> str:
    return store.read("a") * store.size()


def wait() -> None:
    time.sleep(2)
"""
PYPROJECT = '[tool.pytest.ini_options]\nasyncio_mode = "auto"\n'

CASES = [
    pytest.param(
        """
        import shop


        def test_report(monkeypatch):
            monkeypatch.setattr(shop.Store, "read", lambda self, name: "xy")
            monkeypatch.setattr("shop.Store.size", lambda self: 1)
            assert shop.report(shop.Store()) == "xy"
        """,
        """
        import shop


        async def test_report(monkeypatch):
            async def read(self, name):
                return "xy"

            monkeypatch.setattr(shop.Store, "read", read)
            monkeypatch.setattr("shop.Store.size", lambda self: 1)
            assert await shop.report(shop.Store()) == "xy"
        """,
        id="a lambda in the place of what is awaited",
    ),
    pytest.param(
        """
        from unittest.mock import Mock

        from shop import report


        def test_report():
            store = Mock()
            store.read.return_value = "x"
            store.size.return_value = 2
            assert report(store) == "xx"
            store.read.assert_called_once_with("a")
            store.size.assert_called_once_with()
        """,
        """
        from unittest.mock import AsyncMock, Mock

        from shop import report


        async def test_report():
            store = Mock(read=AsyncMock())
            store.read.return_value = "x"
            store.size.return_value = 2
            assert await report(store) == "xx"
            store.read.assert_awaited_once_with("a")
            store.size.assert_called_once_with()
        """,
        id="a mock handed over, with the methods that are awaited",
    ),
    pytest.param(
        """
        from unittest import mock

        from shop import Store, report


        def test_report():
            store = mock.Mock(read=mock.Mock(return_value="x"), size=mock.Mock(return_value=1))
            assert report(store) == "x"
            store.read.assert_called()


        def test_spec():
            store = mock.Mock(spec=Store)
            store.read.return_value = "y"
            store.size.return_value = 1
            assert report(store) == "y"
        """,
        """
        from unittest import mock

        from shop import Store, report


        async def test_report():
            store = mock.Mock(read=mock.AsyncMock(return_value="x"), size=mock.Mock(return_value=1))
            assert await report(store) == "x"
            store.read.assert_awaited()


        async def test_spec():
            store = mock.Mock(spec=Store)
            store.read.return_value = "y"
            store.size.return_value = 1
            assert await report(store) == "y"
        """,
        id="mocks by keyword, and one with a spec, which knows by itself",
    ),
    pytest.param(
        """
        from unittest.mock import patch

        from shop import Store, report, wait


        @patch("shop.time.sleep")
        def test_wait(sleep):
            wait()
            sleep.assert_called_once_with(2)


        def test_read():
            with patch.object(Store, "read", return_value="x") as read, patch("shop.time.sleep"):
                assert report(Store()) == "x"
            read.assert_called_once_with("a")
        """,
        """
        from unittest.mock import patch

        from shop import Store, report, wait


        @patch("shop.asyncio.sleep")
        async def test_wait(sleep):
            await wait()
            sleep.assert_awaited_once_with(2)


        async def test_read():
            with patch.object(Store, "read", return_value="x") as read, patch("shop.asyncio.sleep"):
                assert await report(Store()) == "x"
            read.assert_awaited_once_with("a")
        """,
        id="what is patched, where the code uses something else now",
    ),
    pytest.param(
        """
        import shop
        from shop import wait


        def test_wait(monkeypatch):
            waited = []
            monkeypatch.setattr("shop.time.sleep", waited.append)
            wait()
            assert waited == [2]
        """,
        """
        import shop
        from shop import wait


        async def test_wait(monkeypatch):
            waited = []
            monkeypatch.setattr("shop.time.sleep", waited.append)
            await wait()
            assert waited == [2]
        """,
        id="a plain function in the place of one that is awaited stays, and the gate will say so",
    ),
]


@pytest.mark.parametrize(("before", "after"), CASES)
def test_mocks(ground, before, after):
    files = {"pyproject.toml": PYPROJECT, "shop.py": SHOP.lstrip(), "test_shop.py": _plain(before)}
    made = ground(files)
    parts = plan_in_place(made, ["shop:report", "shop:wait"])
    assert laid(made, parts)["test_shop.py"] == _plain(after)


def _plain(text):
    return dedent(text).lstrip()
