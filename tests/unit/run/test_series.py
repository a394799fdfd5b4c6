"""Which patches a run makes of its proposals, and in which order."""

from __future__ import annotations

import pytest

from refactor_agent.domain.differential import DifferentialRun
from refactor_agent.domain.load import LoadReport
from refactor_agent.domain.place import Site, Span
from refactor_agent.domain.plan import ChangeSet, Dependency, FunctionRef
from refactor_agent.domain.proposal import FunctionEdit, NewFile, Proposal, RuleAuthor
from refactor_agent.domain.verdict import CheckFailure, TestDelta, Verdict
from refactor_agent.edit import function_source
from refactor_agent.run.evidence import evidence
from refactor_agent.run.series import Accepted, plan_series
from refactor_agent.tree import Tree
from support.files import write_files

BOUNDARY = NewFile(file="pkg/_async_adapters.py", text="offload = None\n")
HTTPX = Dependency(distribution="httpx", specifier=">=0.27")


@pytest.fixture
def base(tmp_path) -> Tree:
    code = "def one():\n    return 1\n\n\ndef two():\n    return 1\n"
    project = '[project]\nname = "pkg"\nversion = "1"\ndependencies = [\n    "redis",\n]\n'
    files = {"pkg/__init__.py": "", "pkg/app.py": code, "pyproject.toml": project}
    return Tree(write_files(tmp_path, files))


def accepted(  # noqa: PLR0913 - a case says only what it is about
    base, name, function, status="verified", *, returns=2, boundary=False, needs=()
):
    """A change set whose function returns something else."""
    ref = FunctionRef(file="pkg/app.py", name=f"pkg.app.{function}")
    before = function_source(base, ref).before_hash
    edit = FunctionEdit(
        function=ref, before=before, code=f"def {function}():\n    return {returns}\n"
    )
    proposal = Proposal(
        change_set=name,
        strategy="offload",
        author=RuleAuthor(rules=("RA101",)),
        functions=(edit,),
        new_files=(BOUNDARY,) if boundary else (),
        dependencies=needs,
    )
    change_set = ChangeSet(
        id=name, title=f"pkg.app.{function}: time.sleep, …", entries=(ref,), regions=(),
        functions=(ref,),
    )  # fmt: skip
    tests = TestDelta(command=("pytest",), ran=3, passed=3)
    verdict = Verdict(change_set=name, outcome=status, tests=tests, covering_tests=("t",))
    return Accepted(change_set, proposal, verdict, status)


def planned(series):
    return [(one.step.name, one.status, sorted(one.step.changes)) for one in series.patches]


def test_verified_patches_come_first(base):
    series = plan_series(
        base,
        [accepted(base, "001-one", "one", "unverified"), accepted(base, "002-two", "two")],
        {},
    )
    assert planned(series) == [
        ("002-two", "verified", ["pkg/app.py"]),
        ("001-one", "unverified", ["pkg/app.py"]),
    ]
    first, second = (one.step.changes["pkg/app.py"] for one in series.patches)
    assert first.count(b"return 2") == 1
    assert second.count(b"return 2") == 2


def test_support_stands_before_what_needs_it(base):
    series = plan_series(
        base,
        [
            accepted(base, "001-one", "one", boundary=True, needs=(HTTPX,)),
            accepted(base, "002-two", "two", boundary=True, needs=(HTTPX,)),
        ],
        {},
    )
    assert planned(series) == [
        ("000-async-boundary", "support", ["pkg/_async_adapters.py"]),
        ("000-dependencies", "support", ["pyproject.toml"]),
        ("001-one", "verified", ["pkg/app.py"]),
        ("002-two", "verified", ["pkg/app.py"]),
    ]
    assert [one.change_set for one in series.patches] == [None, None, "001-one", "002-two"]
    assert [one.step.message.splitlines()[0] for one in series.patches] == [
        "Add the async boundary module", "Declare httpx", "Unblock app.one", "Unblock app.two",
    ]  # fmt: skip


