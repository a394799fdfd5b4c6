"""Results on disk, their comparison, their baseline and their page."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from eval.runs.baseline import regressions, write_baseline
from eval.runs.compare import changes, compared_lines, only_in_one
from eval.runs.figures import dishonest, figures
from eval.runs.reasons import kinds_of, refused_by_kind, sentences_of
from eval.runs.report import as_html
from eval.runs.results import (
    Run,
    RunError,
    append,
    create,
    cut_torn,
    make_header,
    read_run,
    unfinished,
)
from eval.runs.values import NULL, PERFECT, Result

HEADER = make_header({"suite": "locate-micro"}, ["--suite", "locate-micro"], seed=0)


def result(case: str, outcome: str = "right", points: float = 1, **more: object) -> Result:
    return replace(
        Result("locate-micro", case, "dev", "calls", f"digest of {case}", outcome, of=1),
        points=points,
        **more,
    )


def test_header_says_what_ran_where():
    assert {"commit", "tool", "seed", "machine", "options", "started"} <= HEADER.keys()


def test_runs_never_share_a_directory(tmp_path: Path):
    made = [create(tmp_path, HEADER).path for _ in range(3)]
    assert len(set(made)) == 3


def test_results_are_read_as_written_but_for_a_line_cut_off(tmp_path: Path):
    run = create(tmp_path, HEADER)
    append(run, [result("a", counts={"missed": 1}), result("b", "wrong", 0)])
    with (run.path / "results.jsonl").open("a") as file:
        file.write('{"suite": "locate-mi')
    again = read_run(run.path)
    assert list(again.results) == [
        result("a", counts={"missed": 1}),
        result("b", "wrong", 0),
    ]
    assert ("locate-micro", "a", "digest of a") in again.done


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "results.jsonl: No such file"),
        ("", "holds no results; name what"),
        ("# Words\n", "holds no results; name what"),
        ("[]\n", "holds no results; name what"),
        ('{"suite": "convert"}\n', "holds no results; name what"),
        ('{"format": 99}\n', "is of format 99, not 1"),
        ('{"format": 1}\n3\n', "line 2 is no result"),
        ('{"format": 1}\n{"suite": "convert"}\n', "line 2 is no result"),
    ],
)
def test_what_is_no_result_is_said(tmp_path: Path, text: str | None, said: str):
    if text is not None:
        (tmp_path / "results.jsonl").write_text(text)
    with pytest.raises(RunError, match=said):
        read_run(tmp_path)


def test_comparison_names_what_got_better_and_worse():
    before = [result("a"), result("b", "wrong", 0), result("c"), result("gone")]
    refused = result("a", "refused", 0, reason="it may break")
    after = [refused, result("b"), replace(result("c"), digest="other")]
    (change,) = changes(before, after, seed=0)
    assert change.better == ("b: wrong, 0 of 1, now right, 1 of 1",)
    assert change.worse == ("a: right, 1 of 1, now refused, 0 of 1: it may break",)
    assert (change.cases, change.apart) == (2, 2)
    assert "1 better, 1 worse, 2 not in both" in next(compared_lines([change]))


def test_comparison_of_cases_that_read_otherwise_gives_no_figure():
    now = replace(result("a"), digest="other")
    (line,) = _lines([result("a")], [now])
    assert line == "locate-micro (refactor-agent, dev): no case is the same in both; 1 not in both"


@pytest.mark.parametrize(
    ("cases", "said"), [(5, "too few for an interval"), (6, "[+100.0%, +100.0%]")]
)
def test_few_cases_have_no_interval(cases: int, said: str):
    wrong = [result(str(number), "wrong", 0, seconds=1.0) for number in range(cases)]
    right = [result(str(number), seconds=9.0) for number in range(cases)]
    lines = _lines(wrong, right)
    assert said in lines[0]
    assert any("time:" in line for line in lines) == (cases == 6)


def test_what_one_result_holds_alone_is_named():
    peer = result("a", subject="ruff")
    other = replace(result("x"), suite="convert")
    assert list(only_in_one([result("a"), peer], [result("a"), other])) == [
        "convert (refactor-agent, dev), 1 cases: only in the second",
        "locate-micro (ruff, dev), 1 cases: only in the first",
    ]


@pytest.mark.parametrize(
    ("cases", "said"),
    [
        ({"locate-micro": 2}, []),
        ({"locate-micro": 3, "convert": 1}, ["locate-micro, 2 of 3", "convert, 0 of 1"]),
        (None, []),
    ],
)
def test_page_says_what_a_stopped_run_lacks(tmp_path: Path, cases: object, said: list[str]):
    results = (result("a", load=2.5), result("a", subject=NULL, points=0), result("b"))
    run = Run(tmp_path, {**HEADER, "cases": cases}, results)
    assert list(unfinished(run)) == [f"{text} cases" for text in said]
    page = as_html(run)
    assert page.count("The run is unfinished") == len(said)
    assert "2.5 (median), 2.5 to 2.5" in page


@pytest.mark.parametrize("bad", ["alarms", "let through"])
def test_less_that_is_bad_is_better_with_the_same_outcome(bad: str):
    worse = result("a", "wrong", 0, counts={bad: 3})
    better = replace(worse, counts={bad: 1})
    (change,) = changes([worse], [better], seed=0)
    assert change.better == (f"a: wrong, 0 of 1, {bad} 3, now wrong, 0 of 1, {bad} 1",)
    (change,) = changes([better], [worse], seed=0)
    assert len(change.worse) == 1


def test_splits_are_compared_apart():
    before = [result("a"), replace(result("b"), split="held-out")]
    after = [result("a"), replace(result("b", "wrong", 0), split="held-out")]
    found = {change.split: change.share for change in changes(before, after, seed=0)}
    assert found == {"dev": 0.0, "held-out": -1.0}


def test_time_is_told_where_it_differs():
    slow = [result(str(number), seconds=10.0 + number % 3) for number in range(20)]
    fast = [replace(one, seconds=one.seconds / 2) for one in slow]
    noisy = [replace(one, seconds=one.seconds + (-1) ** n) for n, one in enumerate(slow)]
    assert any("time: -50% [-50%, -50%]" in line for line in _lines(slow, fast))
    assert not any("time" in line for line in _lines(slow, noisy))


def _lines(before: list[Result], after: list[Result]) -> list[str]:
    return list(compared_lines(list(changes(before, after, seed=0))))


@pytest.mark.parametrize(
    ("now", "said"),
    [
        ([result("a"), result("b", "wrong", 0)], []),
        ([result("a"), result("b")], []),
        ([result("a", "refused", 0), result("b")], ["a (refactor-agent): was right"]),
        ([result("a", "wrong", 0), result("b")], ["a (refactor-agent): was right"]),
        ([result("a")], ["b (refactor-agent) was not asked"]),
        ([result("a"), result("b"), result("c")], ["c is not recorded"]),
        ([replace(result("a"), digest="x"), result("b")], ["a (refactor-agent) reads otherwise"]),
    ],
)
def test_regression(tmp_path: Path, now: list[Result], said: list[str]):
    path = tmp_path / "ci.jsonl"
    write_baseline(path, [result("a"), result("b", "wrong", 0)])
    found = list(regressions(path, now))
    assert len(found) == len(said)
    assert all(text in line for text, line in zip(said, found, strict=True))


def test_what_other_suites_came_to_stays_recorded(tmp_path: Path):
    path = tmp_path / "ci.jsonl"
    other = replace(result("x"), suite="other")
    write_baseline(path, [result("a"), other])
    write_baseline(path, [result("b")])
    assert not list(regressions(path, [result("b"), other]))
    assert len(path.read_text().splitlines()) == 2


def test_a_line_that_is_damaged_is_named(tmp_path: Path):
    run = create(tmp_path, HEADER)
    with (run.path / "results.jsonl").open("a") as file:
        file.write("{broken\n")
    append(run, [result("a")])
    with pytest.raises(RunError, match=r"line 2: .*; take the line out"):
        read_run(run.path)


def test_a_line_that_was_not_written_whole_is_cut_off(tmp_path: Path):
    run = create(tmp_path, HEADER)
    append(run, [result("a")])
    with (run.path / "results.jsonl").open("a") as file:
        file.write('{"case": "b')
    cut_torn(read_run(run.path))
    append(run, [result("c")])
    assert [one.case for one in read_run(run.path).results] == ["a", "c"]


def test_a_part_of_the_slice_lacks_nothing(tmp_path: Path):
    path = tmp_path / "ci.jsonl"
    write_baseline(path, [result("a"), result("b")])
    assert not list(regressions(path, [result("a")], whole=False))
    assert len(list(regressions(path, [result("a", "wrong", 0)], whole=False))) == 1


def test_stand_ins_show_a_dishonest_suite():
    honest = [result("a", "wrong", 0, subject=NULL), result("a", subject=PERFECT)]
    assert not dishonest(honest)
    assert len(dishonest([result("a", subject=NULL)])) == 1
    assert len(dishonest([result("a", "wrong", 0, subject=PERFECT)])) == 1


def test_refusals_are_neither_right_nor_wrong():
    (figure,) = figures([result("a"), result("b", "refused", 0), result("c", "wrong", 0)])
    assert figure.outcomes == {"right": 1, "refused": 1, "wrong": 1}
    assert figure.score == pytest.approx(1 / 3)


TOLD = (
    "left: native refused: `any` stops early; left: shared-state: a.f: it changes self.n;"
    " left: a.f: it changes self.n"
)


@pytest.mark.parametrize(
    ("reason", "sentences", "kinds"),
    [
        (TOLD, ("`any` stops early", "shared-state: a.f: it changes self.n"), ("shared-state",)),
        ("left: generator: a.f: it yields", ("generator: a.f: it yields",), ("generator",)),
        (
            "failed: native failed: late-await: a.f waits; failed: late-await: a.f waits",
            ("late-await: a.f waits",),
            ("late-await",),
        ),
        (
            "unverified: no passing test executes 1 changed lines: a.py:9",
            ("no passing test executes 1 changed lines: a.py:9",),
            ("coverage",),
        ),
        ("fails test_free_while_asking", ("fails test_free_while_asking",), ()),
    ],
)
def test_reasons_are_told_once_and_by_kind(reason, sentences, kinds):
    assert sentences_of(reason) == sentences
    assert kinds_of(reason) == kinds


def test_areas_stand_in_the_order_of_their_numbers(tmp_path: Path):
    groups = ("10 loops", "2 values", "held out")
    results = [result(name, group=name) for name in groups]
    page = as_html(Run(tmp_path, HEADER, results))
    table = page[page.rindex("<h2>locate-micro") :]
    assert table.index("2 values") < table.index("10 loops") < table.index("held out")


def test_page_counts_what_the_tool_refused_and_leaves_out_stand_ins_and_peers(tmp_path: Path):
    results = (
        result("a", "refused", 0, reason=TOLD),
        result("b", "refused", 0, reason="left: shared-state: b.f: it changes self.m"),
        result("a", "refused", 0, reason="nothing was changed", subject=NULL),
        result("a", "refused", 0, reason="fails test_free", subject="to-thread"),
    )
    assert refused_by_kind(results) == {"shared-state": 2}
    page = as_html(Run(tmp_path, json.loads(json.dumps(HEADER)), results))
    assert '<td>shared-state</td><td class="n">2</td>' in page
    assert "nothing was changed" not in page
    assert "calls: to-thread" in page
    assert "calls: null" not in page


def test_page_needs_no_other_file_and_escapes(tmp_path: Path):
    bad = result("<b>", "wrong", 0, reason="missed <x>", lines=12, seconds=0.5)
    large = result("a", lines=100, counts={"wrong, let through": 7})
    page = as_html(Run(tmp_path, json.loads(json.dumps(HEADER)), (bad, large)))
    assert "<b>" not in page
    assert "&lt;x&gt;" in page
    assert page.count("<svg") == 3
    assert "lines of Python 12, seconds 0.5" in page
    assert '<td class="n">7</td>' in page
    assert "src=" not in page
    assert "href=" not in page
