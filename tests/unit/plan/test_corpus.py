"""The plan of the realistic service agrees with what its manifest expects of each site."""

from __future__ import annotations

import tomllib
from collections import Counter
from pathlib import Path

import pytest

from refactor_agent.domain.plan import ChangeSet, Plan
from refactor_agent.domain.region import Region
from refactor_agent.locate import locate
from refactor_agent.plan import make_plan
from refactor_agent.plan.facts import Facts
from refactor_agent.project import open_project
from refactor_agent.rulebook import RuleBook

CASE = Path(__file__).parents[3] / "eval" / "corpus" / "rag_service"
SITES = tomllib.loads((CASE / "case.toml").read_text(encoding="utf-8"))["site"]


@pytest.fixture(scope="session")
def planned(rulebook: RuleBook) -> tuple[Facts, Plan]:
    project = open_project(CASE)
    located = locate(project, rulebook)
    return Facts(located, rulebook), make_plan(located, rulebook, project)


@pytest.mark.parametrize(
    "site", [s for s in SITES if s["kind"] != "negative"], ids=lambda site: site["id"]
)
def test_site(site: dict[str, str | list[str]], planned: tuple[Facts, Plan]) -> None:
    facts, plan = planned
    regions = [region for region in facts.regions if region.chain == tuple(site["chain"])]
    assert regions
    expected = {site["expect"]} if isinstance(site["expect"], str) else set(site["expect"])
    assert {_strategy(region, plan) for region in regions} <= expected


def _strategy(region: Region, plan: Plan) -> str:
    change_set = next(cs for cs in plan.change_sets if region.id in cs.regions)
    return _first(change_set, region) if change_set.attempts else "leave"


def _first(change_set: ChangeSet, region: Region) -> str:
    """Say how the first attempt resolves the region: what has no native end is offloaded."""
    attempt = change_set.attempts[0]
    sites = {hop.site for hop in region.hops}
    actions = {edit.action for edit in attempt.calls if edit.site in sites}
    return "offload" if "offload" in actions else attempt.strategy


def test_every_region_is_in_one_change_set(planned: tuple[Facts, Plan]) -> None:
    facts, plan = planned
    placed = Counter(region for change_set in plan.change_sets for region in change_set.regions)
    assert placed == Counter(region.id for region in facts.regions)


def test_no_two_change_sets_edit_the_same_function(planned: tuple[Facts, Plan]) -> None:
    facts, plan = planned
    owners = Counter(
        outermost
        for change_set in plan.change_sets
        if change_set.attempts
        for outermost in {facts.outermost(ref.name) for ref in change_set.functions}
    )
    assert max(owners.values()) == 1


def test_ids_are_numbered_and_distinct(planned: tuple[Facts, Plan]) -> None:
    _, plan = planned
    numbers = [change_set.id.partition("-")[0] for change_set in plan.change_sets]
    assert numbers == [f"{number:03}" for number in range(1, len(numbers) + 1)]
    assert all(change_set.attempts or change_set.refusals for change_set in plan.change_sets)
