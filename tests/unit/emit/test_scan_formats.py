"""The formats of `scan` that other programs read."""

from __future__ import annotations

import json
import textwrap

import pytest
from sarif_pydantic import Sarif

from refactor_agent.domain.suppression import Remark
from refactor_agent.emit.annotations import as_annotations
from refactor_agent.emit.known import read_known, without_known, write_known
from refactor_agent.emit.sarif import as_sarif
from refactor_agent.errors import UsageError
from refactor_agent.locate import SourceLines, locate
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


def sarif(root, rulebook, *more, source=SOURCE, prefix=""):
    located = scan(root, rulebook, source)
    lines = SourceLines({"app.py": root / "app.py"})
    text = as_sarif(located, rulebook, lines, *more, prefix=prefix)
    Sarif.model_validate_json(text)
    return json.loads(text)["runs"][0]


def test_sarif_is_valid_and_tells_the_chain(tmp_path, rulebook):
    run = sarif(tmp_path, rulebook)
    (result,) = run["results"]
    steps = result["codeFlows"][0]["threadFlows"][0]["locations"]
    lines = [step["location"]["physicalLocation"]["region"]["startLine"] for step in steps]
    assert lines == [10, 6]
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == "RA101"


def test_sarif_columns_count_code_points(tmp_path, rulebook):
    place = sarif(tmp_path, rulebook)["results"][0]["locations"][0]["physicalLocation"]
    line = '    note = "é"; pause()'
    assert place["region"]["startColumn"] == line.index("pause") + 1


@pytest.mark.parametrize(
    ("call", "level"),
    [
        ("time.sleep(1)", "error"),
        ("open('x').read()", "note"),
        ("Path('x').read_text()", "warning"),
    ],
)
def test_levels_follow_severity(tmp_path, rulebook, call, level):
    source = f"import time\nfrom pathlib import Path\n\nasync def f():\n    {call}\n"
    results = sarif(tmp_path, rulebook, source=source)["results"]
    assert level in [result["level"] for result in results]
    annotation = as_annotations(scan(tmp_path, rulebook, source)).partition(" ")[0]
    assert annotation == f"::{'notice' if level == 'note' else level}"


def test_sarif_gives_github_a_fingerprint_that_outlives_line_moves(tmp_path, rulebook):
    (before,) = sarif(tmp_path, rulebook)["results"]
    (after,) = sarif(tmp_path, rulebook, source="\n# moved\n" + textwrap.dedent(SOURCE))["results"]
    assert before["partialFingerprints"] == after["partialFingerprints"]
    assert "primaryLocationLineHash" in before["partialFingerprints"]


def test_sarif_has_help_and_advice(tmp_path, rulebook):
    run = sarif(tmp_path, rulebook)
    (rule,) = run["tool"]["driver"]["rules"]
    assert rule["help"]["markdown"].startswith("# RA101")
    assert "await `asyncio.sleep`" in run["results"][0]["message"]["text"]


def test_sarif_tells_remarks_and_skipped_files(tmp_path, rulebook):
    (tmp_path / "odd name.py").write_text("def f(:\n")
    remark = Remark(file="app.py", line=6, name="unused-suppression", text="remove it")
    run = sarif(tmp_path, rulebook, [remark], prefix="service/")
    assert [result["ruleId"] for result in run["results"]] == ["RA101", "unused-suppression"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert [rules[result["ruleIndex"]] for result in run["results"]] == rules
    (told,) = run["invocations"][0]["toolExecutionNotifications"]
    assert told["message"]["text"].startswith("skipped odd name.py: does not parse")
    place = told["locations"][0]["physicalLocation"]["artifactLocation"]
    assert place["uri"] == "service/odd%20name.py"


def test_fingerprints_outlive_line_moves(tmp_path, rulebook):
    before = scan(tmp_path, rulebook).regions[0].id
    after = scan(tmp_path, rulebook, "\n# moved\n" + textwrap.dedent(SOURCE)).regions[0].id
    assert before == after


def test_annotations_name_file_line_and_chain(tmp_path, rulebook):
    (line,) = as_annotations(scan(tmp_path, rulebook)).splitlines()
    assert line.startswith("::error file=app.py,line=10,endLine=10,title=RA101::app.handler")
    assert line.endswith("app.pause (app.py:10) → time.sleep (app.py:6)")


def test_annotations_start_at_the_repository(tmp_path, rulebook):
    remark = Remark(file="app.py", line=6, name="unused-suppression", text="remove it: now")
    first, second = as_annotations(
        scan(tmp_path, rulebook), [remark], "services/chat/"
    ).splitlines()
    assert "file=services/chat/app.py,line=10" in first
    assert first.endswith("time.sleep (services/chat/app.py:6)")
    assert second == (
        "::warning file=services/chat/app.py,line=6,title=unused-suppression::remove it: now"
    )


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
    assert (new.regions, gone) == ((), ("app.handler -> app.pause -> time.sleep",))


def test_a_baseline_that_cannot_be_written(tmp_path):
    with pytest.raises(UsageError, match=r"can't write to .*known\.json: No such file"):
        write_known(tmp_path / "missing" / "known.json", [])


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "does not exist"),
        ("not json", "is no baseline"),
        ("[]", "is no baseline"),
        ('{"format_version": 1, "regions": []}', "is no baseline"),
        ('{"format_version": 99, "regions": {}}', "another version"),
    ],
)
def test_an_unusable_baseline_is_one_clear_line(tmp_path, content, says):
    path = tmp_path / "known.json"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(UsageError, match=says):
        read_known(path)
