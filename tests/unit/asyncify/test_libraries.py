"""Which libraries are read for what leaves name: those that the project is not a part of."""

from __future__ import annotations

import pytest

from refactor_agent.asyncify.libraries import outside, shares_namespace


@pytest.mark.parametrize(
    ("own", "found"),
    [
        pytest.param({"shop"}, {"vendor"}, id="another package"),
        pytest.param({"vendor", "vendor.shop"}, set(), id="a package of the project's own"),
        pytest.param({"vendor.shop"}, {"vendor.core"}, id="a namespace that both are parts of"),
        pytest.param(
            {"vendor.core.more.shop"}, {"vendor.core.client"}, id="a namespace within another"
        ),
        pytest.param({"vendor.core.client"}, set(), id="the module itself"),
    ],
)
def test_what_is_outside(own, found):
    """A namespace package has no ``__init__``, or one that shares it."""
    assert outside(["vendor.core.client.Client"], own) == found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('__path__ = __import__("pkgutil").extend_path(__path__, __name__)\n', True),
        ('__import__("pkg_resources").declare_namespace(__name__)\n', True),
        ("VERSION = 1\n", False),
    ],
)
def test_a_shared_namespace(tmp_path, text, expected):
    """What an ``__init__`` says of its path."""
    (tmp_path / "__init__.py").write_text(text)
    assert shares_namespace(tmp_path / "__init__.py") is expected
