"""What a finding in a library rests on, told with it."""

from __future__ import annotations

from refactor_agent.domain.region import Located, Region
from refactor_agent.locate.deep.library_rules import LibraryRules

__all__ = ["with_evidence"]


def with_evidence(located: Located, rules: LibraryRules) -> Located:
    """Give ``located`` with the chain inside the library for each call that no rule names."""
    return located.only(tuple(_told(region, rules) for region in located.regions))


def _told(region: Region, rules: LibraryRules) -> Region:
    cause = rules.cause(region.callee)
    if cause is None:
        return region
    return region.model_copy(update={"evidence": "deep", "inside": cause.chain})
