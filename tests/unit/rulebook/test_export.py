from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from refactor_agent.errors import UsageError
from refactor_agent.rulebook import RuleBook
from refactor_agent.rulebook.export import (
    check_cursor_rules,
    claude_section,
    cursor_rules,
    docs_pages,
    export_to,
    generated_files,
    stale_files,
    with_claude_section,
    write_files,
)
from refactor_agent.rulebook.parse import parse_rule
from refactor_agent.rulebook.text import list_rules, show_rule

GOOD = '---\ndescription: "Say when"\nglobs: ""\nalwaysApply: false\n---\n\nText.\n'


@pytest.fixture
def book(rule_text):
    return RuleBook([parse_rule(rule_text(), "slow.md")])


def test_cursor_rules_are_valid(book, tmp_path):
    write_files(tmp_path, cursor_rules(book))

    assert check_cursor_rules(tmp_path) == ()


def test_one_cursor_rule_always_applies_and_it_is_short(book):
    always = {n: text for n, text in cursor_rules(book).items() if "alwaysApply: true" in text}

    assert list(always) == ["async-house-rules.mdc"]
    assert len(always["async-house-rules.mdc"].splitlines()) < 50


def test_a_rule_with_globs_of_its_own_is_attached_by_them(rule_text):
    text = rule_text('globs: ["services/**/*.py", "jobs/*.py"]\n')

    files = cursor_rules(RuleBook([parse_rule(text, "slow.md")]))

    assert 'globs: "services/**/*.py,jobs/*.py"\n' in files["xy101-slow-call.mdc"]


@pytest.mark.parametrize(
    ("name", "text", "fault"),
    [
        ("rule.md", GOOD, "not kebab-case with the ending .mdc"),
        ("Rule_One.mdc", GOOD, "not kebab-case with the ending .mdc"),
        ("rule.mdc", "Text.\n", "no front matter"),
        ("rule.mdc", GOOD.replace('""', "**/*.py"), "quote globs"),
        ("rule.mdc", GOOD.replace("false", '"false"'), "without quotes"),
        ("rule.mdc", GOOD.replace("alwaysApply: false\n", ""), "exactly description, globs"),
        ("rule.mdc", GOOD.replace("globs", "paths"), "exactly description, globs"),
        ("rule.mdc", GOOD.replace('""', "3"), "globs must be text"),
        ("rule.mdc", GOOD.replace('""', '"/src/*.py"'), "relative to the project"),
        ("rule.mdc", GOOD.replace('"Say when"', '""'), "the rule is never used"),
        ("rule.mdc", GOOD.replace('"Say when"', "1"), "description must be text"),
        ("rule.mdc", GOOD.replace("Text.\n", ""), "the rule has no text"),
        ("rule.mdc", GOOD + "more\n" * 500, "fewer than 500"),
    ],
)
def test_faults_of_cursor_rules(tmp_path, name, text, fault):
    (tmp_path / name).write_text(text, encoding="utf-8")

    (problem,) = check_cursor_rules(tmp_path)

    assert problem.startswith(f"{name}: ")
    assert fault in problem


def test_checking_what_is_no_directory(tmp_path):
    with pytest.raises(UsageError, match="is not a directory"):
        check_cursor_rules(tmp_path / "nowhere")


def test_pages_and_texts_show_the_rule(book):
    pages = docs_pages(book)

    assert "[XY101](XY101-slow-call.md)" in pages["README.md"]
    assert show_rule(book.rules[0]) in pages["XY101-slow-call.md"]
    assert "snail.call(1)  # <- XY101" in pages["XY101-slow-call.md"]
    assert list_rules(book) == "XY101  slow-call   7  review   offload\n"


def test_stale_missing_and_left_over_files_are_named(book, tmp_path):
    files = generated_files(book)
    write_files(tmp_path, files)
    assert stale_files(tmp_path, files) == ()

    page = tmp_path / "docs/rules/XY101-slow-call.md"
    (page.parent / "XY999-gone.md").write_text(page.read_text(encoding="utf-8"), encoding="utf-8")
    (page.parent / "by-hand.md").write_text("# Mine\n", encoding="utf-8")
    page.write_text("changed", encoding="utf-8")

    assert stale_files(tmp_path, files) == (
        "docs/rules/XY101-slow-call.md", "docs/rules/XY999-gone.md",
    )  # fmt: skip
    write_files(tmp_path, files)
    assert stale_files(tmp_path, files) == ()
    assert (page.parent / "by-hand.md").exists()


def test_the_section_of_claude_md_is_replaced_in_place(book):
    once = with_claude_section("# Mine\n\nFirst.\n", book)
    between = once + "\nLast.\n"

    assert once == f"# Mine\n\nFirst.\n\n{claude_section(book)}"
    assert with_claude_section(between, book) == between
    assert with_claude_section("", book) == claude_section(book)


def test_exporting_to_a_project_leaves_its_own_files(book, tmp_path):
    mine = tmp_path / ".cursor/rules/mine.mdc"
    mine.parent.mkdir(parents=True)
    mine.write_text(GOOD, encoding="utf-8")

    written = export_to(tmp_path, book)

    assert "CLAUDE.md" in written
    assert mine.read_text(encoding="utf-8") == GOOD
    assert check_cursor_rules(mine.parent) == ()


def test_the_command_says_what_is_stale(tmp_path):
    command = [sys.executable, "-m", "refactor_agent.rulebook.export", "--root", str(tmp_path)]

    stale = subprocess.run([*command, "--check"], capture_output=True, text=True, check=False)
    assert stale.returncode == 1
    assert "docs/rules/README.md is stale; run `make rules`" in stale.stderr

    assert subprocess.run(command, check=False).returncode == 0
    assert subprocess.run([*command, "--check"], check=False).returncode == 0
    assert Path(tmp_path, ".cursor/rules/async-house-rules.mdc").is_file()
