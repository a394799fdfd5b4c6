from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from refactor_agent.data import data_dir
from refactor_agent.errors import UsageError
from refactor_agent.rulebook import Mark
from refactor_agent.rulebook.parse import parse_rule


def test_reads_every_part(rule_text):
    rule = parse_rule(rule_text(), "a/slow.md")

    assert (rule.id, rule.title, rule.does, rule.why) == (
        "XY101", "Slow calls", "Finds them.", "They wait.",
    )  # fmt: skip
    assert (rule.differs, rule.limits, rule.path) == ("", "", "a/slow.md")
    assert [example.title for example in rule.examples] == ["In a handler", "Left alone"]
    assert rule.doc_example is rule.examples[0]


def test_takes_the_marks_out_of_the_code(rule_text):
    before = parse_rule(rule_text(), "slow.md").examples[0].blocks[0]

    assert before.marks == (Mark(5, "XY101"),)
    assert before.code.endswith("    snail.call(1)\n")
    assert rule_text().splitlines()[before.line - 1] == "```python before"


def test_one_line_may_have_several_findings(rule_text):
    text = rule_text().replace("# <- XY101", "# <- XY101, AB200")

    before = parse_rule(text, "slow.md").examples[0].blocks[0]

    assert before.marks == (Mark(5, "XY101"), Mark(5, "AB200"))


def test_the_version_changes_with_the_text(rule_text):
    one, other = rule_text(), rule_text().replace("They wait.", "They sleep.")

    assert parse_rule(one, "slow.md").version != parse_rule(other, "slow.md").version
    assert parse_rule(one, "slow.md").version == parse_rule(one, "moved.md").version


def test_options_of_blocks(rule_text):
    text = (
        rule_text()
        .replace("```python before", "```python before dependencies=fast,other")
        .replace("```python after", "```python after strategy=native")
    )

    before, after = parse_rule(text, "slow.md").examples[0].blocks

    assert before.options == {"dependencies": "fast,other"}
    assert after.options == {"strategy": "native"}


def test_calls_of_both_sides_follow_them(rule_text):
    text = rule_text('environment: {SLOW_HOST: "{server}"}\n').replace(
        "### Left alone",
        "```python calls server=http\nrun()\nrun() or run()\n```\n\n### Left alone",
    )

    rule = parse_rule(text, "slow.md")

    (calls,) = rule.examples[0].of("calls")
    assert (calls.code, calls.options) == ("run()\nrun() or run()\n", {"server": "http"})
    assert rule.environment == {"SLOW_HOST": "{server}"}


@pytest.mark.parametrize(
    ("fence", "code", "message"),
    [
        ("calls", "run()", "a 'calls' block says what answers"),
        ("calls server=http", "x = run()", "holds calls, and nothing else"),
        ("calls server=http", "run(", "what has 'calls' is valid Python: '(' was never closed"),
        ("calls server=http", "run()  # <- XY101", "has no findings to mark"),
    ],
)
def test_faults_of_calls(rule_text, fence, code, message):
    text = rule_text().replace(
        "### Left alone", f"```python {fence}\n{code}\n```\n\n### Left alone"
    )

    with pytest.raises(UsageError, match=r"^slow\.md:\d+: ") as raised:
        parse_rule(text, "slow.md")

    assert message in str(raised.value)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("---\nid", "id", "starts with YAML front matter"),
        ("weight: 7", "weight: [", "front matter is not valid YAML"),
        ("weight: 7", "weight: 11", "weight: input should be less than or equal to 10"),
        ("weight: 7", "weigth: 7", "weight: field required"),
        ("library: slow", "library: slow\ncolour: red", "colour: extra inputs are not permitted"),
        ("id: XY101", "id: first", "id: string should match pattern"),
        ("slow.call(seconds, /) -> slow.Result", "slow.call", "is not a stub line"),
        (
            "slow.call(seconds, /) -> slow.Result",
            "slow.call() -> slow.Result @5",
            "is no type; weight and category are keys",
        ),
        ("(seconds, /)", "(seconds=, /)", "the signature of"),
        ("# Slow calls\n", "", "a rule needs a title"),
        ("## Why it blocks", "## Why", "heading 'Why' is not expected here"),
        ("## Why it blocks\n", "\n", "heading '## Why it blocks' is missing"),
        ("## Why it blocks", "## What it does", "heading 'What it does' is not expected here"),
        ("### Left alone", "### In a handler", "example 'In a handler' is there twice"),
        ("```python same", "```python quiet", "is not 'python before|after|same|refuse|calls'"),
        ("```python same", "```python refuse", "a 'refuse' block marks its finding"),
        ("```python after", "```python after wait=no", "'after' block knows no option 'wait'"),
        ("  # <- XY101", "", "a 'before' block marks its finding"),
        ("await fast.call(1)", "await fast.call(1)  # <- XY101", "has no findings to mark"),
        ("```python after", "```python same", "needs one 'before' and its 'after'"),
    ],
)
def test_faults_name_the_file_and_the_line(rule_text, old, new, message):
    text = rule_text()
    assert old in text

    with pytest.raises(UsageError, match=r"^team/slow\.md:\d+: ") as raised:
        parse_rule(text.replace(old, new), "team/slow.md")

    assert message in str(raised.value)
    assert "\n" not in str(raised.value)


def test_sections_have_an_order(rule_text):
    text = rule_text().replace(
        "## Examples", "## Limits\n\nNone.\n\n## What differs\n\n## Examples"
    )

    with pytest.raises(UsageError, match="headings go in this order"):
        parse_rule(text, "slow.md")


def test_a_rule_without_examples_is_a_fault(rule_text):
    text = rule_text()

    with pytest.raises(UsageError, match="at least one example"):
        parse_rule(text[: text.index("### In a handler")], "slow.md")


@pytest.mark.parametrize(("title", "gap"), [("A case (todo)", True), ("In a mastodon", False)])
def test_a_title_may_say_that_the_case_is_a_known_gap(rule_text, title, gap):
    rule = parse_rule(rule_text().replace("Left alone", title), "slow.md")

    assert rule.examples[1].known_gap is gap


LINES = (data_dir("rules") / "stdlib/time-sleep.md").read_text(encoding="utf-8").splitlines()


@settings(deadline=None)
@given(st.integers(0, len(LINES)), st.integers(0, len(LINES)), st.sampled_from(["cut", "twice"]))
def test_a_mangled_file_is_a_rule_or_one_line_of_complaint(start, length, how):
    middle = [] if how == "cut" else LINES[start : start + length] * 2
    text = "\n".join([*LINES[:start], *middle, *LINES[start + length :]])

    outcome = parsed_or_complaint(text)

    assert outcome == "RA101" or re.fullmatch(r"mangled\.md:\d+: .+", outcome)


def parsed_or_complaint(text: str) -> str:
    try:
        return parse_rule(text, "mangled.md").id
    except UsageError as error:
        return str(error)
