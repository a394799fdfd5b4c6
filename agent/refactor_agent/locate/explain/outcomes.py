"""The regions that a call belongs to, or why there is none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from refactor_agent.domain.region import Region
from refactor_agent.locate.blocking import Blocker
from refactor_agent.locate.effects import Effect, Effects
from refactor_agent.locate.explain.held_back import held_back
from refactor_agent.locate.naming import plain_name, short_name
from refactor_agent.locate.offloaded import hands_over, runs_elsewhere
from refactor_agent.locate.reach import Reach
from refactor_agent.locate.resolve.index import ProjectFunction
from refactor_agent.locate.resolve.values import (
    ClassObject,
    External,
    ExternalMethod,
    FunctionValue,
    Value,
)
from refactor_agent.locate.summary import CallFacts
from refactor_agent.locate.suppressed import is_suppressed

__all__ = ["Outcomes"]

_MOST_REGIONS = 5


class Outcomes:
    """Gives reasons, the decisive one first."""

    def __init__(self, effects: Effects, reach: Reach) -> None:
        self._effects = effects
        self._reach = reach

    def of_regions(self, regions: Iterable[Region]) -> Iterator[str]:
        """Name the regions: the shortest, where many async functions share a helper."""
        found = sorted(regions, key=lambda region: len(region.hops))
        for region in found[:_MOST_REGIONS]:
            chain = " -> ".join(short_name(name) for name in region.chain[:-1])
            once = f", only on the first call of {short_name(region.once)}" if region.once else ""
            yield (
                f"finding: {region.rule}, {region.severity} severity, {region.confidence}"
                f" confidence: {chain} -> {region.callee}{once} (region {region.id})"
            )
        more = len(found) - _MOST_REGIONS
        if more > 0:
            yield f"and {more} more path{'' if more == 1 else 's'} through this call"

    def of_effects(self, function: ProjectFunction, effects: Iterable[Effect]) -> Iterator[str]:
        """Say why things that block, or may, are no finding here."""
        effects = list(effects)
        blocked = [(effect, blocker) for effect in effects for blocker in self._behind(effect)]
        for effect in effects:
            unmet = next(held_back(self._effects, self._reach, function, effect), None)
            if unmet is not None:
                yield f"no finding: {unmet}"
                return
        if not blocked:
            return
        for effect, blocker in blocked:
            if is_suppressed(function, effect.place, blocker.rule):
                yield f"no finding: a comment suppresses {blocker.rule} ({blocker.callee})"
                return
        for effect in effects:
            had = next(self._reach.had_behind(function, effect), "")
            if had:
                yield (
                    f"no finding: {plain_name(had)} keeps its result, and had it when the modules"
                    " on the way were imported"
                )
                return
        callees = ", ".join(sorted({blocker.callee for _, blocker in blocked}))
        yield f"it blocks ({callees}), but is no finding: {self._why_not_run(function)}"

    def of_call(self, function: ProjectFunction, call: CallFacts) -> Iterator[str]:
        """Say why a call that runs nothing that is known to block is no finding."""
        evaluator = self._effects.evaluator
        if hands_over(evaluator, function, call):
            yield "no finding: it hands its argument to a worker thread or another process"
            return
        values = evaluator.term(function, call.func)
        if call.awaited:
            yield "no finding: it is awaited, and while it waits the loop runs other tasks"
        elif values:
            for value in values:
                yield f"no finding: {self._of_value(function, call, value)}"
        else:
            yield f"no finding: {self._unknown(function, call)}"

    def _behind(self, effect: Effect) -> Iterable[Blocker]:
        return self._reach.behind(effect)

    def _why_not_run(self, function: ProjectFunction) -> str:
        if function.module.is_test:
            return "it stands in a test file, where nothing is reported"
        if runs_elsewhere(self._effects.evaluator, function):
            return "its function is only handed to a worker thread or another process"
        if not function.number:
            return "it runs while the module is imported"
        if not self._reach.reaches(function.name):
            return f"no async function is known to run {plain_name(function.name)} on the loop"
        return "another call on this line stands for it"

    def _unknown(self, function: ProjectFunction, call: CallFacts) -> str:
        if call.func is None or call.func[0] != "a":
            return "the callee is unknown"
        receiver = self._effects.evaluator.term(function, call.func[1])
        name = call.func[2]
        if receiver:
            return f"what `.{name}` is on its receiver is unknown"
        return f"the receiver of `.{name}` is unknown, and without its type nothing is claimed"

    def _of_value(self, function: ProjectFunction, call: CallFacts, value: Value) -> str:
        match value:
            case External(name):
                return self._of_library(name, call)
            case ExternalMethod():
                return self._of_library(value.qualified, call)
            case FunctionValue(name):
                return self._of_function(function, name)
            case ClassObject(cls):
                return f"making a {plain_name(cls)} runs nothing that is known to block"
            case _:
                return "what this calls is not followed"

    def _of_library(self, name: str, call: CallFacts) -> str:
        blockers = self._effects.targets.blockers
        rule = blockers.find(name, None)
        if rule is None:
            canonical = self._effects.evaluator.libraries.canonical(name)
            return f"no rule says that {canonical} blocks"
        if blockers.find(name, call) is None:
            return f"{rule.callee} returns at once with these arguments ({rule.rule})"
        return f"{rule.callee} ({rule.rule}) is seen not to wait here"

    def _of_function(self, function: ProjectFunction, name: str) -> str:
        called, facts = plain_name(name), self._effects.evaluator.index.functions[name].facts
        if facts.is_async:
            return f"{called} is async: what blocks in it is reported there"
        if facts.is_generator:
            return f"{called} is a generator: its body runs where it is iterated"
        if not self._reach.reaches(function.name):
            return self._why_not_run(function)
        return f"{called} runs nothing that is known to block"
