"""No program brings a scan down, or to a stop."""

from __future__ import annotations

from random import Random

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from support.fuzzing import look_at, program


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@example(number=395)  # bases that hang together in circles once took for ever
@given(number=st.integers(0, 10**9))
def test_any_program_is_scanned_or_named(tmp_path_factory, number):
    look_at(tmp_path_factory.mktemp("empty"), program(Random(number)))  # noqa: S311 - as in `program`
