"""The report, as the page and the terminal show it."""

from __future__ import annotations

from refactor_agent.domain.decision import Decision, Tried
from refactor_agent.domain.differential import DifferentialRun
from refactor_agent.domain.place import Site, Span
from refactor_agent.domain.plan import ChangeSet, FunctionRef, Refusal
from refactor_agent.domain.proposal import RuleAuthor
from refactor_agent.domain.region import Hop, Region, Skipped
from refactor_agent.domain.verdict import CheckFailure, TestDelta, Verdict
from refactor_agent.emit.page import as_markdown
from refactor_agent.emit.report import Report, ReportedChange, SuiteSummary
from refactor_agent.emit.summary import as_text
from refactor_agent.project import Interpreter, Revision


def site(line: int, file: str = "shop/stock.py") -> Site:
    return Site(file, Span(line, 4, line, 20))


def region(name: str, *hops: Hop) -> Region:
    return Region(id=name, rule="RA101", hops=hops, weight=9)


REGIONS = (
    region(
        "r1",
        Hop(function="shop.stock.count", site=site(9), callee="shop.stock._wait"),
        Hop(function="shop.stock._wait", site=site(4), callee="time.sleep"),
    ),
    region("r2", Hop(function="shop.stock.__call__", site=site(120), callee="sqlite3.connect")),
)


def refusal(line: int, reason: str = "no-async-equivalent", **more) -> Refusal:
    message = "sqlite3.connect: no rule knows __one__ | at all"
    return Refusal(reason=reason, message=message, site=site(line), strategy="native", **more)


def change(number: str, name: str, regions, status, reason="", **more) -> ReportedChange:
    refusals = more.pop("refusals", ())
    tried = more.pop("tried", ())
    ref = FunctionRef(file="shop/stock.py", name=f"shop.stock.{name}")
    change_set = ChangeSet(
        id=number, title=f"shop.stock.{name}: a call", entries=(ref,), regions=regions,
        functions=(ref,), refusals=refusals,
    )  # fmt: skip
    decision = Decision(change_set=number, status=status, reason=reason, tried=tried)
    return ReportedChange(change_set=change_set, decision=decision, **more)


LEFT = change(
    "001-call", "__call__", ("r2",), "left", "one; two",
    refusals=(refusal(120), refusal(130), refusal(120), refusal(5, "thread-affine")),
    tried=(Tried(strategy="offload", author="rules", outcome="refused", reason="a\nb | c"),),
)  # fmt: skip
VERIFIED = change(
    "002-count", "count", ("r1",), "verified",
    author=RuleAuthor(rules=("RA101",)),
    patch="patches/002-count.patch",
    notes=("the wait_for of `time.sleep` ends",),
    verdict=Verdict(
        change_set="002-count", outcome="verified", checks=("parse", "colour"),
        tests=TestDelta(command=("pytest",), ran=3, passed=3, seconds=0.25),
        covering_tests=("test_stock.py::test_count",),
        doubts=(CheckFailure(check="lost-update", message="two tasks\nmay count at once"),),
        differential=(
            DifferentialRun(rule="RA403", example="In a handler", libraries=("a 1", "b"), calls=3),
            DifferentialRun(rule="RA501", example="Rows", not_run="it needs postgresql"),
        ),
    ),
)  # fmt: skip


def report(*changes: ReportedChange, **more) -> Report:
    suite = SuiteSummary(command=("python", "-m", "pytest"), tests=4, passed=3,
                         failing=("tests/test_x.py::test_old",), seconds=1.5,
                         flaky=("tests/test_x.py::test_dice",))  # fmt: skip
    facts = {
        "tool_version": "1.0",
        "run": "20260131-142501-9f3a",
        "target": "/home/me/shop",
        "created": "2026-01-31T14:25:01+00:00",
        "revision": Revision(commit="c" * 40, is_repository=True),
        "interpreter": Interpreter(path="/py", version=(3, 11, 7), origin="the project's .venv"),
        "rules": "f" * 64,
        "suite": suite,
        "regions": REGIONS if changes else (),
        "changes": changes,
        "skipped": (Skipped(file="old_.py", reason="invalid syntax <unknown>"),),
        "notices": ("1 of 4 tests fail.",),
    }
    return Report.model_validate({**facts, **more})


