"""Async copies of tests, and files that rules wrote whole: what the gate takes and fails."""

from __future__ import annotations

from pathlib import Path

import pytest

from refactor_agent.domain.plan import Attempt, ChangeSet, Colour, FunctionRef
from refactor_agent.domain.proposal import NewFile, Proposal, RuleAuthor, TestCopy
from refactor_agent.tree import Tree, sha256
from refactor_agent.verify.change import Change
from refactor_agent.verify.checks._run import all_checks
from refactor_agent.verify.context import Context
from refactor_agent.verify.copies import copied_ids
from support.files import write_files

STORE = "LIMIT = 3\n\n\nclass Store:\n    size = 1\n\n    def read(self, n: int) -> int:\n"
STORE += "        if n < 0:\n            raise ValueError(n)\n        return get(n)\n"
TWIN = "\n\nclass AsyncStore:\n    size = 1\n\n    async def read(self, n: int) -> int:\n"
TWIN += "        return await aget(n)\n"
TEST = "def test_read():\n    store = Store()\n    assert store.read(2) == 2\n"
COPY = "async def test_read():\n    store = AsyncStore()\n    assert await store.read(2) == 2\n"
COPIES = (TestCopy(test="test_a_async.py::test_read", of="test_a.py::test_read"),)


def objections(root: Path, after: dict[str, str], *, twins: bool = True) -> set[str]:
    """What checks that know of such proposals object to."""
    write_files(root, {"shop.py": STORE, "test_a.py": TEST})
    tree = Tree(root)
    files = {file: text.encode() for file, text in after.items()}
    written = tuple(
        NewFile(
            file=file,
            text=text,
            replaces=sha256(tree.read(file)) if tree.exists(file) else None,
        )
        for file, text in after.items()
    )
    proposal = Proposal(
        change_set="1", strategy="native", author=RuleAuthor(rules=()), functions=(),
        files=written, tests=COPIES if "test_a_async.py" in after else (),
    )  # fmt: skip
    ref = FunctionRef(file="shop.py", name="shop.Store.read")
    attempt = Attempt(
        strategy="native",
        colours=() if twins else (Colour(function=ref, mode="in_place", new_name="read"),),
        twins={"AsyncStore": "Store"} if twins else {},
    )
    change_set = ChangeSet(
        id="1", title="t", entries=(ref,), regions=(), functions=(ref,), attempts=(attempt,)
    )
    context = Context(tree, files, (Change(change_set, proposal, tree, files, attempt),))
    known = {"edit-outside-plan", "weakened-test", "planted-file", "changed-signature",
             "unplanned-statement"}  # fmt: skip
    return {
        check.name for check in all_checks() if check.name in known and any(check.find(context))
    }


@pytest.mark.parametrize(("after", "found"), [
    pytest.param({"shop.py": STORE + TWIN}, set(), id="a twin"),
    pytest.param({"shop.py": STORE + TWIN, "test_a_async.py": COPY}, set(), id="and its test"),
    pytest.param(
        {"shop.py": STORE.replace("get(n)", "get(n + 1)") + TWIN},
        {"edit-outside-plan"}, id="the original changed"),
    pytest.param(
        {"shop.py": STORE.replace("get(n)", "get(n)  # quick") + TWIN},
        {"edit-outside-plan"}, id="a comment in the original"),
    pytest.param(
        {"shop.py": STORE.replace("= 3", "= 4") + TWIN}, {"edit-outside-plan"}, id="a constant"),
    pytest.param(
        {"shop.py": STORE + TWIN + "\n\nclass Other:\n    pass\n"},
        {"edit-outside-plan"}, id="a class that nobody planned"),
    pytest.param(
        {"test_a_async.py": COPY.replace("== 2", "> 0")}, {"weakened-test"}, id="asserts less"),
    pytest.param(
        {"test_a_async.py": COPY.replace("    store", "    return\n    store")},
        {"weakened-test"}, id="never gets there"),
    pytest.param(
        {"test_a_async.py": "import pytest\n\n\n@pytest.mark.skip\n" + COPY},
        {"weakened-test"}, id="skipped"),
    pytest.param(
        {"test_a_async.py": COPY + "\n\ndef test_more():\n    pass\n"},
        {"planted-file"}, id="a test that is no copy"),
    pytest.param({"test_b.py": COPY}, {"planted-file"}, id="a file nobody planned"),
    pytest.param({"conftest.py": "x = 1\n"}, {"planted-file"}, id="a conftest"),
])  # fmt: skip
def test_twins(tmp_path, after, found):
    assert objections(tmp_path, after) == found


IN_PLACE = STORE.replace("    def", "    async def").replace("get(n)", "await aget(n)")


@pytest.mark.parametrize(("after", "found"), [
    pytest.param(IN_PLACE, set(), id="turned async"),
    pytest.param(IN_PLACE.replace("n: int", "n: Number"), set(), id="an annotation"),
    pytest.param(
        IN_PLACE.replace("n: int", "n: int = 0"), {"changed-signature"}, id="a default"),
    pytest.param(IN_PLACE.replace("read", "load"), {"changed-signature"}, id="another name"),
    pytest.param(
        IN_PLACE.replace("n < 0", "n <= 0"),
        {"unplanned-statement"}, id="a condition"),
    pytest.param(
        IN_PLACE.replace("size = 1", "size = 2"), {"edit-outside-plan"}, id="an attribute"),
])  # fmt: skip
def test_in_place(tmp_path, after, found):
    assert objections(tmp_path, {"shop.py": after}, twins=False) == found


@pytest.mark.parametrize(("known", "found"), [
    (["test_a.py::test_read"], {"test_a_async.py::test_read": "test_a.py::test_read"}),
    (["test_a.py::test_read[1-x]"],
     {"test_a_async.py::test_read[1-x]": "test_a.py::test_read[1-x]"}),
    (["top/test_a.py::test_read"], {"top/test_a_async.py::test_read": "top/test_a.py::test_read"}),
    (["test_a.py::test_reading", "test_b.py::test_read"], {}),
])  # fmt: skip
def test_ids(tmp_path, known, found):
    proposal = Proposal(
        change_set="1", strategy="native", author=RuleAuthor(rules=()), functions=(), tests=COPIES
    )
    change_set = ChangeSet(id="1", title="t", entries=(), regions=(), functions=())
    change = Change(change_set, proposal, Tree(tmp_path), {})
    assert copied_ids([change], known) == found
