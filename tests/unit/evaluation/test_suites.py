"""Every suite can be found and read, says its splits, and does not leak what is held out."""

from __future__ import annotations

import json
from pathlib import Path

import eval.suites
import pytest
from eval.runs.figures import dishonest
from eval.runs.leakage import leaks
from eval.runs.runner import Batch, choose, make_batches, run_batch
from eval.runs.suite import find_suite, suite_names
from eval.runs.values import CUT_OFF, Case, Setting
from eval.suites.locate_micro.construct import read_construct, read_constructs


@pytest.fixture
def setting(tmp_path: Path) -> Setting:
    return Setting(artefacts=tmp_path / "artefacts", cache=tmp_path / "cache")


@pytest.mark.parametrize("name", suite_names())
def test_suite_names_its_cases(name: str, setting: Setting):
    suite = find_suite(name)
    cases = suite.cases(setting)
    assert name == suite.NAME
    assert suite.ABOUT
    assert len({case.id for case in cases}) == len(cases)
    assert all(case.split in {"dev", "held-out"} and case.digest for case in cases)


def test_no_rule_prompt_or_code_names_what_is_held_out(setting: Setting):
    cases = [case for name in suite_names() for case in find_suite(name).cases(setting)]
    assert any(case.split == "held-out" for case in cases)
    assert not list(leaks(cases))


def test_a_leak_is_found(tmp_path: Path):
    cases = [
        Case("first-one", "held-out", "imports", "0"),
        Case("second-one", "dev", "imports", "0"),
        Case("third", "held-out", "lonelypackage", "0"),
        Case("a.py:3 direct", "held-out", "imports", "0", "sitespackage"),
        Case("b.py:3 direct", "dev", "imports", "0", "otherpackage"),
    ]
    (tmp_path / "rule.md").write_text(
        "as in first-one\nsecond-one\nimport lonelypackage\nfirst\nsitespackage, otherpackage\n"
    )
    found = list(leaks(cases, [tmp_path]))
    assert [line.partition(".md:")[2] for line in found] == [
        "1 names first-one",
        "3 names lonelypackage",
        "5 names sitespackage",
    ]


def test_constructs():
    found = read_constructs()
    assert len(found) >= 150
    assert sum(not one.expected for one in found) >= 40
    assert not any("# blocks" in text for one in found for _, text in one.files)


def test_marks_become_expectations_at_their_lines(tmp_path: Path):
    path = tmp_path / "x.md"
    path.write_text(
        "# T\n\n- area: calls\n- split: held-out\n\n```python pkg/app.py\n"
        "async def main():\n    f()  # blocks: app.main > app.f > t.s; app.main > u\n```\n"
    )
    one = read_construct(path)
    assert one.split == "held-out"
    assert one.files == (("pkg/app.py", "async def main():\n    f()\n"),)
    assert [(f.file, f.line, f.chain) for f in one.expected] == [
        ("pkg/app.py", 2, ("app.main", "app.f", "t.s")),
        ("pkg/app.py", 2, ("app.main", "u")),
    ]


def test_a_limit_draws_the_same_cases_for_the_same_seed():
    cases = [Case(str(number), "dev", "g", "0") for number in range(50)]
    drawn = [choose(cases, 5, seed) for seed in (1, 1, 2)]
    assert drawn[0] == drawn[1] != drawn[2]
    assert choose(cases, None, 1) == cases


def test_what_was_asked_is_not_asked_again():
    suite = find_suite("locate-micro")
    cases = [Case("a", "dev", "g", "1", "x"), Case("b", "dev", "g", "2", "x")]
    (batch,) = make_batches(suite, cases, {("locate-micro", "a", "1")})
    assert [case.id for case in batch.cases] == ["b"]


def test_a_team_measures_on_its_own_labels(tmp_path: Path):
    package = tmp_path / "packages" / "shop"
    package.mkdir(parents=True)
    source = "import time\n\n\nasync def poll():\n    time.sleep(1)\n    await nap(time.sleep)\n"
    (package / "app.py").write_text(source)
    rows = [
        {"package": "shop", "file": "app.py", "line": line, "kind": kind, "note": "",
         "chain": ["app.poll", "time.sleep"]}
        for line, kind in ((5, "direct"), (6, "negative"))
    ]  # fmt: skip
    labels = tmp_path / "labels.json"
    labels.write_text(json.dumps(rows))
    setting = Setting(tmp_path / "artefacts", tmp_path, labels=labels, packages=package.parent)
    suite = find_suite("locate")
    results = list(suite.run(suite.cases(setting), setting))
    assert {(result.subject, result.points, result.outcome) for result in results} == {
        ("refactor-agent", 1, "right"),
        ("refactor-agent", 0, "right"),
        ("null", 0, "wrong"),
        ("null", 0, "right"),
        ("perfect", 1, "right"),
        ("perfect", 0, "right"),
    }
    assert not dishonest(results)


HALF = """
from eval.runs.values import Result

NAME, ABOUT = "half", "Breaks after its first result."


def cases(setting):
    return []


def run(asked, setting):
    yield Result(NAME, asked[0].id, "dev", "g", "0", "right")
    raise RuntimeError("the rest is gone")
"""


def test_a_suite_that_breaks_half_way_is_told(
    tmp_path: Path, setting: Setting, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "half.py").write_text(HALF)
    monkeypatch.setattr(eval.suites, "__path__", [*eval.suites.__path__, str(tmp_path)])
    one = Case("a", "dev", "g", "0")
    first, cut = run_batch(Batch("half", (one,)), setting)
    assert (first.outcome, cut.outcome, cut.subject) == ("right", "error", CUT_OFF)
    assert dishonest([first]) == []
    [said] = dishonest([first, cut])
    assert "the rest is gone" in said
    assert "the rest is gone" in (setting.artefacts / cut.artefact / "traceback.txt").read_text()
    both = run_batch(Batch("half", (one, Case("b", "dev", "g", "0"))), setting)
    assert [(r.case, r.outcome) for r in both] == [("a", "right"), ("b", "error")]
