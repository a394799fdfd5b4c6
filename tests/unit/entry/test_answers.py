"""Tests that answer for requests answer for httpx where the code turns to that; else both stay."""

from __future__ import annotations

from textwrap import dedent

import pytest

from refactor_agent.domain.plan import Dependency
from refactor_agent.entry import plan_in_place
from support.laid import laid

PYPROJECT = """
[project]
name = "shop"
version = "1"
dependencies = ["httpx", "requests"]

[project.optional-dependencies]
test = ["pytest-asyncio", "requests-mock", "responses", "respx>=0.22"]

[tool.pytest.ini_options]
asyncio_mode = "auto"
"""
SHOP = """
import requests


def price(name: str) -> int | None:
    response = requests.get(f"http://shop/{name}", timeout=5)
    return response.json()["price"] if response.status_code == 200 else None


def order(name: str) -> int:
    return requests.post(f"http://shop/orders/{name}", timeout=5).status_code


def double(number: int) -> int:
    return 2 * number
"""

CASES = [
    pytest.param(
        """
        import responses

        from shop import double, order, price


        @responses.activate
        def test_price():
            responses.add(responses.GET, "http://shop/tea", json={"price": 3}, status=200)
            assert price("tea") == 3
            assert len(responses.calls) == 1


        @responses.activate
        def test_order():
            responses.add(
                responses.POST,
                "http://shop/orders/tea",
                json={"id": 1},
                status=201,
            )
            responses.get("http://shop/tea", status=404)
            assert order("tea") == 201
            assert price("tea") is None


        def test_double():
            assert double(2) == 4
        """,
        """
        import respx

        from shop import double, order, price


        @respx.mock
        async def test_price():
            respx.get("http://shop/tea").respond(200, json={"price": 3})
            assert await price("tea") == 3
            assert len(respx.calls) == 1


        @respx.mock
        async def test_order():
            respx.post("http://shop/orders/tea").respond(
                201,
                json={"id": 1},
            )
            respx.get("http://shop/tea").respond(404)
            assert await order("tea") == 201
            assert await price("tea") is None


        def test_double():
            assert double(2) == 4
        """,
        id="responses",
    ),
    pytest.param(
        """
        from shop import price


        def test_price(requests_mock):
            requests_mock.get("http://shop/tea", json={"price": 3})
            assert price("tea") == 3


        def test_none(requests_mock):
            requests_mock.get("http://shop/tea", status_code=404, text="gone")
            assert price("tea") is None
        """,
        """
        from shop import price


        async def test_price(respx_mock):
            respx_mock.get("http://shop/tea").respond(json={"price": 3})
            assert await price("tea") == 3


        async def test_none(respx_mock):
            respx_mock.get("http://shop/tea").respond(404, text="gone")
            assert await price("tea") is None
        """,
        id="the fixture of requests_mock",
    ),
    pytest.param(
        """
        import unittest

        import responses

        from shop import price

        SHOP = "http://shop"


        class PriceTest(unittest.TestCase):
            @responses.activate
            def test_price(self):
                responses.add("GET", SHOP + "/tea", '{}', content_type="application/json")
                self.assertEqual(price("tea"), 3)

            @responses.activate
            def test_plain(self):
                responses.add(method="GET", url=f"{SHOP}/tea", body='{"price": 3}')
                self.assertEqual(price("tea"), 3)
        """,
        """
        import unittest

        import respx

        from shop import price

        SHOP = "http://shop"


        class PriceTest(unittest.IsolatedAsyncioTestCase):
            @respx.mock
            async def test_price(self):
                respx.get(SHOP + "/tea").respond(content='{}', content_type="application/json")
                self.assertEqual(await price("tea"), 3)

            @respx.mock
            async def test_plain(self):
                respx.get(f"{SHOP}/tea").respond(content='{"price": 3}', content_type="text/plain")
                self.assertEqual(await price("tea"), 3)
        """,
        id="a TestCase, with a body whose type is written out",
    ),
    pytest.param(
        """
        from unittest import mock
        from unittest.mock import Mock, patch

        from shop import order, price


        @patch("shop.requests.get")
        def test_price(get):
            get.return_value.status_code = 200
            get.return_value.json.return_value = {"price": 3}
            assert price("tea") == 3
            get.assert_called_once_with("http://shop/tea", timeout=5)


        def test_order():
            with mock.patch("shop.requests.post", return_value=Mock(status_code=9)) as new:
                assert order("tea") == 9
            new.assert_called_once_with("http://shop/orders/tea", timeout=5)
        """,
        """
        from unittest import mock
        from unittest.mock import MagicMock, Mock, patch

        from shop import order, price


        @patch("shop.httpx.AsyncClient.get", return_value=MagicMock())
        async def test_price(get):
            get.return_value.status_code = 200
            get.return_value.json.return_value = {"price": 3}
            assert await price("tea") == 3
            get.assert_awaited_once_with("http://shop/tea", timeout=5)


        async def test_order():
            with mock.patch("shop.httpx.AsyncClient.post", return_value=Mock(status_code=9)) as new:
                assert await order("tea") == 9
            new.assert_awaited_once_with("http://shop/orders/tea", timeout=5)
        """,
        id="patches of requests by name",
    ),
]


