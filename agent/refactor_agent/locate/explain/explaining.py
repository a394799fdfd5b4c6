"""Explains the calls at a place."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

from refactor_agent.domain.place import Site, Span
from refactor_agent.domain.region import Region
from refactor_agent.errors import UsageError
from refactor_agent.locate.blocking import Blockers
from refactor_agent.locate.deep_questions import with_deep_questions
from refactor_agent.locate.effects import Effects
from refactor_agent.locate.explain.described import described
from refactor_agent.locate.explain.explanation import Explanation, Question
from refactor_agent.locate.explain.outcomes import Outcomes
from refactor_agent.locate.explain.provenance import provenance
from refactor_agent.locate.locator import entries_of, evaluate
from refactor_agent.locate.reach import Reach
from refactor_agent.locate.regions import make_regions
from refactor_agent.locate.resolve.index import ProjectFunction, ProjectModule
from refactor_agent.locate.rules_port import Rules
from refactor_agent.locate.sources import SourceLines
from refactor_agent.locate.summary import CallFacts
from refactor_agent.locate.terms import Place, Term
from refactor_agent.project import Project

__all__ = ["explain"]


def explain(
    project: Project,
    rulebook: Rules,
    question: Question,
    *,
    changes: Mapping[str, bytes] | None = None,
    cache: Path | None = None,
) -> tuple[Explanation, ...]:
    """Explain every call at the place, and other syntax there that runs code, in source order.

    ``changes`` and ``cache`` are those of `locate`. Raises `UsageError` where there is none.
    """
    evaluator, skipped = evaluate(project, rulebook, changes=changes, cache=cache)
    for one in (*project.sources.skipped, *skipped):
        if one.file == question.file and one.file not in (changes or {}):
            raise UsageError(f"{one.file} is skipped: {one.reason}")
    modules = {module.file: module for module in evaluator.index.modules.values()}
    if question.file not in modules:
        raise UsageError(f"{question.file} is none of the files of {project.root}")
    paths = {item.file: item.path for item in project.sources.files}
    effects, lines = Effects(evaluator, Blockers(rulebook)), SourceLines(paths, changes)
    found = with_deep_questions(
        evaluator,
        lambda: tuple(_Explainer(effects, lines).explain(modules[question.file], question)),
    )
    if not found:
        near = _near(modules[question.file], question.line)
        raise UsageError(
            f"nothing is called at {question}; name a line on which a call begins{near}"
        )
    return found


def _near(module: ProjectModule, line: int) -> str:
    """Name the lines before and behind on which calls begin."""
    begun = sorted({call.place[0] for one in module.functions for call in one.body.calls})
    before = [one for one in begun if one < line][-1:]
    around = [str(one) for one in (*before, *[one for one in begun if one > line][:1])]
    return f": {' or '.join(around)} are the nearest" if around[1:] else ""


class _Explainer:
    def __init__(self, effects: Effects, lines: SourceLines) -> None:
        self._effects = effects
        self._lines = lines
        self._reach = Reach(effects, entries_of(effects.evaluator))
        self._outcomes = Outcomes(effects, self._reach)
        self._regions = make_regions(self._reach, lines)

    def explain(self, module: ProjectModule, question: Question) -> Iterator[Explanation]:
        nodes = _calls(self._lines.source(module.file))
        found = [
            (place, function, call)
            for function in module.functions
            for place, call in self._places(function)
            if self._is_asked(module.file, place, question)
        ]
        for place, function, call in sorted(found, key=lambda one: one[0]):
            yield self._explanation(function, place, call, nodes.get(place))

    def _places(self, function: ProjectFunction) -> Iterator[tuple[Place, CallFacts | None]]:
        calls = {call.place: call for call in function.body.calls}
        yield from calls.items()
        others = dict.fromkeys(effect.place for effect in self._effects.of(function))
        yield from ((place, None) for place in others if place not in calls)

    def _is_asked(self, file: str, place: Place, question: Question) -> bool:
        if question.column is None:
            return place[0] == question.line
        start = self._lines.column_at(file, *place[:2])
        end = self._lines.column_at(file, *place[2:])
        return (place[0], start) <= question[1:] < (place[2], end)

    def _explanation(
        self,
        function: ProjectFunction,
        place: Place,
        call: CallFacts | None,
        node: ast.Call | None,
    ) -> Explanation:
        site = Site(function.module.file, Span(*place))
        facts = function.facts
        steps = () if call is None else tuple(self._steps(function, call.func, node))
        return Explanation(
            site=site,
            text=self._lines.text(site),
            function=function.name,
            is_async=facts.is_async,
            steps=steps,
            outcomes=tuple(self._outcome(function, site, call)),
        )

    def _steps(self, function: ProjectFunction, term: Term, node: ast.Call | None) -> Iterator[str]:
        """Say what each part of the callee is, from the left."""
        parts: list[tuple[ast.expr, Term]] = []
        expression = node.func if node is not None else None
        while expression is not None:
            parts.append((expression, term))
            if not isinstance(expression, ast.Attribute) or term is None or term[0] != "a":
                break
            expression, term = expression.value, term[1]
        evaluator = self._effects.evaluator
        for part, known in reversed(parts):
            what = described(evaluator.term(function, known), evaluator.index)
            why = provenance(evaluator, function, known)
            yield f"`{ast.unparse(part)}` {what}{f' ({why})' if why else ''}"

    def _outcome(
        self, function: ProjectFunction, site: Site, call: CallFacts | None
    ) -> Iterator[str]:
        regions = [region for region in self._regions if _runs_through(region, site)]
        if regions:
            yield from self._outcomes.of_regions(regions)
            return
        effects = [one for one in self._effects.of(function) if one.place == tuple(site.span)]
        said = tuple(self._outcomes.of_effects(function, effects))
        if not said and call is not None:
            said = tuple(self._outcomes.of_call(function, call))
        yield from said or ("no finding: it runs nothing that is known to block",)


def _runs_through(region: Region, site: Site) -> bool:
    return any(hop.site == site for hop in region.hops)


def _calls(source: bytes) -> dict[Place, ast.Call]:
    return {
        (node.lineno, node.col_offset, node.end_lineno or 0, node.end_col_offset or 0): node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call)
    }
