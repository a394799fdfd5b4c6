"""Two changes of one file become one file, whichever comes first."""

from __future__ import annotations

import pytest

from refactor_agent.edit.conflict import SpliceConflictError
from refactor_agent.edit.joining import joined

BASE = """\
\"\"\"Shop.\"\"\"

import os
import time

from shop.models import Item

__all__ = ["load", "save"]

LIMIT = 3


def load():
    time.sleep(1)
    return Item(os.name)


# kept
def save(item):
    time.sleep(1)
"""
LOAD = BASE.replace("import os\n", "import asyncio\nimport os\n").replace(
    "def load():\n    time.sleep(1)", "async def load():\n    await asyncio.sleep(1)"
)
SAVE = (
    BASE.replace("import os\n", "import asyncio\nimport os\n")
    .replace('"save"]', '"save", "save_async"]')
    .replace("Item\n\n__all__", "Item, Order\n\n__all__")
    + "\n\nasync def save_async(item):\n    await asyncio.sleep(Order.pause)\n"
)
BOTH = SAVE.replace(
    "def load():\n    time.sleep(1)", "async def load():\n    await asyncio.sleep(1)"
)


def lay(current: str, new: str, base: str = BASE) -> str:
    return joined(
        "shop/tools.py", base.encode(), current.encode(), new.encode(), lambda name: name == "shop"
    ).decode()


def test_in_either_order():
    assert lay(LOAD, SAVE) == lay(SAVE, LOAD) == BOTH


def test_the_same_change_twice_is_one():
    assert lay(LOAD, LOAD) == LOAD


def test_an_import_goes_when_the_last_who_used_it_goes():
    both = (
        BASE.replace("import os\nimport time", "import asyncio\nimport os")
        .replace(
            "def save(item):\n    time.sleep(1)",
            "async def save(item):\n    await asyncio.sleep(1)",
        )
        .replace("def load():\n    time.sleep(1)", "async def load():\n    await asyncio.sleep(1)")
    )
    assert lay(LOAD, both) == both


def test_both_change_one():
    other = BASE.replace("time.sleep(1)\n    return", "time.sleep(2)\n    return")
    with pytest.raises(SpliceConflictError, match="two change sets change load"):
        lay(other, LOAD)


def test_a_new_file_of_both():
    one = "import pytest\n\n\nclass TestA:\n    def test_a(self):\n        assert 1\n"
    other = "import pytest\n\n\nclass TestA:\n    def test_b(self):\n        assert 2\n"
    assert lay(one, other, base="") == (
        "import pytest\n\n\nclass TestA:\n    def test_a(self):\n        assert 1\n"
        "\n    def test_b(self):\n        assert 2\n"
    )


def test_methods_of_one_class():
    base = (
        "class Store:\n    limit = 3\n\n    def load(self):\n        time.sleep(1)\n\x0c\n"
        "    # kept\n    def save(self):\n        time.sleep(2)\n"
    )
    load = base.replace(
        "def load(self):\n        time", "async def load(self):\n        await asyncio"
    )
    save = base.replace(
        "def save(self):\n        time", "async def save(self):\n        await asyncio"
    )
    both = load.replace(
        "def save(self):\n        time", "async def save(self):\n        await asyncio"
    )
    assert lay(load, save, base) == lay(save, load, base) == both
    with pytest.raises(SpliceConflictError, match="two change sets change load"):
        lay(load, load.replace("sleep(1)", "sleep(3)"), base)


def test_an_import_goes_when_what_both_left_to_the_other_is_gone():
    base = "import time\n\n\ndef load():\n    time.sleep(1)\n\n\ndef save():\n    time.sleep(1)\n"
    load = base.replace("load():\n    time.sleep(1)", "load():\n    pass")
    save = base.replace("save():\n    time.sleep(1)", "save():\n    pass")
    assert not lay(load, save, base).startswith("import time")
