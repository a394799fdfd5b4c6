"""What changes together, and what is laid over what."""

from __future__ import annotations

from textwrap import dedent

import pytest

from refactor_agent.edit import apply_proposal
from refactor_agent.entry import plan_twin
from refactor_agent.entry.stacking import stacked, strongly_connected

CASES = [
    pytest.param(
        {"load": {"Store"}, "Store": set(), "save": {"Store"}},
        {"test_load": {"load"}, "test_save": {"save"}},
        [({"Store"}, set(), set()), ({"load"}, {"test_load"}, {0}), ({"save"}, {"test_save"}, {0})],
        id="two that use a third stand on it",
    ),
    pytest.param(
        {"ask": {"answer"}, "answer": {"ask"}, "other": set()},
        {"test_ask": {"ask"}, "test_other": {"other"}},
        [({"ask", "answer"}, {"test_ask"}, set()), ({"other"}, {"test_other"}, set())],
        id="a circle is one, and stands apart from what it does not touch",
    ),
    pytest.param(
        {"load": {"_read"}, "_read": set()},
        {"test_load": {"load"}},
        [({"load", "_read"}, {"test_load"}, set())],
        id="what one alone uses, and no test shows, joins it",
    ),
    pytest.param(
        {"load": {"_read"}, "_read": set()},
        {"test_load": {"load"}, "test_read": {"_read"}},
        [({"_read"}, {"test_read"}, set()), ({"load"}, {"test_load"}, {0})],
        id="what a test shows by itself stands by itself",
    ),
    pytest.param(
        {"Store": set(), "store": {"Store"}},
        {"test_store": {"store"}},
        [({"Store", "store"}, {"test_store"}, set())],
        id="a fixture joins what it makes",
    ),
    pytest.param(
        {"a": set(), "b": {"a"}, "c": {"b"}},
        {"test_a": {"a"}, "test_b": {"b"}, "test_c": {"c"}},
        [({"a"}, {"test_a"}, set()), ({"b"}, {"test_b"}, {0}), ({"c"}, {"test_c"}, {0, 1})],
        id="a chain stands on all of it that is below",
    ),
    pytest.param(
        {"a": set(), "b": set()},
        {"test_both": {"a", "b"}},
        [({"a"}, set(), set()), ({"b"}, {"test_both"}, {0})],
        id="a test of two belongs to the later, which stands on the other then",
    ),
]


@pytest.mark.parametrize(("uses", "tests", "expected"), CASES)
def test_stacked(uses, tests, expected):
    units = stacked(uses, tests, support=["store"])
    assert [(set(unit.names), set(unit.tests), unit.below) for unit in units] == expected


def test_what_is_refused_is_joined_by_nothing():
    units = stacked({"load": {"_read"}, "_read": set()}, {}, alone=["load"])
    assert [(set(unit.names), unit.below) for unit in units] == [
        ({"_read"}, set()),
        ({"load"}, {0}),
    ]


def test_a_long_chain():
    uses = {str(number): {str(number + 1)} for number in range(5000)} | {"5000": set()}
    assert [name for (name,) in strongly_connected(uses)][:3] == ["5000", "4999", "4998"]


SHOP = {
    "pyproject.toml": (
        '[project]\nname = "shop"\nversion = "1"\n'
        '[project.optional-dependencies]\ntest = ["pytest-asyncio"]\n'
    ),
    "shop/__init__.py": (
        "from .tools import Store, load, save\n\n__all__ = ['Store', 'load', 'save']\n"
    ),
    "shop/tools.py": """
    import time


    class Store:
        def read(self) -> int:
            time.sleep(0)
            return 1


    def load() -> int:
        return Store().read()


    def save(value: int) -> int:
        time.sleep(0)
        return value
    """,
    "tests/test_tools.py": """
    from shop import Store, load, save


    def test_store():
        assert Store().read() == 1


    class TestTools:
        def test_load(self):
            assert load() == 1

        def test_save(self):
            assert save(2) == 2
    """,
}


def test_each_patch_fits_over_those_that_it_stands_on(ground):
    """Whatever else is left out, and in whatever order independent ones come."""
    made = ground({file: dedent(text).lstrip() for file, text in SHOP.items()})
    planned = plan_twin(made, ["shop:load", "shop:save"])
    by_title = {one.change_set.title.rpartition(" to ")[2]: one for one in planned}
    assert list(by_title) == ["Store", "load", "save"]
    ids = {name: one.change_set.id for name, one in by_title.items()}
    assert by_title["load"].change_set.stands_on == (ids["Store"],)
    assert by_title["save"].change_set.stands_on == ()

    def laid(*names: str) -> dict[str, str]:
        tree = made.base
        for name in names:
            assert by_title[name].proposal is not None
            tree = tree.with_changes(apply_proposal(tree, by_title[name].proposal))
        return {file: data.decode() for file, data in tree.changes.items()}

    alone = laid("save")
    assert "AsyncStore" not in alone["shop/tools.py"]
    assert alone["shop/__init__.py"].splitlines()[2:] == [
        "__all__ = ['Store', 'load', 'save', 'save_async']"
    ]
    assert "test_load" not in alone["tests/test_tools_async.py"]
    one, other = laid("Store", "load", "save"), laid("save", "Store", "load")
    assert one["shop/tools.py"] == other["shop/tools.py"]
    assert one["tests/test_tools_async.py"].count("class TestTools:") == 1
    for text in (*one.values(), *other.values()):
        compile(text, "file", "exec")
    assert (
        one["tests/test_tools_async.py"].splitlines()
        == dedent("""
        import pytest

        from shop import AsyncStore, load_async, save_async


        @pytest.mark.asyncio
        async def test_store():
            assert await AsyncStore().read() == 1


        class TestTools:
            @pytest.mark.asyncio
            async def test_load(self):
                assert await load_async() == 1

            @pytest.mark.asyncio
            async def test_save(self):
                assert await save_async(2) == 2
    """)
        .lstrip()
        .splitlines()
    )
