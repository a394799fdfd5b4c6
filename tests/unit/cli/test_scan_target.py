"""What a scan looks at, and directories that don't let it."""

from __future__ import annotations

import pytest

from refactor_agent.cli._scan_target import open_target
from refactor_agent.errors import UsageError
from support.files import as_somebody, write_files


def test_a_directory_that_cannot_be_listed():
    with as_somebody() as root:
        write_files(root, {"shop/secret/a.py": "", "shop/b.py": ""})
        (root / "shop/secret").chmod(0)
        with pytest.raises(UsageError, match="secret can't be read: Permission denied"):
            open_target(root / "shop/secret", None)
        (skipped,) = open_target(root / "shop", None).project.sources.skipped
        assert (skipped.file, skipped.reason) == ("secret", "can't be listed: Permission denied")


def test_a_file_that_the_settings_exclude(tmp_path):
    settings = '[tool.refactor-agent]\nexclude = ["old"]\n'
    write_files(tmp_path, {"pyproject.toml": settings, "old/a.py": "", "b.py": ""})
    with pytest.raises(UsageError, match=r"a\.py is not looked at: the settings of .* exclude it"):
        open_target(tmp_path / "old/a.py", None)


def test_a_pipe(tmp_path):
    write_files(tmp_path, {"b.py": ""})
    (tmp_path / "a.py").symlink_to("a.py")
    with pytest.raises(UsageError, match="does not exist"):
        open_target(tmp_path / "a.py", None)
