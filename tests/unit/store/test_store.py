"""Values kept by their hash, and answers kept by their question."""

from __future__ import annotations

import threading

import pytest

from refactor_agent.domain.region import Skipped
from refactor_agent.domain.values import Value
from refactor_agent.project import Revision
from refactor_agent.store import Store
from refactor_agent.tree import sha256

ONE = Skipped(file="a.py", reason="größer")
TWO = Skipped(file="b.py", reason="")


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "deep" / "store")


def test_what_was_put_is_what_is_got(store):
    key = store.put(ONE)
    assert key == sha256(ONE.model_dump_json().encode())
    assert store.get(key, Skipped) == ONE
    assert store.put(ONE) == key
    assert Store(store.root).get(key, Skipped) == ONE


def test_an_unknown_key(store):
    with pytest.raises(FileNotFoundError):
        store.get("0" * 64, Skipped)


@pytest.mark.parametrize("data", [b"", b'{"file":"a.py"', b'{"file":"x","reason":""}', b"\xff\x00"])
def test_a_damaged_value_is_no_value_and_is_replaced(store, data):
    key = store.remember("question", ONE)
    (store.root / "values" / key).write_bytes(data)
    with pytest.raises(ValueError, match=f"stored value {key} is damaged"):
        store.get(key, Skipped)
    assert store.recall("question", Skipped) is None
    assert store.put(ONE) == key
    assert store.recall("question", Skipped) == (key, ONE)


@pytest.mark.parametrize("memo", [b"", b"\xff\xfe", b"0" * 64, b"../memos/question"])
def test_a_damaged_memo_counts_as_none(store, memo):
    key = store.remember("question", ONE)
    (store.root / "memos" / "question").write_bytes(memo)
    assert store.recall("question", Skipped) is None
    assert store.remember("question", ONE) == key
    assert store.recall("question", Skipped) == (key, ONE)


def test_answers(store):
    assert store.recall("question", Skipped) is None
    store.remember("question", ONE)
    store.remember("other", TWO)
    assert store.recall("question", Skipped) == (store.put(ONE), ONE)
    store.remember("question", TWO)
    assert store.recall("question", Skipped) == (store.put(TWO), TWO)


def test_an_answer_of_another_kind_counts_as_none(store):
    store.remember("question", ONE)
    assert store.recall("question", Revision) is None


class Tall(Value):
    text: str


def test_a_write_that_fails_leaves_the_old_value_and_no_rubbish(store, monkeypatch):
    key = store.remember("question", ONE)

    def full(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("pathlib.Path.replace", full)
        with pytest.raises(OSError, match="No space left"):
            store.remember("question", TWO)
    assert store.recall("question", Skipped) == (key, ONE)
    assert [path.name for path in (store.root / "values").iterdir()] == [key]


def test_readers_see_whole_values_only(store):
    value = Tall(text="x" * 1_000_000)
    key = store.put(value)
    faults = []

    def read():
        for _ in range(50):
            try:
                assert store.get(key, Tall) == value
            except (ValueError, FileNotFoundError) as error:
                faults.append(error)

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    while any(reader.is_alive() for reader in readers):
        store.put(value)
    assert faults == []