def test_support_of_unverified_patches_is_unverified(base):
    series = plan_series(base, [accepted(base, "001-one", "one", "unverified", boundary=True)], {})
    assert planned(series) == [
        ("000-async-boundary-unverified", "unverified", ["pkg/_async_adapters.py"]),
        ("001-one", "unverified", ["pkg/app.py"]),
    ]


def test_support_is_made_once(base):
    series = plan_series(
        base,
        [
            accepted(base, "001-one", "one", boundary=True),
            accepted(base, "002-two", "two", "unverified", boundary=True),
        ],
        {},
    )
    names = [one.step.name for one in series.patches]
    assert names == ["000-async-boundary", "001-one", "002-two"]


def test_a_dependency_that_nothing_declares_is_told(base):
    (base.root / "pyproject.toml").unlink()
    series = plan_series(base, [accepted(base, "001-one", "one", needs=(HTTPX,))], {})
    assert series.by_hand == ("httpx",)
    assert [one.step.name for one in series.patches] == ["001-one"]


def test_many_dependencies_go_into_the_body(base):
    needs = tuple(Dependency(distribution=f"distribution-number-{n}") for n in range(4))
    series = plan_series(base, [accepted(base, "001-one", "one", needs=needs)], {})
    subject, _, body = series.patches[0].step.message.partition("\n\n")
    assert subject == "Declare 4 dependencies"
    assert body.startswith("distribution-number-0, ")


def test_what_no_longer_fits_is_named(base):
    series = plan_series(
        base,
        [accepted(base, "001-one", "one"), accepted(base, "002-one", "one", returns=3)],
        {},
    )
    assert [one.step.name for one in series.patches] == ["001-one"]
    assert list(series.misfits) == ["002-one"]


def test_what_is_done_already_is_no_patch(base):
    done = accepted(base, "002-none", "two", returns=1)
    series = plan_series(base, [accepted(base, "001-one", "one"), done], {})
    assert [one.step.name for one in series.patches] == ["001-one"]
    assert series.misfits == {"002-none": "the patches before it leave nothing to change"}


def test_the_message_holds_title_and_evidence(base):
    series = plan_series(base, [accepted(base, "001-one", "one")], {})
    lines = series.patches[0].step.message.splitlines()
    assert lines[:3] == ["Unblock app.one", "", "pkg.app.one: time.sleep, …"]
    assert "Outcome: verified. 3 of 3 tests passed; 1 executed changed lines." in lines


def test_the_evidence_says_what_was_tried_and_what_stayed_unproven():
    place = Site("shop/stock.py", Span(9, 4, 9, 20))
    doubt = CheckFailure(check="lost-update", message="two tasks\nmay count at once")
    verdict = Verdict(
        change_set="001-one", outcome="unverified", checks=("colour", "lost-update", "parse"),
        doubts=(doubt,), tests=TestDelta(command=("pytest",), ran=40, passed=40),
        covering_tests=tuple(f"t.py::test_{number}" for number in range(33)),
        uncovered=(place,), unblocked=("time.sleep in shop/stock.py::count",),
        differential=(
            DifferentialRun(rule="RA403", example="A call", libraries=("a 1", "b 2"), calls=3),
            DifferentialRun(rule="RA501", example="Rows", not_run="it needs postgresql"),
        ),
        load=LoadReport(problem="no route"),
    )  # fmt: skip
    lines = list(evidence(verdict, "unverified"))
    assert lines[:3] == [
        "Outcome: unverified. 40 of 40 tests passed; 33 executed changed lines.",
        "Changed lines were executed by:",
        "  t.py::test_0",
    ]
    assert lines[32:] == [
        "  and 3 more, which report.json names",
        "Checks of the tree that did not object:",
        "  colour, parse",
        "No longer on the event loop in these tests:",
        "  time.sleep in shop/stock.py::count",
        "The same by both libraries in the project's environment:",
        '  RA403 "A call", 3 calls: a 1, b 2',
        "Not proven:",
        "  no test executed shop/stock.py:9",
        "  lost-update: two tasks may count at once",
        '  both sides of RA501 "Rows": it needs postgresql',
        "  speed under load, which was not measured: no route",
    ]