PAGE = """\
# refactor-agent run 20260131-142501-9f3a

2 blocking paths in 2 change sets: **1 verified**, **1 left**.

| | |
|---|---|
| project | `/home/me/shop` |
| commit | cccccccccccccccccccccccccccccccccccccccc |
| interpreter | Python 3.11.7, the project's .venv |
| tests | `python -m pytest`: 3 of 4 passed before any change, 1.5 s a run |

> 1 of 4 tests fail.

## Verified

### 002-count: shop.stock.count: a call

Patch: [`patches/002-count.patch`](patches/002-count.patch), made by rules RA101.

- `RA101` `shop.stock.count` (shop/stock.py:9) → `shop.stock._wait` (shop/stock.py:4) → `time.sleep`

Tests that ran: 3, passed 3, in 0.2 s; 1 executed changed lines: `test_stock.py::test_count`.
2 checks ran; the patch names them.
In doubt: lost-update: two tasks may count at once.
The same in the project's environment, old side and new: RA403 "In a handler", \
3 calls, with a 1 and b.
Not run in the project's environment: RA501 "Rows": it needs postgresql.
Not measured under load.
- Note: the wait_for of `time.sleep` ends

## Left

### 001-call: shop.stock.\\__call_\\_: a call

- `RA101` `shop.stock.__call__` (shop/stock.py:120) → `sqlite3.connect`

| tried | by | outcome | why |
|---|---|---|---|
| offload | rules | refused | a b \\| c |

Refused:

- native (`no-async-equivalent`): sqlite3.connect: no rule knows \\__one_\\_ \\| at all \
(shop/stock.py:120, shop/stock.py:130)
- native (`thread-affine`): sqlite3.connect: no rule knows \\__one_\\_ \\| at all (shop/stock.py:5)

## Tests that fail before any change

- `tests/test_x.py::test_old`

## Tests that end in one way and another before any change

They count for nothing.

- `tests/test_x.py::test_dice`

## Files not looked at

- `old_.py`: invalid syntax \\<unknown>
"""

TEXT = """\
verified (1)
  shop/stock.py:9    002-count  count: time.sleep

left (1)
  shop/stock.py:120  001-call   __call__: sqlite3.connect
      a (+1 more in the report)

2 blocking paths in 2 change sets: 1 verified, 1 left
"""


def test_the_page():
    assert as_markdown(report(LEFT, VERIFIED)) == PAGE


def test_the_terminal():
    assert as_text(report(LEFT, VERIFIED)) == TEXT


def test_nothing_found():
    empty = report(revision=Revision(), suite=SuiteSummary(problem="nothing to verify"))
    assert as_text(empty) == "nothing blocks the event loop\n"
    page = as_markdown(empty)
    assert "0 blocking paths in 0 change sets.\n" in page
    assert "| commit | none (not in a git repository) |" in page
    assert "| tests | not used: nothing to verify |" in page


def test_the_best_endings_come_first():
    statuses = ("left", "rejected", "failed", "unverified", "dropped", "verified")
    changes = [change(f"00{n}-x", "x", ("r1",), status) for n, status in enumerate(statuses)]
    made = report(*changes)
    wanted = ["verified", "unverified", "failed", "dropped", "rejected", "left"]
    assert list(made.grouped()) == wanted
    assert list(made.counts()) == wanted
    assert made.changes == tuple(changes)


def test_a_reason_that_the_notices_give_is_not_repeated():
    suite = SuiteSummary(problem="tests were switched off")
    off = change("001-x", "x", ("r1",), "unverified", "tests were switched off")
    own = change("002-y", "y", ("r1",), "unverified", "a race in y\nsee there")
    text = as_text(report(off, own, suite=suite))
    assert "switched off" not in text
    assert "      a race in y\n" in text


def test_long_lists_are_cut():
    calls = ("a.one", "b.two", "c.three", "d.four")
    hops = [Hop(function="shop.stock.x", site=site(3), callee=call) for call in calls]
    regions = tuple(region(f"r{n}", hop) for n, hop in enumerate(hops))
    names = tuple(found.id for found in regions)
    text = as_text(report(change("001-x", "x", names, "verified"), regions=regions))
    assert "x: a.one, b.two (+2)\n" in text


def test_everything_survives_json():
    made = report(LEFT, VERIFIED)
    assert Report.model_validate_json(made.model_dump_json()) == made