@pytest.mark.parametrize(("before", "after"), CASES)
def test_answers(ground, before, after):
    made, notes = _made(ground, before)
    assert made["test_shop.py"] == _plain(after)
    assert "import requests" not in made["shop.py"]
    assert "response = await client.get(" in made["shop.py"]
    assert not [note for note in notes if "go on answering" in note]


def _test(body, head="def test_price():", more="", imports="import responses"):
    text = f"{imports}\n\nfrom shop import order, price\n\n\n{more}@responses.activate\n{head}\n"
    return text + f"    {body}\n    assert price('tea') == 3\n"


ADD = "responses.add(responses.GET, 'http://shop/tea', json={'price': 3}"
REFUSED = [
    (_test(f"{ADD}, match=[])"), "test_price: an answer with match="),
    (_test(f"{ADD})\n    {ADD})"), "test_price: answers to one URL in turn"),
    (_test(f"for _ in range(2):\n        {ADD})"), "test_price: it answers in a loop"),
    (_test("responses.get('http://shop/tea?a=1', json={})"), "a URL that has a query, no path"),
    (_test("responses.get('http://shop', json={})"), "a URL that has a query, no path"),
    (_test("responses.get(re.compile('http'), json={})", imports="import re\n\nimport responses"),
     "or can't be read"),
    (_test("responses.get('http://shop/tea', body=OSError())"), "a body that is not a plain text"),
    (_test("responses.get('http://shop/tea', body='é')"), "a body that is not a plain text"),
    (_test("responses.get('http://shop/tea', headers={'Content-Type': 'x'})"), "a content type"),
    (_test(f"{ADD})  # one\n    assert responses.calls[0].request.url"), "used for more than"),
    (_test(f"{ADD})\n    with raises(requests.HTTPError):\n        price('x')",
           imports="import requests\nimport responses\nfrom pytest import raises"),
     "it speaks of requests itself"),
    (_test("pass", more="def answer():\n    responses.get('http://shop/tea')\n\n\n"),
     "answer: it answers for more than one test"),
    (_test("pass", more="responses.start()\n\n\n"), "responses is used outside of tests"),
    (_test("pass", imports="import responses\nfrom responses import GET"), "another name"),
    (_test(f"{ADD})").replace("@responses.activate\n", ""), "started by neither a decorator nor"),
]  # fmt: skip


def _patching(body, parameter=""):
    head = "import requests\nfrom unittest.mock import patch\n\nfrom shop import price\n\n\n"
    return f"{head}def test_price({parameter}):\n    {body}\n    assert price('tea') == 3\n"


