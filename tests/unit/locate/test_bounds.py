"""What generated code asks for without end is bounded."""

from __future__ import annotations

from refactor_agent.locate import locate
from refactor_agent.locate.locator import evaluate
from refactor_agent.locate.resolve.memo import Memo
from refactor_agent.project import open_project

MANY = 3_000


def test_notes_of_a_long_chain_take_room_in_proportion():
    """Each answer follows from all the facts of the one before: sets of them would be a square."""
    memo = Memo()

    def ask(number: int) -> int:
        return memo.get(("question", number), lambda: work(number), -1)

    def work(number: int) -> int:
        memo.reads.add_fact(("fact", str(number)))
        return ask(number - 1) + 1 if number else 0

    assert [ask(number) for number in range(MANY)] == list(range(MANY))
    assert sum(map(len, memo.reads.notes)) <= 2 * MANY


def test_classes_below_one_another_are_linked_up_to_a_bound(tmp_path, rules):
    steps = (f"class C{n}(C{n - 1}):\n    def m{n}(self): ...\n" for n in range(1, MANY))
    (tmp_path / "made.py").write_text(f"class C0:\n    def m0(self): ...\n{''.join(steps)}")
    evaluator, _ = evaluate(open_project(tmp_path), rules)
    linked = evaluator.index.linked
    assert linked["made.C2998"] == ["made.C2999"]
    assert len(linked["made.C0"]) < 1_000


def test_a_member_is_found_in_far_bases(check):
    steps = "".join(f"class C{n}(C{n - 1}): ...\n" for n in range(1, 100))
    check(
        "import time\n\nclass C0:\n    def wait(self):\n        time.sleep(1)\n"
        f"{steps}\nasync def start(given: C99):\n    given.wait()  #! time.sleep\n"
    )


def test_of_a_very_long_line_what_stands_around_the_call_is_quoted(tmp_path, rules):
    calls = "; ".join(f"time.sleep({n})" for n in range(MANY))
    (tmp_path / "made.py").write_text(f"import time\n\nasync def start():\n    {calls}\n")
    regions = locate(open_project(tmp_path), rules).regions
    assert len(regions) == MANY
    for number, region in enumerate(regions):
        assert f"time.sleep({number})" in region.snippet
        assert len(region.snippet) <= 1_000
