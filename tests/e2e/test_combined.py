"""Changes that hold alone and not together: the run finds which one to leave out."""

from __future__ import annotations

import pytest

from support.agent_process import AgentHome, Ended, make_repository
from support.files import write_files

pytestmark = pytest.mark.slow

STEP = """\
import time


async def {name}(tell):
    tell("+{name}")
    time.sleep({seconds})
    tell("-{name}")
"""

# One of the two that waits is put inside the other; only when both do, the outer one ends first.
TESTS = """\
import asyncio

from shop.audit import audit
from shop.bill import bill
from shop.pack import pack


def test_spans_are_nested():
    spans = []

    def tell(what):
        if what[0] == "+":
            spans.append(what[1:])
        else:
            assert spans.pop() == what[1:]

    async def both():
        await asyncio.gather(bill(tell), pack(tell))

    asyncio.run(both())


def test_audit():
    told = []
    asyncio.run(audit(told.append))
    assert told == ["+audit", "-audit"]
"""

FILES = {
    "shop/__init__.py": "",
    "shop/audit.py": STEP.format(name="audit", seconds=0.01),
    "shop/bill.py": STEP.format(name="bill", seconds=0.01),
    "shop/pack.py": STEP.format(name="pack", seconds=0.2),
    "tests/test_steps.py": TESTS,
}


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> tuple[AgentHome, Ended]:
    place = tmp_path_factory.mktemp("combined")
    home = AgentHome(make_repository(write_files(place / "project", FILES), {}), place / "home")
    return home, home.run()


def test_what_breaks_the_sum_is_dropped_and_the_rest_stays(run):
    home, done = run
    found = {one["change_set"]["id"]: one for one in home.report["changes"]}
    statuses = {name: one["decision"]["status"] for name, one in found.items()}
    assert statuses == {"001-audit": "verified", "002-bill": "verified", "003-pack": "dropped"}
    alone = found["003-pack"]["decision"]["tried"]
    assert [one["outcome"] for one in alone] == ["verified"]
    assert "test_spans_are_nested" in found["003-pack"]["decision"]["reason"]
    assert done.code == 1


def test_the_rest_holds_together(run):
    home, _ = run
    assert home.report["combined"]["outcome"] == "verified"
    assert home.report["combined"]["tests"]["passed"] == 2
    assert not [name for name in home.patches() if "003" in name]
