"""Tests that turn async are run by what runs async tests in their project, which is looked for."""

from __future__ import annotations

import pytest

from refactor_agent.entry import plan_in_place

SHOP = "import time\n\n\ndef wait() -> int:\n    time.sleep(0)\n    return 1\n"
PROJECT = '[project]\nname = "shop"\nversion = "1"\n'
EXTRA = PROJECT + '[project.optional-dependencies]\ntest = ["{}"]\n'
PLAIN = "from shop import wait\n\n\ndef test_wait():\n    assert wait() == 1\n"
ASYNC = PLAIN.replace("def test", "async def test").replace("wait() ==", "await wait() ==")
BACKEND = (
    "import pytest\n\n\n@pytest.fixture{}\ndef anyio_backend(request):\n    return 'asyncio'\n"
)
SERVES = "import pytest\n\n\n@pytest.mark.anyio\nasync def test_serves():\n    pass\n"


def marked(mark):
    return "import pytest\n\n" + ASYNC.replace("async def", f"@pytest.mark.{mark}\nasync def")


def run_inside(test=PLAIN, indent="    "):
    head, body = test.split(f"{indent}assert")
    body = body.replace("wait()", "await wait()")
    inner = f"{indent}async def run():\n{indent}    assert{body}\n{indent}asyncio.run(run())\n"
    return f"import asyncio\n\n{head}{inner}"


@pytest.mark.parametrize(("files", "after"), [
    pytest.param({"pyproject.toml": EXTRA.format("pytest-asyncio")}, marked("asyncio"),
                 id="pytest-asyncio, declared"),
    pytest.param({"pytest.ini": "[pytest]\nasyncio_mode = auto\n"}, ASYNC,
                 id="pytest-asyncio, of its own accord"),
    pytest.param({"pyproject.toml": PROJECT + '[tool.pytest]\nasyncio_mode = "auto"\n'}, ASYNC,
                 id="the same, in a table of its own"),
    pytest.param({"pytest.toml": '[pytest]\nasyncio_mode = "auto"\n'}, ASYNC,
                 id="the same, in a file of its own"),
    pytest.param({"tests/conftest.py": BACKEND.format(""), "tests/test_b.py": SERVES},
                 marked("anyio"), id="anyio"),
    pytest.param({"tests/conftest.py": BACKEND.format("(params=['asyncio', 'trio'])"),
                  "tests/test_b.py": SERVES}, run_inside(),
                 id="anyio on several backends, by which tests would get other names"),
    pytest.param({"tests/test_b.py": SERVES}, run_inside(), id="anyio on all that there are"),
    pytest.param({"pyproject.toml": EXTRA.format("pytest-aiohttp>=1")}, marked("asyncio"),
                 id="pytest-aiohttp, which brings pytest-asyncio"),
    pytest.param({"conftest.py": 'pytest_plugins = ["aiohttp.pytest_plugin"]\n'}, ASYNC,
                 id="aiohttp's own plugin"),
    pytest.param({"pyproject.toml": EXTRA.format("pytest-aiohttp"),
                  "tests/test_b.py": "async def test_serves(aiohttp_client):\n    pass\n"}, ASYNC,
                 id="pytest-aiohttp as it was, which runs what is async"),
    pytest.param({"tests/test_b.py": SERVES.replace("anyio", "gen_test")}, marked("gen_test"),
                 id="pytest-tornado"),
    pytest.param({}, run_inside(), id="none"),
])  # fmt: skip
def test_a_function(ground, files, after):
    made = planned(ground, {"tests/test_a.py": PLAIN, **files})
    assert made.change_set.refusals == ()
    assert text_of(made) == after


CASE = """
{head}
from shop import wait


class TestWait({base}):
    def test_wait(self):
        self.assertEqual(wait(), 1)
"""
IN_CASE = (
    "    def test_wait(self):\n        self.assertEqual(wait(), 1)\n",
    "    async def test_wait(self):\n        self.assertEqual(await wait(), 1)\n",
)


