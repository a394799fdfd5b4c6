"""What blocks the loop at run time is seen, wherever it hides from the eyes that read the tree."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.slow

PLAIN = """\
import asyncio
import time

import vendor


def fetch(key):
    time.sleep(0.002)
    return vendor.lookup(key)


async def handler(key):
    return fetch(key)
"""
VENDOR = """\
import tempfile
import time


def lookup(key):
    return key * 2


async def lookup_async(key):
    {body}
    return key * 2
"""
TESTS = """\
import asyncio

import service


def test_handler():
    assert asyncio.run(service.handler(2)) == 4
"""
NATIVE = PLAIN.replace("def fetch", "async def fetch").replace("return fetch", "return await fetch")
WHOLE = NATIVE.replace("time.sleep", "await asyncio.sleep")
BY_VENDOR = WHOLE.replace("vendor.lookup(", "await vendor.lookup_async(")
ON_A_THREAD = PLAIN.replace("return fetch(key)", "return await asyncio.to_thread(fetch, key)")


@pytest.mark.parametrize(
    ("after", "body", "expected", "said"),
    [
        pytest.param(WHOLE, "pass", ("verified", True), "", id="nothing blocks"),
        pytest.param(ON_A_THREAD, "pass", ("verified", True), "", id="on a thread"),
        pytest.param(
            BY_VENDOR,
            "tempfile.TemporaryFile().close()",
            ("failed", True),
            "service.py::fetch through vendor.py::lookup_async now calls open on the event loop's",
            id="another thing blocks, inside what looks async",
        ),
        pytest.param(
            BY_VENDOR,
            "getattr(time, 'sleep')(0.002)",
            ("unverified", False),
            "service.py::fetch through vendor.py::lookup_async still calls time.sleep",
            id="the same thing blocks elsewhere",
        ),
        pytest.param(
            NATIVE,
            "pass",
            ("unverified", False),
            "service.py::fetch still calls time.sleep on the event loop's thread",
            id="nothing was won",
        ),
    ],
)
def test_blocking_on_the_loop(make_judge, after, body, expected, said):
    outcome, gone = expected
    files = {"service.py": PLAIN, "vendor.py": VENDOR.format(body=body), "test_service.py": TESTS}
    verdict = make_judge(files).verdict({"service.py": after})
    assert verdict.outcome == outcome, verdict.reason
    objections = [*verdict.failures, *verdict.doubts]
    assert any(said in found.message for found in objections) or not said
    assert ("time.sleep in service.py::handler" in verdict.unblocked) == gone


def test_first_import_of_a_module_is_nobodys_call(make_judge):
    lazy = WHOLE.replace(
        "    return vendor", "    import colorsys\n    assert colorsys\n    return vendor"
    )
    files = {"service.py": PLAIN, "vendor.py": VENDOR.format(body="pass"), "test_service.py": TESTS}
    verdict = make_judge(files).verdict({"service.py": lazy})
    assert verdict.outcome == "verified", verdict.reason


WAITS = "await asyncio.sleep(0.002)"
CALLER = """\
import asyncio
import time


async def audit(key):
    time.sleep(0.002)
    return key


async def handler(key):
    time.sleep(0.002)
    return await audit(key) * 2
"""


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        pytest.param(
            CALLER.replace("time.sleep(0.002)\n    return await", f"{WAITS}\n    return await"),
            "verified",
            id="what it awaits blocks as before",
        ),
        pytest.param(
            CALLER.replace("time.sleep(0.002)\n    return key", f"{WAITS}\n    return key"),
            "verified",
            id="who awaits it blocks as before",
        ),
        pytest.param(
            CALLER.replace("return await", "time.sleep(0)\n    return await"),
            "unverified",
            id="it blocks itself as before",
        ),
    ],
)
def test_an_awaited_function_answers_for_itself(make_judge, after, expected):
    judge = make_judge({"service.py": CALLER, "test_service.py": TESTS})
    verdict = judge.verdict({"service.py": after})
    assert verdict.outcome == expected, verdict.reason


STARTS = """\
import asyncio
import subprocess
import sys


async def handler(key):
    done = subprocess.run([sys.executable, "-c", f"print({key} * 2)"], stdout=subprocess.PIPE)
    return int(done.stdout)
"""
STARTED = """\
import asyncio
import subprocess
import sys


async def handler(key):
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", f"print({key} * 2)", stdout=subprocess.PIPE
    )
    out, _ = await child.communicate()
    return int(out)
"""


def test_asyncio_starts_children_on_the_loop_and_has_no_other_way(make_judge):
    judge = make_judge({"service.py": STARTS, "test_service.py": TESTS})
    verdict = judge.verdict({"service.py": STARTED})
    assert not [found for found in verdict.doubts if found.check == "loop-probe"], verdict.reason
    assert "subprocess.Popen in service.py::handler" in verdict.unblocked
