"""Imports added where they belong, and dropped once unused."""

from __future__ import annotations

from itertools import permutations

import pytest

from refactor_agent.domain.proposal import ImportEdit
from refactor_agent.edit import SpliceConflictError
from refactor_agent.edit.imports import edit_imports
from refactor_agent.edit.source import SourceFile

FILE = "src/app/client.py"


def add(text: str) -> ImportEdit:
    """Read ``module``, ``module as x``, ``module:name`` or ``module:name as x``."""
    target, _, alias = text.partition(" as ")
    module, _, name = target.partition(":")
    return ImportEdit(file=FILE, module=module, name=name or None, alias=alias or None)


def drop(text: str) -> ImportEdit:
    return add(text).model_copy(update={"action": "drop_unused"})


def edited(before: str, *edits: ImportEdit) -> str:
    source = SourceFile.decode(FILE, before.encode())
    return edit_imports(source, edits, "app".__eq__).text


ADDED = {
    "sorted into its section": (
        "import os\nimport time\n\nimport httpx\n\nfrom app import conf\n",
        "asyncio",
        "import asyncio\nimport os\nimport time\n\nimport httpx\n\nfrom app import conf\n",
    ),
    "from behind plain": (
        "import os\nimport time\n\nimport httpx\n",
        "asyncio:sleep",
        "import os\nimport time\nfrom asyncio import sleep\n\nimport httpx\n",
    ),
    "new section between others": (
        "import os\n\nfrom . import config\n",
        "httpx",
        "import os\n\nimport httpx\n\nfrom . import config\n",
    ),
    "new section at the end": (
        "import os\n\n\ndef f(): pass\n",
        "app._async_adapters:offload",
        "import os\n\nfrom app._async_adapters import offload\n\n\ndef f(): pass\n",
    ),
    "glued to code": (
        "import os\nx = 1\n",
        "httpx",
        "import os\n\nimport httpx\n\nx = 1\n",
    ),
    "behind a multi-line import": (
        "from app.base import (\n    a,\n    b,\n)\n\nx = 1\n",
        "app.errors:Oops",
        "from app.base import (\n    a,\n    b,\n)\nfrom app.errors import Oops\n\nx = 1\n",
    ),
    "below the docstring": (
        '"""Doc."""\n\n\ndef f(): pass\n',
        "asyncio",
        '"""Doc."""\n\nimport asyncio\n\n\ndef f(): pass\n',
    ),
    "below future": (
        '"""Doc."""\nfrom __future__ import annotations\ndef f(): pass\n',
        "asyncio",
        '"""Doc."""\nfrom __future__ import annotations\n\nimport asyncio\n\n\ndef f(): pass\n',
    ),
    "below shebang, coding and licence": (
        "#!/usr/bin/env python\n# coding: utf-8\n# Licence\n\ndef f(): pass\n",
        "asyncio",
        "#!/usr/bin/env python\n# coding: utf-8\n# Licence\n\nimport asyncio\n\n\ndef f(): pass\n",
    ),
    "a comment that touches a statement stays with it": (
        "#!/bin/python\n# about x\nx = 1\n",
        "asyncio",
        "#!/bin/python\n\nimport asyncio\n\n# about x\nx = 1\n",
    ),
    "into a file with one line": ("x = 1", "asyncio", "import asyncio\n\nx = 1"),
    "into an empty file": ("", "asyncio", "import asyncio\n"),
    "behind an import without newline": ("import os", "sys", "import os\nimport sys\n"),
    "already there": ("import asyncio as aio\nimport asyncio\n", "asyncio", None),
    "already there, optional": (
        "try:\n    import httpx\nexcept ImportError:\n    httpx = None\n",
        "httpx",
        None,
    ),
    "only for type checkers": (
        "if TYPE_CHECKING:\n    import httpx\nx = 1\n",
        "httpx",
        "import httpx\n\nif TYPE_CHECKING:\n    import httpx\nx = 1\n",
    ),
    "merged": (
        "from app.aio import bound, run  # noqa\n",
        "app.aio:offload",
        "from app.aio import bound, offload, run  # noqa\n",
    ),
    "merged at the front": (
        "from app.aio import run\n",
        "app.aio:Bound as B",
        "from app.aio import Bound as B, run\n",
    ),
    "merged, one name a line": (
        "from app.aio import (\n    a,  # first\n    z,\n)\n",
        "app.aio:offload",
        "from app.aio import (\n    a,  # first\n    offload,\n    z,\n)\n",
    ),
    "merged, one name a line, at the front": (
        "from app.aio import (\n    p,\n    z,\n)\n",
        "app.aio:offload",
        "from app.aio import (\n    offload,\n    p,\n    z,\n)\n",
    ),
    "merged, too long for its line": (
        "from app.aio import aaaaaaaaaaaaaaaaaaaaaaaaa, bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\n",
        "app.aio:offload",
        (
            "from app.aio import (\n    aaaaaaaaaaaaaaaaaaaaaaaaa,\n"
            "    bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb,\n    offload,\n)\n"
        ),
    ),
    "a submodule beside another": (
        "import concurrent.futures\n\nx = 1\n",
        "concurrent.process",
        "import concurrent.futures\nimport concurrent.process\n\nx = 1\n",
    ),
    "windows newlines": (
        "import os\r\n\r\nx = 1\r\n",
        "asyncio",
        "import asyncio\r\nimport os\r\n\r\nx = 1\r\n",
    ),
}


