"""The table of hazards names what there is, and nothing else."""

from __future__ import annotations

from eval.attacks.case import read_themes
from eval.attacks.hazards import ELSEWHERE, HAZARDS, PAGE, covering, main, page


def test_checks_and_attacks_name_known_hazards():
    planted = {case.hazard for theme in read_themes() for case in theme.cases if case.hazard}
    assert set(covering()) | planted | set(ELSEWHERE) <= set(HAZARDS)


def test_what_nothing_covers_is_listed_as_open():
    opened = page().partition("## Open")[2].partition("## The checks")[0]
    listed = {line.partition(":")[0].removeprefix("- ") for line in opened.splitlines()}
    assert {hazard for hazard in HAZARDS if hazard in listed} == set(HAZARDS) - set(
        covering()
    ) - set(ELSEWHERE)


def test_the_page_is_up_to_date():
    assert main(["--check"]) == 0, f"{PAGE}: python -m eval.attacks.hazards"
