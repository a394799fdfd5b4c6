"""Findings of linters that a line of source shows to be false alarms."""

from __future__ import annotations

import pytest
from eval.locate.table import false_alarm


@pytest.mark.parametrize(
    ("code", "line", "is_told"),
    [
        ("ASYNC240", 'path = os.path.join(os.path.abspath(name), "a.js")', True),
        ("ASYNC240", "home = Path(directory).expanduser().absolute()", True),
        ("ASYNC240", "home = Path(directory).expanduser().resolve()", False),
        ("ASYNC240", "if os.path.exists(os.path.join(root, name)):", False),
        ("ASYNC240", "path.read_text()", False),
        ("ASYNC230", "open(os.path.abspath(name))", False),
    ],
)
def test_text_is_told_from_the_disk(code, line, is_told):
    assert bool(false_alarm(code, line)) is is_told
