from __future__ import annotations

import importlib
import inspect
import sys
from pathlib import Path

import pytest

from refactor_agent.data import data_dir
from refactor_agent.rulebook import load_rulebook
from refactor_agent.rulebook.check import check_rules
from refactor_agent.rulebook.export import check_cursor_rules, generated_files, stale_files

ROOT = Path(__file__).parents[2]
NEWER = {
    "pathlib.Path.copy", "pathlib.Path.copy_into", "pathlib.Path.is_junction",
    "pathlib.Path.move", "pathlib.Path.move_into", "pathlib.Path.walk",
}  # fmt: skip
"""Added to Python after 3.11."""
BY_INSTANCE = (
    "threading.Lock.", "threading.RLock.", "threading.Condition.", "io.IOBase.",
    "multiprocessing.synchronize.", "select.poll.", "importlib.abc.Loader.",
)  # fmt: skip
"""Made by functions, or methods that only subclasses define."""
REMOVED = ("crypt.", "telnetlib.")
"""Modules that newer Pythons lack."""
BOOK = load_rulebook()


def test_the_rules_have_no_faults():
    assert check_rules(data_dir("rules")) == ()


def test_generated_files_are_fresh():
    assert stale_files(ROOT, generated_files(BOOK)) == ()
    assert check_cursor_rules(ROOT / ".cursor/rules") == ()


def test_ids_belong_to_their_areas():
    areas = {
        "stdlib": "1", "files": "2", "process": "3", "network": "4",
        "database": "5", "ai": "6", "cloud": "7", "cpu": "8",
    }  # fmt: skip

    for rule in BOOK.rules:
        assert rule.id[2] == areas[rule.path.partition("/")[0]], rule.path


@pytest.mark.parametrize("rule", BOOK.rules, ids=lambda rule: rule.id)
def test_names_of_the_standard_library_exist(rule):
    for call in rule.blocks:
        package = call.name.partition(".")[0]
        if package in sys.stdlib_module_names and not exempt(call.name):
            assert exists(call.name), call.name


def exempt(name: str) -> bool:
    return name in NEWER or name.startswith((*BY_INSTANCE, *REMOVED)) or name.endswith(".*")


def exists(name: str) -> bool:
    parts = name.split(".")
    for count in range(len(parts) - 1, 0, -1):
        try:
            found = importlib.import_module(".".join(parts[:count]))
        except ImportError:
            continue
        for part in parts[count:]:
            try:
                found = inspect.getattr_static(found, part)
            except AttributeError:
                return False
        return True
    return False