@pytest.mark.parametrize(("before", "what", "after"), ADDED.values(), ids=ADDED)
def test_added(before: str, what: str, after: str | None) -> None:
    expected = before if after is None else after
    assert edited(before, add(what)) == expected
    assert edited(expected, add(what)) == expected, "adding again changes nothing"


@pytest.mark.parametrize(
    "before", ["def sleep(): pass\n", "from time import sleep\n", "sleep = None\n"]
)
def test_a_name_with_another_meaning_is_not_taken(before: str) -> None:
    with pytest.raises(SpliceConflictError) as raised:
        edited(before, add("asyncio:sleep"))
    assert raised.value.reason == "name-taken"


DROPPED = {
    "unused": ("import os\nimport time\n\nos.x\n", "time", "import os\n\nos.x\n"),
    "used": ("import time\n\ntime.time()\n", "time", None),
    "the whole section": (
        "import time\n\nimport httpx\n\nhttpx\n",
        "time",
        "import httpx\n\nhttpx\n",
    ),
    "section below a docstring": (
        '"""Doc."""\n\nimport time\n\nimport httpx\n\nhttpx\n',
        "time",
        '"""Doc."""\n\nimport httpx\n\nhttpx\n',
    ),
    "first of several": ("from t import a, b\n\nb\n", "t:a", "from t import b\n\nb\n"),
    "last of several": ("from t import a, b\n\na\n", "t:b", "from t import a\n\na\n"),
    "a line of several": (
        "from t import (\n    a,  # one\n    b,  # two\n)\n\nb\n",
        "t:a",
        "from t import (\n    b,  # two\n)\n\nb\n",
    ),
    "a comment in between is not lost": (
        "from t import (\n    a,  # one\n    b,\n)\na\n",
        "t:b",
        None,
    ),
    "other alias": ("import time as t\n\n", "time", None),
    "alias": ("import time as t\nx = 1\n", "time as t", "x = 1\n"),
    "re-exported by alias": ("from t import a as a\n", "t:a as a", None),
    "re-exported by __all__": ("from t import a\n__all__ = ['a']\n", "t:a", None),
    "in a quoted annotation": ("import time\ndef f(x: 'time.struct_time'): ...\n", "time", None),
    "in a type comment": ("import time\nx = y  # type: time.struct_time\n", "time", None),
    "in a cast": ("import time\nx = cast('time.struct_time', y)\n", "time", None),
    "in a docstring only": (
        'import time\ndef f():\n    """time"""\n',
        "time",
        'def f():\n    """time"""\n',
    ),
    "kept by noqa": ("import time  # noqa: F401\n", "time", None),
    "behind a semicolon": ("import os; import time\nos\n", "time", None),
    "submodule": (
        "import urllib.parse\nimport urllib.request\nurllib.parse.quote\n",
        "urllib.request",
        "import urllib.parse\nurllib.parse.quote\n",
    ),
    "submodule that also binds the package": (
        "import urllib.request\nurllib.parse.quote\n",
        "urllib.request",
        None,
    ),
    "submodule in use": ("import urllib.request\nurllib.request.urlopen\n", "urllib.request", None),
    "in try": ("try:\n    import time\nexcept ImportError: ...\n", "time", None),
}


@pytest.mark.parametrize(("before", "what", "after"), DROPPED.values(), ids=DROPPED)
def test_dropped(before: str, what: str, after: str | None) -> None:
    assert edited(before, drop(what)) == (before if after is None else after)


def test_a_package_keeps_its_imports() -> None:
    source = SourceFile.decode("app/__init__.py", b"from t import a\n")
    assert edit_imports(source, [drop("t:a")], bool).text == "from t import a\n"


def test_one_import_takes_the_place_of_another() -> None:
    before = "import time\n\nimport httpx\n\nhttpx\n"
    after = "import asyncio\n\nimport httpx\n\nhttpx\n"
    assert edited(before, drop("time"), add("asyncio")) == after


@pytest.mark.parametrize(
    "before",
    [
        "import zlib\nimport os\n\nimport httpx\n\n\ndef f(): pass\n",
        '"""Doc."""\n\n\ndef f(): pass\n',
        "from app.aio import run\n",
        "",
    ],
)
def test_the_order_of_additions_does_not_matter(before: str) -> None:
    wanted = [add("asyncio"), add("httpx2"), add("app.aio:offload"), add("app.aio:bound")]
    results = set()
    for order in permutations(wanted):
        text = before
        for edit in order:
            text = edited(text, edit)
        results.add(text)
    assert len(results) == 1
