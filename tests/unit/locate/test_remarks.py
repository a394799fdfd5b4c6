"""Suppressions: what they suppress, and what is said about them."""

from __future__ import annotations

import pytest

from refactor_agent.locate import locate, remarks_on
from refactor_agent.project import open_project

CODE = """
import time
from pathlib import Path


def pause():
    time.sleep(1)


def quiet():
    time.sleep(1)  # refactor-agent: ignore[RA101] a pause of a test double


def never():
    time.sleep(1)  {unreached}


async def handler(path: Path):
    pause()  {helper}
    quiet()  {quiet}
    time.sleep(  {several}
        2,
    )
    x = 1  {idle}
    time.sleep(1), path.exists()  {two}
"""


PLACES = ("unreached", "helper", "quiet", "several", "idle", "two")


def remarks(write, rules, disabled=(), **comments):
    """Give the remarks by the place they are on, with their names and texts."""
    given = {place: comments.get(place, "") for place in PLACES}
    given = {
        place: text.replace("ignore", "refactor-agent: ignore") for place, text in given.items()
    }
    located = locate(open_project(write(CODE.format(**given))), rules)
    active = {rule.id for rule in rules.rules} - set(disabled)
    lines = [next((name for name in PLACES if f"{{{name}}}" in line), "")
             for line in CODE.lstrip("\n").splitlines()]  # fmt: skip
    return [
        (lines[remark.line - 1], remark.name, remark.text)
        for remark in remarks_on(located.suppressions, active, disabled)
    ]


@pytest.mark.parametrize(
    "comments",
    [
        {"helper": "# ignore[RA101] the loop is idle here"},
        {"helper": "# ignore: the loop is idle here"},
        {"helper": "# ignore[RA101] - idle  # noqa"},
        {"several": "# ignore[RA101] the loop is idle here"},
        {"two": "# ignore[RA101, RA202] the loop is idle here"},
    ],
    ids=[
        "a rule",
        "all rules",
        "another comment behind it",
        "a call of several lines",
        "two rules",
    ],
)
def test_used_and_with_a_reason(write, rules, comments) -> None:
    assert remarks(write, rules, **comments) == []


@pytest.mark.parametrize(
    ("place", "comment", "expected"),
    [
        ("helper", "ignore[RA101]", "suppression-without-reason: say behind `ignore[RA101]` why"),
        ("helper", "ignore[RA101] - # noqa", "suppression-without-reason: say behind"),
        ("helper", "ignore", "suppression-without-reason: say behind `ignore` why"),
        ("helper", "ignore[RA202] why", "unused-suppression: RA202 would report nothing here"),
        ("idle", "ignore why", "unused-suppression: no rule would report anything here"),
        ("idle", "ignore", "unused-suppression: no rule would report anything here"),
        ("quiet", "ignore[RA202] why", "unused-suppression: RA202 would report nothing here"),
        ("unreached", "ignore why", "unused-suppression: no rule would report anything here"),
        ("two", "ignore[RA101, RA203] why", "unused-suppression: RA203 would report nothing here"),
        ("helper", "ignore[RA999] why", "unknown-suppressed-rule: there is no rule RA999"),
        ("helper", "ignore[sleep] why", "unknown-suppressed-rule: there is no rule SLEEP"),
    ],
)
def test_what_should_be_mended(write, rules, place, comment, expected) -> None:
    ((found, name, text),) = remarks(write, rules, **{place: f"# {comment}"})
    assert found == place
    assert f"{name}: {text}".startswith(expected)


def test_a_comment_on_a_call_of_what_is_suppressed_already(write, rules) -> None:
    source = CODE.replace("quiet()  {quiet}", "quiet()  # refactor-agent: ignore why {quiet}")
    located = locate(open_project(write(source.format(**dict.fromkeys(PLACES, "")))), rules)
    assert [suppression.used for suppression in located.suppressions] == [("RA101",), ()]


def test_rules_that_are_off_are_not_judged(write, rules) -> None:
    assert remarks(write, rules, ["RA202"], idle="# ignore[RA202] why") == []
    assert remarks(write, rules, ["RA202"], idle="# ignore why") == []


def test_comments_in_tests_are_not_judged(write, rules) -> None:
    root = write("# file: tests/test_app.py\nx = 1  # refactor-agent: ignore why\n")
    assert locate(open_project(root), rules).suppressions == ()


def test_text_that_is_no_comment(write, rules) -> None:
    source = "text = '# refactor-agent: ignore'\n"
    assert locate(open_project(write(source)), rules).suppressions == ()
