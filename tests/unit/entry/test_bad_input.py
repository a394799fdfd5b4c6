"""What can't be an entry point is said in one line that tells how to mend it."""

from __future__ import annotations

import pytest

from refactor_agent.entry import check_entries
from refactor_agent.errors import UsageError
from refactor_agent.run.options import entry_mode

FILES = {
    "shop/__init__.py": "from shop.store import Store\n",
    "shop/store.py": (
        "import time\n\n\nclass Store:\n    def wait(self):\n        time.sleep(1)\n\n"
        "    async def watch(self):\n        self.wait()\n\n    def name(self):\n"
        "        return 1\n\n\nclass Empty:\n    pass\n"
    ),
}


@pytest.mark.parametrize(("text", "says"), [
    ("store", "is not MODULE:NAME, such as shop.client:Client"),
    ("shop:", "is not MODULE:NAME, such as shop.client:Client"),
    ("shap:Store", "the project has no module shap; did you mean shop?"),
    ("shop:Stor", "shop has no function or class Stor; did you mean Store?"),
    ("shop:Store.wiat", "shop.store.Store has no wiat; did you mean wait, watch?"),
    ("shop:Store.watch", "shop.store.Store is async already"),
    ("shop.store:Empty", "shop.store.Empty has no methods"),
    ("shop:Store.name", "nothing that shop.store.Store.name reaches blocks"),
])  # fmt: skip
def test_no_entry_point(ground, text, says):
    with pytest.raises(UsageError) as told:
        check_entries(ground(FILES), [text])
    assert str(told.value).startswith("--entry ")
    assert says in str(told.value)
    assert "\n" not in str(told.value)


def test_no_package_to_put_a_twin_into(ground):
    files = {"tool.py": "import time\n\n\ndef wait():\n    time.sleep(1)\n"}
    with pytest.raises(UsageError, match="tool is in no package; --apart puts"):
        check_entries(ground(files), ["tool:wait"], apart=True)


def test_an_entry_point_by_its_re_export(ground):
    check_entries(ground(FILES), ["shop:Store", "shop.store:Store.wait"])


@pytest.mark.parametrize(("entries", "in_place", "twin", "others", "says"), [
    (["a:b"], False, False, [], "--entry needs --in-place"),
    (["a:b"], True, True, [], "exclude each other"),
    ([], True, False, [], "name one"),
    (["a:b"], True, False, ["--flag"], "--entry and --flag are different runs"),
])  # fmt: skip
def test_modes(entries, in_place, twin, others, says):
    with pytest.raises(UsageError, match=says):
        entry_mode(entries, in_place=in_place, twin=twin, others=others)


def test_apart_is_of_twins():
    with pytest.raises(UsageError, match="give --twin with it"):
        entry_mode(["a:b"], in_place=True, twin=False, apart=True)
    assert entry_mode(["a:b"], in_place=False, twin=True, apart=True) == "twin-apart"


def test_a_mode():
    assert entry_mode(["a:b"], in_place=False, twin=True) == "twin"
    assert entry_mode([], in_place=False, twin=False) is None
