"""The formats of `scan` that other programs read."""

from __future__ import annotations

import json
import textwrap

import pytest
from sarif_pydantic import Sarif

from refactor_agent.emit.annotations import as_annotations
from refactor_agent.emit.known import read_known, without_known, write_known
from refactor_agent.emit.sarif import as_sarif
from refactor_agent.errors import UsageError
from refactor_agent.locate import locate
from refactor_agent.project import open_project
from refactor_agent.rulebook import load_rulebook

SOURCE = """
    import time


    def pause():
        time.sleep(1)


    async def handler():
        note = "é"; pause()
"""


@pytest.fixture(scope="module")
def rulebook():
    return load_rulebook()


def scan(root, rulebook, source=SOURCE):
    (root / "app.py").write_text(textwrap.dedent(source), encoding="utf-8")
    return locate(open_project(root), rulebook)


def test_sarif_is_valid_and_tells_the_chain(tmp_path, rulebook):
    text = as_sarif(scan(tmp_path, rulebook), rulebook, tmp_path)
    Sarif.model_validate_json(text)
    (run,) = json.loads(text)["runs"]
    (result,) = run["results"]
    steps = result["codeFlows"][0]["threadFlows"][0]["locations"]
    lines = [step["location"]["physicalLocation"]["region"]["startLine"] for step in steps]
    assert lines == [10, 6]
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == "RA101"


def test_sarif_columns_count_code_points(tmp_path, rulebook):
    text = as_sarif(scan(tmp_path, rulebook), rulebook, tmp_path)
    place = json.loads(text)["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
    line = '    note = "é"; pause()'
    assert place["region"]["startColumn"] == line.index("pause") + 1


def test_fingerprints_outlive_line_moves(tmp_path, rulebook):
    before = scan(tmp_path, rulebook).regions[0].id
    after = scan(tmp_path, rulebook, "\n# moved\n" + textwrap.dedent(SOURCE)).regions[0].id
    assert before == after


def test_annotations_name_file_line_and_chain(tmp_path, rulebook):
    (line,) = as_annotations(scan(tmp_path, rulebook)).splitlines()
    assert line.startswith("::warning file=app.py,line=10,endLine=10,title=RA101::app.handler")
    assert line.endswith("app.pause (app.py:10) → time.sleep (app.py:6)")


def test_a_baseline_lets_only_new_paths_through(tmp_path, rulebook):
    known = tmp_path / "known.json"
    write_known(known, scan(tmp_path, rulebook).regions)
    more = textwrap.dedent(SOURCE) + "\n\nasync def other():\n    time.sleep(2)\n"
    new, gone = without_known(scan(tmp_path, rulebook, more), read_known(known))
    assert [region.entry for region in new.regions] == ["app.other"]
    assert gone == ()


def test_a_baseline_says_what_is_gone(tmp_path, rulebook):
    known = tmp_path / "known.json"
    write_known(known, scan(tmp_path, rulebook).regions)
    new, gone = without_known(scan(tmp_path, rulebook, "x = 1\n"), read_known(known))
    assert (len(new.regions), len(gone)) == (0, 1)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "does not exist"),
        ("not json", "is no baseline"),
        ("[]", "is no baseline"),
        ('{"format_version": 99, "regions": {}}', "another version"),
    ],
)
def test_an_unusable_baseline_is_one_clear_line(tmp_path, content, says):
    path = tmp_path / "known.json"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(UsageError, match=says):
        read_known(path)
