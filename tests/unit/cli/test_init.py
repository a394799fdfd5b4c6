"""`init` gives a team its own prompts and never takes an edit away."""

from __future__ import annotations

import shutil

import pytest
from typer.testing import CliRunner

from refactor_agent.cli import _upstream
from refactor_agent.cli.app import app
from refactor_agent.cli.init import init  # noqa: F401 - registers the command
from refactor_agent.cli.rules import rules  # noqa: F401 - a second command, so that names count
from refactor_agent.data import data_dir
from refactor_agent.llm.prompts import PAGES, TEMPLATES
from refactor_agent.project import open_project
from refactor_agent.rulebook.export import check_cursor_rules
from refactor_agent.run.prompts import prompts_for

REVIEW = "prompts/refactor-agent/CLAUDE.code-review.md"


@pytest.fixture
def project(tmp_path):
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "shop"\n')
    (tmp_path / "shop.py").write_text("x = 1\n")
    return tmp_path


def run_init(project, *options):
    """Give outcome by file."""
    result = CliRunner().invoke(app, ["init", str(project), *options])
    assert result.exit_code == 0, result.output
    lines = [line.split() for line in result.stdout.splitlines()]
    return {line[1]: line[0] for line in lines}


def test_everything_is_written_once(project):
    first, second = run_init(project), run_init(project)
    for name in (*PAGES, *TEMPLATES):
        copy = project / "prompts/refactor-agent" / name
        assert copy.read_bytes() == (data_dir("prompts") / name).read_bytes()
    assert set(first.values()) == {"wrote"}
    assert set(second.values()) == {"unchanged"}
    assert first.keys() == second.keys()
    assert check_cursor_rules(project / ".cursor/rules") == ()


@pytest.mark.parametrize("file", [REVIEW, ".cursor/rules/async-house-rules.mdc"])
def test_an_edit_is_kept_unless_forced(project, file):
    run_init(project)
    original = (project / file).read_text()
    (project / file).write_text(original + "\nOurs.\n")
    assert run_init(project)[file] == "left"
    assert (project / file).read_text().endswith("\nOurs.\n")
    assert run_init(project, "--force")[file] == "wrote"
    assert (project / file).read_text() == original


def test_a_guide_keeps_what_stood_in_it(project):
    (project / "CLAUDE.md").write_text("# Shop\n\nBe kind.\n")
    run_init(project)
    text = (project / "CLAUDE.md").read_text()
    assert text.startswith("# Shop\n\nBe kind.\n")
    assert f"follow `{REVIEW}`" in text
    (project / "CLAUDE.md").write_text(text + "\nBe brief.\n")
    assert run_init(project)["CLAUDE.md"] == "unchanged"


def test_an_edit_inside_the_marks_is_kept_unless_forced(project):
    run_init(project)
    guide = project / "CLAUDE.md"
    guide.write_text(guide.read_text().replace("## Pages to follow", "## Our pages"))
    assert run_init(project)["CLAUDE.md"] == "left"
    assert "## Our pages" in guide.read_text()
    assert run_init(project, "--force")["CLAUDE.md"] == "wrote"
    assert "## Pages to follow" in guide.read_text()


@pytest.mark.parametrize("claude", [None, "@AGENTS.md\n"])
def test_the_guide_is_agents_md_where_that_is_what_counts(project, claude):
    (project / "AGENTS.md").write_text("# For agents\n")
    if claude:
        (project / "CLAUDE.md").write_text(claude)
    assert "AGENTS.md" in run_init(project)
    assert REVIEW in (project / "AGENTS.md").read_text()
    assert not claude or (project / "CLAUDE.md").read_text() == claude


def test_nothing_is_written_through_a_link_out_of_the_project(project, tmp_path_factory):
    outside = tmp_path_factory.mktemp("outside")
    (project / "prompts").symlink_to(outside)
    assert run_init(project, "--force")[REVIEW] == "left"
    assert not list(outside.iterdir())


def test_the_teams_copy_is_what_a_run_prompts_with(project):
    run_init(project)
    (project / REVIEW).write_text("Ours.")
    assert prompts_for(open_project(project)).page("CLAUDE.code-review.md") != "Ours."
    with (project / "pyproject.toml").open("a") as file:
        file.write('[tool.refactor-agent]\nprompts = "prompts/refactor-agent"\n')
    assert prompts_for(open_project(project)).page("CLAUDE.code-review.md") == "Ours."


@pytest.fixture
def older(project, monkeypatch, tmp_path_factory):
    """A project whose copies were made of templates that said something else on two lines."""
    old = tmp_path_factory.mktemp("older") / "prompts"
    shutil.copytree(data_dir("prompts"), old)
    page = old / "CLAUDE.code-review.md"
    lines = page.read_text().splitlines(keepends=True)
    page.write_text("".join([*lines[:-1], "Said otherwise once.\n"]))
    with monkeypatch.context() as patched:
        patched.setattr(_upstream, "data_dir", lambda _: old)
        run_init(project)
    return project


def diff_of(project) -> str:
    return CliRunner().invoke(app, ["init", str(project), "--diff"]).stdout


def test_a_copy_that_nobody_edited_follows_the_package(older):
    assert run_init(older)[REVIEW] == "updated"
    packaged = (data_dir("prompts") / "CLAUDE.code-review.md").read_text()
    assert (older / REVIEW).read_text() == packaged
    assert set(run_init(older).values()) == {"unchanged"}


def edit(project) -> str:
    path = project / REVIEW
    path.write_text(path.read_text().replace("# Reviewing", "# Ours: reviewing", 1))
    return path.read_text()


def test_an_edited_copy_stays_and_what_changed_upstream_is_shown(older):
    mine = edit(older)
    assert run_init(older)[REVIEW] == "left"
    assert (older / REVIEW).read_text() == mine
    shown = diff_of(older)
    assert "-Said otherwise once.\n" in shown
    assert "Ours: reviewing" not in shown, "that is the team's own"
    assert shown.count("\n@@") == 1


def test_what_changed_upstream_can_be_merged_into_an_edited_copy(older):
    edit(older)
    assert run_init(older, "--merge")[REVIEW] == "merged"
    text = (older / REVIEW).read_text()
    assert "# Ours: reviewing" in text
    assert "Said otherwise once." not in text
    assert diff_of(older) == ""
    assert run_init(older)[REVIEW] == "left", "it is edited, and stays so"


def test_what_both_changed_is_left_until_it_counts_as_seen(older):
    path = older / REVIEW
    path.write_text(path.read_text().replace("Said otherwise once.", "We say this."))
    mine = path.read_text()
    assert run_init(older, "--merge")[REVIEW] == "left"
    assert diff_of(older) != ""
    run_init(older, "--seen")
    assert diff_of(older) == ""
    assert path.read_text() == mine


def test_only_one_treatment_at_a_time(project):
    result = CliRunner().invoke(app, ["init", str(project), "--merge", "--force"])
    assert "give one of --force" in str(result.exception)
