from __future__ import annotations

import pytest

from refactor_agent.errors import UsageError
from refactor_agent.rulebook.check import check_rules


def test_a_good_directory_has_no_faults(rules_directory, rule_text):
    assert check_rules(rules_directory(slow=rule_text())) == ()


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (" {#doc}", "", "slow.md: 0 examples carry {#doc}"),
        ("### Left alone", "### Left alone {#doc}", "slow.md: 2 examples carry {#doc}"),
        ("slow as snail", "snail", "no example imports the library under another name"),
        ("def run():\n    slow.call(1)", "def run(", "the 'same' block is not valid Python"),
        ("weight: 7", "weight: 0", "weight: input should be greater than or equal to 1"),
        ("library: slow", "library: slow\nnative: {calls: {a.b: c.d}}", "'a.b' is not among"),
        ("library: slow", "library: slow\nnative: {methods: {a.b: c}}", "the type of 'a.b'"),
        ("library: slow", "library: slow\nnative: {opened: {a.B: {}}}", "no call becomes a method"),
        ("library: slow", "library: slow\nnative: {halves: {a.B: aio}}", "nothing that hangs on"),
    ],
)
def test_faults_are_named(rules_directory, rule_text, old, new, fault):
    directory = rules_directory(slow=rule_text().replace(old, new))

    problems = check_rules(directory)

    assert len(problems) == 1
    assert fault in problems[0]


def test_a_rule_must_show_what_stays_quiet(rules_directory, rule_text):
    text = rule_text()

    problems = check_rules(rules_directory(slow=text[: text.index("### Left alone")]))

    assert problems == ("slow.md: no 'same' example shows what must stay quiet",)


def test_every_file_is_checked_even_when_one_is_broken(rules_directory, rule_text):
    directory = rules_directory(a="nothing", b=rule_text(), c=rule_text())

    first, second = check_rules(directory)

    assert first.startswith("a.md:1: ")
    assert second == "c.md: id XY101 is already used by b.md"


def test_no_directory(tmp_path):
    with pytest.raises(UsageError, match="does not exist"):
        check_rules(tmp_path / "nowhere")
