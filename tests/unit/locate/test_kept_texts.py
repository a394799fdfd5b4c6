"""What was written of regions: taken whole, by region, or made again."""

from __future__ import annotations

import pytest

from refactor_agent.locate.incremental.texts import KeptTexts

FIRST = [("region 1", "a", "a", "x" * 40), ("region 2", "b", "b", "y" * 40)]


@pytest.fixture
def kept(tmp_path):
    """Give the path of a file that holds the texts of one file."""
    texts = KeptTexts(tmp_path / "texts")
    texts.put("file 1", FIRST)
    texts.keep()
    return tmp_path / "texts"


def test_what_is_kept_is_found(kept):
    texts = KeptTexts(kept)
    assert texts.of_file("file 1") == FIRST
    assert texts.of_file("file 2") is None
    assert texts.of_region("region 2") == FIRST[1]
    assert texts.of_region("region 3") is None


@pytest.mark.parametrize(
    ("fresh", "is_written"),
    [pytest.param("z", False, id="little"), pytest.param("z" * 400, True, id="much")],
)
def test_it_is_written_anew_where_much_is_new(kept, fresh, is_written):
    texts = KeptTexts(kept)
    texts.put("file 2", [*FIRST, ("region 3", "c", "c", fresh)])
    texts.keep()
    again = KeptTexts(kept)
    assert (again.of_file("file 2") is not None) is is_written
    assert (again.of_file("file 1") is None) is is_written


def test_a_damaged_file_counts_as_none(kept):
    kept.write_bytes(kept.read_bytes()[:-1])
    texts = KeptTexts(kept)
    assert texts.of_file("file 1") is None
    texts.put("file 1", FIRST)
    texts.keep()
    assert KeptTexts(kept).of_file("file 1") == FIRST
