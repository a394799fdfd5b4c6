"""How functions are divided among processes, and who works out what."""

from __future__ import annotations

from collections import Counter

import pytest

from refactor_agent.locate.incremental.pieces import Pieces
from refactor_agent.locate.resolve.index import ProjectFunction, ProjectModule
from refactor_agent.locate.summarise import summarise


def _functions(modules: int, each: int) -> list[ProjectFunction]:
    """Give functions ``shop.m0.f0`` and so on, without the code of the modules themselves."""
    source = "\n".join(f"def f{number}(): ..." for number in range(each)).encode()
    made = [
        ProjectModule.of(f"m{n}.py", summarise(source, f"shop.m{n}"), is_test=False)
        for n in range(modules)
    ]
    return [function for module in made for function in module.functions[1:]]


def _take_turns(pieces: Pieces, order: list[int]) -> list[list[str]]:
    """Let processes ask for work, one turn after the other; gives what each worked out."""
    done: list[list[str]] = [[] for _ in range(max(order) + 1)]
    for process in order:
        _, names = pieces.work_for(process)
        done[process].extend(sorted(names))
    return done


@pytest.mark.parametrize(
    ("order", "shares"),
    [
        pytest.param([0, 1] * 16, [32, 32], id="as fast as each other"),
        pytest.param([0] * 40, [64], id="the other one never gets anywhere"),
        pytest.param([0, 0, 0, 1] * 8, [48, 16], id="one is three times as fast"),
    ],
)
def test_who_is_idle_takes_what_is_left(order, shares):
    functions = _functions(8, 8)
    every = {function.name for function in functions}
    done = _take_turns(Pieces(functions, 2, every), order)
    assert [len(names) for names in done] == shares
    assert Counter(name for names in done for name in names) == Counter(every)


def test_what_is_found_later_goes_to_who_holds_its_module():
    pieces = Pieces(_functions(4, 1), 2, {"shop.m0.f0", "shop.m3.f0"})
    assert pieces.work_for(0)[1] == {"shop.m0.f0"}
    assert pieces.work_for(1)[1] == {"shop.m3.f0"}
    assert pieces.work_for(0) == ([1], set())
    pieces.add(["shop.m1.f0", "shop.m0.f0", "library.call"])
    assert pieces.work_for(1)[1] == set()
    assert pieces.work_for(0)[1] == {"shop.m1.f0"}
    assert pieces.work_for(0) == ([], set())


def test_every_piece_is_taken_once_nobody_has_work():
    pieces = Pieces(_functions(6, 2), 3, set())
    taken = [number for process in (2, 0, 1) for number in pieces.work_for(process)[0]]
    assert sorted(taken) == list(range(len(pieces.all)))
