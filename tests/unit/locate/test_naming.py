"""Notes turned round say what notes say."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from refactor_agent.locate.incremental.naming import Naming

FACTS = 6


@st.composite
def notes(draw):
    """Give notes that name facts, and notes before them."""
    made: list[tuple[int, ...]] = []
    for number in range(draw(st.integers(0, 12))):
        one = st.integers(-FACTS, number - 1)
        made.append(tuple(draw(st.sets(one, min_size=1, max_size=4))))
    return made


def after(notes, numbers):
    """Give what follows, one note after the other."""
    found = set(numbers)
    for number, note in enumerate(notes):
        if not found.isdisjoint(note):
            found.add(number)
    return found - {number for number in numbers if number < 0}


@given(notes(), st.sets(st.integers(-FACTS, -1)))
def test_what_follows_from_facts(made, facts):
    assert Naming.of(made, FACTS).after(facts) == after(made, facts)


@given(notes())
def test_turned_round_twice(made):
    again = Naming(*Naming.of(made, FACTS).written).notes(FACTS)
    assert [set(note) for note in again] == [set(note) for note in made]
