"""What the functions are called that blocks become."""

from __future__ import annotations

import pytest

from refactor_agent.convert.naming import block_name


@pytest.mark.parametrize(
    ("callees", "results", "opened", "name"),
    [
        (["builtins.open", "json.load"], ["config"], "file", "load_config"),
        (["builtins.open", "io.TextIOWrapper.write"], [], "f", "write_file"),
        (["pathlib.Path.iterdir"], [], None, "list_files"),
        (["pathlib.Path.iterdir", "pathlib.Path.unlink", "pathlib.Path.rmdir"], [], None,
         "remove_files"),
        (["pathlib.Path.exists", "pathlib.Path.unlink"], [], None, "remove_file"),
        (["pathlib.Path.exists", "shutil.move"], [], None, "move_file"),
        (["builtins.open", "io.TextIOWrapper.write", "os.replace"], [], None, "write_file"),
        (["sqlite3.connect", "sqlite3.Cursor.fetchall"], ["rows"], None, "query_rows"),
        (["socket.create_connection"], [], None, "use_socket"),
    ],
)  # fmt: skip
def test_a_block_is_named_by_its_strongest_effect(callees, results, opened, name):
    assert block_name(callees, results, opened) == name
