"""Lines that a conversion makes too long are broken where formatters break them."""

from __future__ import annotations

import subprocess
import sys
from textwrap import dedent, indent

import pytest

from unit.convert.attempts import Edit, converted

HEAD = "from _async_adapters import offload\n\n\nasync def handler(settings, items):\n"
CASES = {
    "a display is opened before the call in it": (
        "products = {found.name: found for found in read_catalogue(settings.catalogue_pa)}",
        """
        products = {
            found.name: found
            for found in await offload(read_catalogue, settings.catalogue_pa)
        }
        """,
    ),
    "what it holds fits one line": (
        "the_products_of_now = [found for found in read_catalogue(settings.path) if found.ok]",
        """
        the_products_of_now = [
            found for found in await offload(read_catalogue, settings.path) if found.ok
        ]
        """,
    ),
    "each condition has a line": (
        "a = [one.name for one in read_catalogue(settings.path) if one.is_sold if one.name]",
        """
        a = [
            one.name
            for one in await offload(read_catalogue, settings.path)
            if one.is_sold
            if one.name
        ]
        """,
    ),
    "a list": (
        "found = [settings.first_product, read_catalogue(settings.catalogue_pa), settings.la]",
        """
        found = [
            settings.first_product,
            await offload(read_catalogue, settings.catalogue_pa),
            settings.la,
        ]
        """,
    ),
    "a dict": (
        'return {"first": settings.first_product, "all": read_catalogue(settings.catalogue)}',
        """
        return {
            "first": settings.first_product,
            "all": await offload(read_catalogue, settings.catalogue),
        }
        """,
    ),
    "a set": (
        "the_products = {settings.first_product, read_catalogue(settings.catalogue).first()}",
        """
        the_products = {
            settings.first_product,
            (await offload(read_catalogue, settings.catalogue)).first(),
        }
        """,
    ),
    "brackets in brackets": (
        "cost = sum([one.price for one in read_catalogue(settings.path, settings.name) if 1])",
        """
        cost = sum(
            [
                one.price
                for one in await offload(read_catalogue, settings.path, settings.name)
                if 1
            ]
        )
        """,
    ),
    "a generator expression as the only argument": (
        "cost = sum(one.price for one in read_catalogue(settings.path, settings.nam) if one)",
        """
        cost = sum(
            one.price
            for one in await offload(read_catalogue, settings.path, settings.nam)
            if one
        )
        """,
    ),
    "a line that goes on already": (
        """
        the_sum = sum(
            settings.price_of_all(settings.first_product, read_catalogue(settings.cat))
        )
        """,
        """
        the_sum = sum(
            settings.price_of_all(
                settings.first_product, await offload(read_catalogue, settings.cat)
            )
        )
        """,
    ),
    "a call that is too long for its own line": (
        "f = [one for one in read_catalogue(settings.catalogue_path, settings.catalogue_abc)]",
        """
        f = [
            one
            for one in await offload(
                read_catalogue, settings.catalogue_path, settings.catalogue_abc
            )
        ]
        """,
    ),
}


def _in_function(text: str) -> str:
    return indent(dedent(text).strip("\n") + "\n", "    ")


@pytest.mark.parametrize(("before", "after"), CASES.values(), ids=CASES)
def test_brackets_are_opened_outermost_first(before, after):
    body = _in_function(before)
    called = body[body.index("read_catalogue(") :]
    text = f"async def handler(settings, items):\n{body}"
    edit = Edit("offload", called[: called.index(")") + 1], "app.read_catalogue")
    assert converted(text, edit) == HEAD + _in_function(after)


def test_the_formatter_agrees():
    texts = [
        f"async def handler(settings, items):\n{_in_function(after)}" for _, after in CASES.values()
    ]
    text = "\n\n".join(texts)
    command = [sys.executable, "-m", "ruff", "format", "--isolated", "-"]
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=True)
    assert done.stdout == text
