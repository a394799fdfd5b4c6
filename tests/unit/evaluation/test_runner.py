"""How batches are run side by side."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from eval.runs.runner import Batch, run_batches
from eval.runs.values import Case, Result, Setting


@pytest.mark.parametrize("jobs", [1, 2])
def test_more_batches_than_a_process_takes_all_end(jobs: int, tmp_path: Path):
    cases = [Case(str(number), "dev", "none", f"digest of {number}") for number in range(120)]
    ended: list[str] = []

    def told(batch: Batch, results: Sequence[Result]) -> None:
        assert [result.outcome for result in results] == ["error"], "there is no such suite"
        ended.extend(case.id for case in batch.cases)

    run_batches([Batch("none", (case,)) for case in cases], Setting(tmp_path, tmp_path), jobs, told)
    assert sorted(ended) == sorted(case.id for case in cases)