SETATTR = "what monkeypatch.setattr puts in the place of requests would not fit"
PATCH = "what patch puts in the place of requests would not fit"
PATCHES = [
    (_patching("monkeypatch.setattr('shop.requests.get', answer)", "monkeypatch"), SETATTR),
    (_patching("monkeypatch.setattr(requests, 'get', answer)", "monkeypatch"), SETATTR),
    (_patching("patch('shop.requests.get', answer).start()"), PATCH),
    (_patching("patch('shop.requests').start()"), PATCH),
    (_patching("patch('requests.get').start()"), PATCH),
    (_patching("patch('shop.requests.get', side_effect=requests.Timeout).start()"), PATCH),
    (_patching("patch('shop.requests.get', autospec=True).start()"), PATCH),
]


@pytest.mark.parametrize(("test", "says"), PATCHES)
def test_patches_that_would_not_fit_stay(ground, test, says):
    made, notes = _made(ground, test)
    assert [note for note in notes if f"test_shop.py, line 8: {says}" in note]
    assert "await offload(requests.get, " in made["shop.py"]
    assert "httpx" not in made["test_shop.py"]


@pytest.mark.parametrize(("test", "says"), REFUSED)
def test_what_respx_would_answer_otherwise_stays(ground, test, says):
    made, notes = _made(ground, test)
    [why] = [note for note in notes if note.startswith("tests go on answering with responses: ")]
    assert says in why
    assert "await offload(requests.get, " in made["shop.py"]
    assert "respx" not in made["test_shop.py"]


@pytest.mark.parametrize(("pyproject", "shop", "says"), [
    (PYPROJECT.replace("respx", "other"), SHOP, "respx, which answers for httpx, is neither among"),
    (PYPROJECT, SHOP.replace('response.json()["price"]', "response.text"),
     "shop.py would still use requests"),
    (PYPROJECT, SHOP.replace('orders/{name}"', 'orders", json={"name": name, "signature": "1"}'),
     "shop.py:10: httpx writes json= in other bytes, and the file signs them"),
    (PYPROJECT.replace('"httpx"', '"httpx2"'), SHOP,
     "shop.py would use httpx2, for which respx does not answer"),
])  # fmt: skip
def test_where_the_code_is_not_one_that_respx_answers(ground, pyproject, shop, says):
    made, notes = _made(ground, CASES[0].values[0], pyproject, shop)
    assert [note for note in notes if says in note]
    assert "import requests" in made["shop.py"]
    assert "respx" not in made["test_shop.py"]


ALLOWED = '\n[tool.refactor-agent]\nallow-dependencies = ["respx"]\n'


@pytest.mark.parametrize(
    ("pyproject", "needed"),
    [
        (PYPROJECT + ALLOWED, ()),
        (
            PYPROJECT.replace(', "respx>=0.22"', "") + ALLOWED,
            (Dependency(distribution="respx", specifier=">=0.22,<1", beside=("responses",)),),
        ),
    ],
    ids=["declared", "allowed"],
)
def test_respx_is_declared_where_it_may_be(ground, pyproject, needed):
    test = CASES[0].values[0]
    files = {"pyproject.toml": pyproject, "shop.py": _plain(SHOP), "test_shop.py": _plain(test)}
    made = ground(files)
    parts = plan_in_place(made, ["shop:price", "shop:order"])

    found = dict.fromkeys(dep for part in parts for dep in part.proposal.dependencies)
    assert tuple(found) == needed
    assert "respx.get(" in laid(made, parts)["test_shop.py"]


def _made(ground, test, pyproject=PYPROJECT, shop=SHOP):
    files = {"pyproject.toml": pyproject, "shop.py": _plain(shop), "test_shop.py": _plain(test)}
    on = ground(files)
    parts = plan_in_place(on, ["shop:price", "shop:order"])
    return laid(on, parts), parts[0].proposal.notes


def _plain(text):
    return dedent(text).lstrip()