@pytest.mark.parametrize(("head", "base", "edits"), [
    pytest.param("import unittest\n", "unittest.TestCase",
                 {"unittest.TestCase": "unittest.IsolatedAsyncioTestCase"}, id="unittest"),
    pytest.param("from unittest import TestCase\n", "TestCase",
                 {"import TestCase": "import IsolatedAsyncioTestCase",
                  "(TestCase)": "(IsolatedAsyncioTestCase)"}, id="unittest, by name"),
    pytest.param("import unittest\n", "unittest.IsolatedAsyncioTestCase", {}, id="isolated"),
    pytest.param("from unittest import IsolatedAsyncioTestCase as Case\n\n\nclass Base(Case):\n"
                 "    pass\n\n", "Base", {}, id="isolated, by a class between"),
    pytest.param("from tests.base import Base\n", "Base", {}, id="isolated, by one elsewhere"),
    pytest.param("from aiohttp.test_utils import AioHTTPTestCase\n", "AioHTTPTestCase", {},
                 id="aiohttp"),
    pytest.param("from django.test import TestCase\n", "TestCase", {}, id="Django"),
    pytest.param("import tornado.testing\n", "tornado.testing.AsyncTestCase",
                 {"    async def": "    @tornado.testing.gen_test\n    async def"}, id="tornado"),
    pytest.param("from tornado.testing import AsyncHTTPTestCase, gen_test\n", "AsyncHTTPTestCase",
                 {"    async def": "    @gen_test\n    async def"}, id="tornado, by name"),
])  # fmt: skip
def test_a_case(ground, head, base, edits):
    test = CASE.format(head=head, base=base).lstrip()
    made = planned(
        ground, {"tests/__init__.py": "", "tests/base.py": BASE, "tests/test_a.py": test}
    )
    assert made.change_set.refusals == ()
    expected = test.replace(*IN_CASE)
    for old, new in edits.items():
        expected = expected.replace(old, new)
    assert text_of(made) == expected


BASE = "import unittest\n\n\nclass Base(unittest.IsolatedAsyncioTestCase):\n    pass\n"


def test_gen_test_is_imported_where_it_is_needed(ground):
    test = CASE.format(head="from tornado.testing import AsyncTestCase\n", base="AsyncTestCase")
    made = planned(ground, {"tests/test_a.py": test.lstrip()})
    assert "from tornado.testing import AsyncTestCase, gen_test\n" in text_of(made)
    assert "    @gen_test\n    async def test_wait" in text_of(made)


def test_a_case_of_unknown_kind_runs_its_body(ground):
    """Every runner runs such a test; whether it may have a loop of its own, the tests show."""
    test = CASE.format(head="from testlib import ShopTestCase\n", base="ShopTestCase")
    made = planned(ground, {"tests/test_a.py": test.lstrip()})
    assert "    def test_wait(self):\n        async def run():\n" in text_of(made)


SETS_UP = """
    def setUp(self):
        self.one = wait()
"""


@pytest.mark.parametrize(("files", "test", "says"), [
    pytest.param({}, "import unittest\n\nfrom shop import wait\n\n\nclass T(unittest.TestCase):\n"
                 "    @classmethod\n    def setUpClass(cls):\n        cls.one = wait()\n",
                 "setUpClass runs once for the class", id="once for the class"),
    pytest.param({}, "from aiohttp.test_utils import AioHTTPTestCase\n\nfrom shop import wait\n\n\n"
                 f"class T(AioHTTPTestCase):{SETS_UP}",
                 "T.setUp must wait, and asyncSetUp of AioHTTPTestCase has work of its own; ",
                 id="aiohttp's set-up"),
    pytest.param({}, "import unittest\n\nfrom shop import wait\n\n\n"
                 "class T(unittest.IsolatedAsyncioTestCase):\n    async def asyncSetUp(self):\n"
                 f"        pass\n{SETS_UP}",
                 "T.setUp must wait, and there is an asyncSetUp beside it; ", id="one beside it"),
    pytest.param({}, "from tornado.testing import AsyncTestCase\n\nfrom shop import wait\n\n\n"
                 f"class T(AsyncTestCase):{SETS_UP}",
                 "T.setUp must wait, and AsyncTestCase does not await it; ", id="tornado's set-up"),
    pytest.param({}, "from django.test import TestCase\n\nfrom shop import wait\n\n\n"
                 f"class T(TestCase):{SETS_UP}",
                 "T.setUp must wait, and TestCase does not await it; ", id="Django's set-up"),
    pytest.param({}, "from tornado.testing import AsyncTestCase, gen_test\n\nfrom shop import wait"
                 "\n\n\nclass T(AsyncTestCase):\n    @gen_test\n    def test_wait(self):\n"
                 "        yield self.other()\n        wait()\n",
                 "test_wait is a generator that gen_test drives; make it `async def`",
                 id="tornado's coroutine"),
    pytest.param({"tests/test_b.py": SERVES}, "import pytest\n\nfrom shop import wait\n\n\n"
                 "@pytest.fixture\ndef one():\n    return wait()\n",
                 "the fixture one must wait, and with several backends of anyio",
                 id="a fixture on several backends"),
])  # fmt: skip
def test_refused(ground, files, test, says):
    made = planned(ground, {"tests/test_a.py": test, **files})
    assert made.proposal is None
    assert says in " ".join(refusal.message for refusal in made.change_set.refusals)


def planned(ground, files):
    [made] = plan_in_place(
        ground({"pyproject.toml": PROJECT, "shop.py": SHOP, **files}), ["shop:wait"]
    )
    return made


def text_of(made):
    assert made.proposal is not None
    [text] = [new.text for new in made.proposal.files if new.file == "tests/test_a.py"]
    return text
