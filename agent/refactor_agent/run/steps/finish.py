"""The end of a run: patches, report, audit log."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Mapping, Sequence

from refactor_agent.domain.decision import Decision
from refactor_agent.domain.plan import ChangeSet
from refactor_agent.domain.proposal import Proposal
from refactor_agent.domain.verdict import Verdict
from refactor_agent.emit.manifest import MANIFEST, Manifest, PatchEntry
from refactor_agent.emit.page import as_markdown
from refactor_agent.emit.patches import Patch, make_series
from refactor_agent.emit.report import Report, ReportedChange
from refactor_agent.run.gate import summarise
from refactor_agent.run.notices import notices
from refactor_agent.run.phases import seconds_by_phase
from refactor_agent.run.series import Accepted, Planned, plan_series
from refactor_agent.run.services import Findings, Services
from refactor_agent.run.state import RunState
from refactor_agent.run.steps.combine import Combined
from refactor_agent.run.usage import usage_of
from refactor_agent.verify import Baseline

__all__ = ["finish"]


async def finish(services: Services, state: RunState) -> RunState:
    """Write the run directory. Doing it twice writes the same bytes."""
    return await asyncio.to_thread(_finish, services, state)


def _finish(services: Services, state: RunState) -> RunState:
    findings = services.store.get(state["findings"], Findings)
    combined = services.store.get(state["combined"], Combined)
    change_sets = {found.id: found for found in services.plan(state["plan"]).change_sets}
    accepted = _accepted(services, combined.decisions, change_sets)
    regions = {region.id: region for region in findings.regions}
    baseline = services.store.get(state["baseline"], Baseline) if "baseline" in state else None
    series = plan_series(services.base, accepted, regions)
    steps = [planned.step for planned in series.patches]
    revision = services.record.revision
    patches = make_series(
        services.base, steps, date=services.record.created, prefix=revision.prefix
    )
    paths = _write_patches(services, series.patches, patches)
    decisions = [_final(decision, series.misfits) for decision in combined.decisions]
    report = Report(
        tool_version=services.record.tool_version,
        run=services.record.id,
        target=services.record.target,
        created=services.record.created,
        revision=revision,
        interpreter=services.record.interpreter,
        rules=services.rulebook.fingerprint,
        suite=summarise(baseline),
        regions=findings.regions,
        changes=tuple(_reported(services, change_sets, one, paths) for one in decisions),
        combined=combined.verdict,
        skipped=findings.skipped,
        seconds=seconds_by_phase(services.audit.events()),
        model_usage=usage_of(services),
        notices=notices(services, baseline, series.by_hand),
    )
    return {"report": _write_report(services, report)}


def _accepted(
    services: Services, decisions: Sequence[Decision], change_sets: Mapping[str, ChangeSet]
) -> list[Accepted]:
    accepted = []
    for decision in decisions:
        if decision.status not in ("verified", "unverified"):
            continue
        proposal = services.store.get(str(decision.proposal), Proposal)
        verdict = services.store.get(str(decision.verdict), Verdict)
        change_set = change_sets[decision.change_set]
        accepted.append(Accepted(change_set, proposal, verdict, decision.status))
    return accepted


def _final(decision: Decision, misfits: Mapping[str, str]) -> Decision:
    """Drop what no longer fits on the patches before it."""
    why = misfits.get(decision.change_set)
    if why is None:
        return decision
    return decision.model_copy(update={"status": "dropped", "reason": why})


def _write_patches(
    services: Services, series: Sequence[Planned], patches: Sequence[Patch]
) -> dict[str, str]:
    """Write every patch with its reverse, and the manifest; give paths by change set."""
    results = services.directory.results
    for kind in ("patches", "rollback"):
        shutil.rmtree(results / kind, ignore_errors=True)
        (results / kind).mkdir()
    paths: dict[str, str] = {}
    entries = []
    for planned, patch in zip(series, patches, strict=True):
        folder = "unverified/" if planned.status == "unverified" else ""
        for kind, data in (("patches", patch.forward), ("rollback", patch.reverse)):
            path = results / kind / f"{folder}{patch.name}.patch"
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(data)
        if planned.change_set:
            paths[planned.change_set] = f"patches/{folder}{patch.name}.patch"
        entries.append(
            PatchEntry(
                name=patch.name,
                change_set=planned.change_set,
                status=planned.status,
                files=patch.files,
            )
        )
    record = services.record
    manifest = Manifest(
        run=record.id, target=record.target, revision=record.revision, patches=tuple(entries)
    )
    text = manifest.model_dump_json(indent=2) + "\n"
    (results / MANIFEST).write_text(text, encoding="utf-8")
    return paths


def _reported(
    services: Services,
    change_sets: Mapping[str, ChangeSet],
    decision: Decision,
    paths: Mapping[str, str],
) -> ReportedChange:
    proposal = services.store.get(decision.proposal, Proposal) if decision.proposal else None
    return ReportedChange(
        change_set=change_sets[decision.change_set],
        decision=decision,
        verdict=services.store.get(decision.verdict, Verdict) if decision.verdict else None,
        author=proposal.author if proposal else None,
        notes=proposal.notes if proposal else (),
        patch=paths.get(decision.change_set),
    )


def _write_report(services: Services, report: Report) -> str:
    results = services.directory.results
    text = report.model_dump_json(indent=2) + "\n"
    (results / "report.json").write_text(text, encoding="utf-8")
    (results / "report.md").write_text(as_markdown(report), encoding="utf-8")
    for change in report.changes:
        services.audit.append_once(
            "decided",
            change_set=change.change_set.id,
            status=change.decision.status,
            reason=change.decision.reason,
            patch=change.patch,
        )
    services.audit.append_once("finished", run=report.run)
    return services.store.put(report)
