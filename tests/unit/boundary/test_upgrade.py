"""What becomes of the copy that a target has: added, replaced, kept, or in the way."""

from __future__ import annotations

import ast
import re

import pytest

from refactor_agent.boundary import BOUNDARY_VERSION, boundary_file, boundary_source, source
from refactor_agent.domain.plan import Refusal
from refactor_agent.domain.proposal import NewFile
from refactor_agent.tree import Tree, sha256

FILE = "shop/_async_adapters.py"
CURRENT = boundary_source()


def stamped(version: str, text: str) -> str:
    """A copy as another version of the tool would write it."""
    digest = sha256(text.encode())[:24]
    return f"# Vendored by refactor-agent: version {version}, sha256 {digest}\n{text}"


OLDER = stamped("1.7", '"""Bounds."""\n\n\ndef offload(): ...\n')
NEWER = stamped("2.9", CURRENT.partition("\n")[2] + "\n\ndef more(): ...\n")


def found(tmp_path, text: str | bytes) -> NewFile | Refusal | None:
    data = text.encode() if isinstance(text, str) else text
    return boundary_file(Tree(tmp_path, {FILE: data}), FILE)


def test_it_is_added_where_there_is_none(tmp_path):
    assert boundary_file(Tree(tmp_path), FILE) == NewFile(file=FILE, text=CURRENT)


@pytest.mark.parametrize("text", [
    pytest.param(CURRENT, id="the same"),
    pytest.param(CURRENT.replace("\n", "\r\n"), id="other line ends"),
    pytest.param(ast.unparse(ast.parse(CURRENT)), id="formatted"),
    pytest.param(NEWER, id="a newer one of the same major version"),
    pytest.param(NEWER + "CHANGED = 1\n", id="a newer one that somebody changed"),
])  # fmt: skip
def test_what_serves_is_kept(tmp_path, text):
    assert found(tmp_path, text) is None


@pytest.mark.parametrize("text", [OLDER, OLDER.replace("\n", "\r\n")])
def test_an_older_one_that_nobody_changed_is_replaced(tmp_path, text):
    new = found(tmp_path, text)
    assert new == NewFile(file=FILE, text=CURRENT, replaces=sha256(text.encode()))


def test_the_version_before_there_were_stamps_is_known(monkeypatch):
    first = '__version__ = "1.0"\n'
    monkeypatch.setattr(source, "_WITHOUT_STAMP", {sha256(first.encode()): "1.0"})
    assert source.read_stamp(first.encode()) == source.Stamp("1.0", intact=True)


@pytest.mark.parametrize(("text", "reason", "says"), [
    (OLDER + "RETRIES = 3\n", "boundary-modified", "was changed since it was vendored"),
    (CURRENT.replace("* 100 < share", "* 10 < share"), "boundary-modified", "version control"),
    (stamped("3.0", "def offload(): ...\n"), "boundary-newer", "version 3.0"),
    ("def offload(): ...\n", "boundary-taken", "rename"),
    (b"\xff\xfe", "boundary-taken", "other content"),
])  # fmt: skip
def test_what_is_in_the_way_is_refused_with_what_to_do(tmp_path, text, reason, says):
    refusal = found(tmp_path, text)
    assert isinstance(refusal, Refusal)
    assert refusal.reason == reason
    assert says in refusal.message
    assert FILE in refusal.message


def test_stamp_and_module_name_the_same_version():
    assert f'__version__ = "{BOUNDARY_VERSION}"\n' in CURRENT
    assert re.match(rf"# Vendored by refactor-agent: version {BOUNDARY_VERSION}, sha256 ", CURRENT)
