"""What follows from a changed fact, through notes, functions and several parts."""

from __future__ import annotations

import pytest

from refactor_agent.locate.incremental.part import Known, make_part, merged, without_waste
from refactor_agent.locate.incremental.state import State, row_fact
from refactor_agent.locate.resolve.reads import Reads

A, B, C = ("body", "a"), ("body", "b"), ("body", "c")


def part(*, of=(), answers=(), waste=()):
    """Make a part of names with what was read for each: facts, or names before it."""
    reads, notes, effects, given = Reads(), {}, {}, {}
    for name, read in (*of, *answers):
        note = notes[name] = reads.note(
            {notes[one] if one in notes else reads.numbers(*one[:-1])[one[-1]] for one in read}
        )
        table = effects if (name, read) in of else given
        if name not in waste:
            table[name] = Known((), note)
    return without_waste(make_part(reads, effects, given))


def state(*parts):
    """Give a state that knows these."""
    return State((), {}, [part.to_bytes() for part in parts])


LEAF = ("leaf", (A, B))
MIDDLE = ("middle", ("leaf",))
TOP = ("top", ("middle", C))
NOTHING = ("nothing", ())


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        pytest.param({A}, {"leaf", "middle", "top"}, id="through notes"),
        pytest.param({C}, {"top"}, id="read by one"),
        pytest.param({("body", "d")}, set(), id="read by none"),
        pytest.param(set(), set(), id="no change"),
    ],
)
@pytest.mark.parametrize("is_merged", [False, True])
def test_what_follows_from_a_fact(changed, expected, is_merged):
    whole = part(of=(LEAF, MIDDLE, TOP, NOTHING))
    assert state(merged([whole]) if is_merged else whole).following_from(changed) == expected


def test_what_follows_from_a_function_of_another_part():
    first = part(of=(LEAF,))
    second = part(of=(("other", (row_fact("leaf"),)),), answers=(("asked", ("other",)),))
    assert state(first, second).following_from({A}) == {"leaf", "other", "asked"}
    assert state(merged([first, second])).following_from({A}) == {
        "leaf",
        "other",
        "asked",
    }


def test_what_follows_from_a_function_that_is_no_longer_known():
    second = part(of=(("other", (row_fact("leaf"),)),))
    assert state(second).following_from({C}) == {"other"}


def test_notes_that_nothing_follows_from_are_left_out():
    lost = ("lost", (("body", "lost"), "leaf"))
    whole = part(of=(LEAF, MIDDLE, lost, TOP), waste=("middle", "lost"))
    assert ("body", "lost") not in whole.facts
    assert state(whole).following_from({B}) == {"leaf", "top"}


def test_a_part_of_some_names_knows_no_others():
    whole = part(of=(LEAF, MIDDLE), answers=(("asked", ("middle",)),))
    some = merged([whole.only({"middle", "asked"})])
    assert set(some.rows) == {"middle"}
    assert set(some.answers) == {"asked"}
    assert state(some).following_from({B}) == {"middle", "asked"}
