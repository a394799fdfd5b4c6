"""The shipped rules, loaded once."""

from __future__ import annotations

import pytest

from refactor_agent.rulebook import RuleBook, load_rulebook


@pytest.fixture(scope="session")
def rulebook() -> RuleBook:
    return load_rulebook()
