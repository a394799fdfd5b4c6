from __future__ import annotations

import pytest

from refactor_agent.data import data_dir
from refactor_agent.errors import RefactorAgentError, UsageError
from refactor_agent.rulebook import load_rulebook


def test_a_teams_rules_stand_beside_the_built_in_ones(rules_directory, rule_text):
    book = load_rulebook([rules_directory(slow=rule_text(), README="# Not a rule")])

    assert book.rule("XY101").path == "slow.md"
    assert book.blocking("slow.call")
    assert book.blocking("time.sleep")


def test_disabled_rules_are_gone():
    book = load_rulebook(disable=["RA101"])

    assert book.blocking("time.sleep") is None


@pytest.mark.parametrize("unknown", ["RA10", "ra101", "NOPE"])
def test_disabling_an_unknown_rule_is_a_fault(unknown):
    with pytest.raises(UsageError, match="there is no rule"):
        load_rulebook(disable=[unknown])


def test_an_id_used_twice_is_a_fault(rules_directory, rule_text):
    directory = rules_directory(one=rule_text(), two=rule_text())

    with pytest.raises(UsageError, match=r"two\.md: id XY101 is already used by one\.md"):
        load_rulebook([directory])


def test_a_missing_directory_is_a_fault(tmp_path):
    with pytest.raises(UsageError, match=r"rules directory .* does not exist"):
        load_rulebook([tmp_path / "nowhere"])


def test_a_file_that_is_not_utf8_is_a_fault(tmp_path):
    (tmp_path / "bad.md").write_bytes(b"\xff\xfe")

    with pytest.raises(UsageError, match=r"bad\.md can't be read"):
        load_rulebook([tmp_path])


def test_data_that_is_not_there_is_a_broken_installation():
    assert data_dir("rules").is_dir()
    with pytest.raises(RefactorAgentError, match="reinstall"):
        data_dir("no-such-data")
