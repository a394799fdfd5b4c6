"""Names for people: subjects of commits and rows in the terminal."""

from __future__ import annotations

import pytest

from refactor_agent.domain.plan import FunctionRef
from refactor_agent.emit.names import local_name, short_name, subject

LONG = "a_function_with_a_name_that_is_much_longer_than_anybody_would_ever_write_it"


def ref(file: str, name: str) -> FunctionRef:
    return FunctionRef(file=file, name=name)


@pytest.mark.parametrize(
    ("file", "name", "local", "short"),
    [
        ("shop/stock.py", "shop.stock.count", "count", "stock.count"),
        ("src/shop/stock.py", "shop.stock.Stock.count", "Stock.count", "stock.Stock.count"),
        ("shop/__init__.py", "shop.count", "count", "shop.count"),
        ("app.py", "app.main", "main", "app.main"),
        ("app.py", "app.app", "app", "app.app"),
        ("lib/app.py", "app.outer.inner", "outer.inner", "app.outer.inner"),
        ("elsewhere.py", "shop.stock.count", "shop.stock.count", "shop.stock.count"),
    ],
)
def test_short_names(file, name, local, short):
    function = ref(file, name)
    assert (local_name(function), short_name(function)) == (local, short)


@pytest.mark.parametrize(
    ("entries", "wanted"),
    [
        ([ref("shop/stock.py", "shop.stock.Stock.count")], "Unblock stock.Stock.count"),
        (
            [ref("shop/stock.py", "shop.stock.count"), ref("shop/sale.py", "shop.sale.sell")],
            "Unblock 2 functions in shop",
        ),
        (
            [ref("shop/stock.py", "shop.stock.count"), ref("shop/stock.py", "shop.stock.add")],
            "Unblock 2 functions in shop.stock",
        ),
        (
            [ref("shop.py", "shop.count"), ref("shopping.py", "shopping.add")],
            "Unblock 2 functions",
        ),
        ([ref("app.py", "app.größe")], r"Unblock app.gr\xf6\xdfe"),
        ([ref("long_module.py", f"long_module.{LONG[:60]}")], f"Unblock {LONG[:60]}"),
        ([ref("app.py", f"app.{LONG}")], f"Unblock {LONG}"[:72]),
        (
            [ref(f"{LONG}/a.py", f"{LONG}.a.f"), ref(f"{LONG}/b.py", f"{LONG}.b.f")],
            "Unblock 2 functions",
        ),
    ],
)
def test_subjects_are_short_and_ascii(entries, wanted):
    assert subject(entries) == wanted
    assert len(wanted) <= 72
    assert wanted.isascii()
