"""The table over a harness that is not this project's."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    ("scripts", "only", "said"),
    [
        ([], [], "holds no package; there is none"),
        (["twin", "shop", "pool"], ["shap"], "holds no package shap; there is pool, shop"),
    ],
)
def test_a_package_that_is_not_there_is_said(
    scripts: list[str], only: list[str], said: str, tmp_path: Path
):
    for script in scripts:
        (tmp_path / f"{script}.py").write_text("")
    words = [word for name in only for word in ("--only", name)]
    command = [sys.executable, "-m", "eval.convert.table", str(tmp_path), *words]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
